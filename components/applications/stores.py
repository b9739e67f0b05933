"""What an application takes from the data layer: logins as files, addresses as settings, paths as declarations."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from components.applications.application import Application
from components.applications.place import Place
from components.applications.settings import SECTION, ApplicationsSettings
from components.context import StackIdentity
from components.data_layer import DataLayerSettings
from components.data_layer.cache import login_secret
from components.database_access import DatabaseLogin, MysqlLogin, database_login, mysql_login
from components.kubernetes.paths import Call, ToAws, ToCache
from components.kubernetes.workload import SecretFiles
from components.mcp_platform.workloads import without_endpoint
from components.model import Problem
from components.naming import Names
from components.store_access import bucket_environment, variable
from components.workload_settings import OwnImage, among

_LOGIN: Final = ("address", "username", "password")
_FILES: Final = "/var/run/secrets/platform"


def cache_files(cache: str) -> str:
    """What the files of a cache's login are called."""
    return f"cache-{cache}"


def database_of(application: Application, place: Place) -> DatabaseLogin | MysqlLogin | None:
    """What the application takes for its database, ``None`` where it has none."""
    if application.mysql is not None:
        return mysql_login(application.mysql, place.namespace, place.names)
    if application.database is None:
        return None
    return database_login(application.database, place.namespace, place.names)


def store_secrets(application: Application, place: Place) -> tuple[SecretFiles, ...]:
    """The logins and the secrets that the application mounts."""
    names, namespace = place.names, place.namespace
    caches = (
        SecretFiles(name=cache_files(cache), remote=login_secret(names, cache, user, namespace), keys=_LOGIN)
        for cache, user in application.caches.items()
    )
    own = (SecretFiles(name=secret, remote=names.secret(namespace, secret)) for secret in application.secrets)
    login = database_of(application, place)
    return (*(login.secrets if login is not None else ()), *caches, *own)


def store_environment(application: Application, place: Place) -> dict[str, str]:
    """Where it finds its logins and buckets."""
    environment = {
        f"CACHE_{variable(cache)}_CREDENTIALS": f"{_FILES}/{cache_files(cache)}" for cache in application.caches
    }
    login = database_of(application, place)
    if login is not None:
        environment |= login.environment
    if application.buckets:
        environment |= {"AWS_REGION": place.names.region, **bucket_environment(application.buckets, place.names)}
    return environment


def store_calls(application: Application, place: Place) -> Iterator[Call]:
    """The paths to them."""
    login = database_of(application, place)
    if login is not None:
        yield login.pooled if isinstance(login, DatabaseLogin) else login.direct
    if application.caches:
        yield ToCache()
    if application.buckets:
        yield ToAws("s3", reason=without_endpoint(place.identity))


def check_stores(identity: StackIdentity, data: DataLayerSettings, settings: ApplicationsSettings) -> Iterator[Problem]:
    """Every name that applications use of the data layer's, held against what it makes."""
    names = Names(identity.platform, identity.env, identity.account_id, identity.region)
    namespace = settings.namespace_in(names)
    images = frozenset(data.registry.images)
    if settings.sign_in is not None and settings.sign_in.secret_name not in data.secrets.get(namespace, {}):
        known = data.secrets.get(namespace, {})
        allowed = among(known, settings.sign_in.secret_name, where=f"data.secrets.{namespace}")
        yield Problem((SECTION, "sign_in", "secret_name"), settings.sign_in.secret_name, allowed)
    if settings.smoke is not None:
        yield from _image((SECTION, "smoke", "image", "name"), settings.smoke.image, images)
    for name, application in settings.applications.items():
        at = (SECTION, "applications", name)
        yield from _image((*at, "image", "name"), application.image, images)
        for key in ("image", "green"):
            second = getattr(application.rollout, key, None)
            if isinstance(second, OwnImage):
                yield from _image((*at, "rollout", key, "name"), second, images)
        yield from _things(at, application, data, namespace)


def _image(path: tuple[str | int, ...], image: OwnImage, images: Collection[str]) -> Iterator[Problem]:
    if image.name not in images:
        yield Problem(path, image.name, among(sorted(images), image.name, where="data.registry.images"))


def _things(
    at: tuple[str | int, ...], application: Application, data: DataLayerSettings, namespace: str
) -> Iterator[Problem]:
    buckets = [thing for thing, _ in data.buckets.rows()]
    for bucket in application.buckets:
        if bucket not in buckets:
            yield Problem((*at, "buckets", bucket), bucket, among(buckets, bucket, where="data.buckets"))
    yield from _database_service(at, application, data, namespace)
    yield from _mysql_service(at, application, data, namespace)
    secrets = data.secrets.get(namespace, {})
    for index, secret in enumerate(application.secrets):
        if secret not in secrets:
            allowed = among(secrets, secret, where=f"data.secrets.{namespace}")
            yield Problem((*at, "secrets", index), secret, allowed)
    for cache, user in application.caches.items():
        if cache not in data.caches:
            yield Problem((*at, "caches", cache), cache, among(data.caches, cache, where="data.caches"))
            continue
        found = data.caches[cache].users.get(user)
        if found is None or (found.namespace, found.auth) != (namespace, "password"):
            allowed = f"a user of data.caches.{cache} with namespace {namespace} and a password"
            yield Problem((*at, "caches", cache), user, allowed)


def _database_service(
    at: tuple[str | int, ...], application: Application, data: DataLayerSettings, namespace: str
) -> Iterator[Problem]:
    name = application.database
    if name is None:
        return
    service = data.services.get(name)
    if service is None:
        yield Problem((*at, "database"), name, among(data.services, name, where="data.services"))
    elif service.namespace not in (None, namespace):
        yield Problem((*at, "database"), name, f"a service whose login {namespace} reads, not {service.namespace}")
    elif application.migration is not None and service.access != "owner":
        yield Problem((*at, "database"), name, "a service with access owner: its migration changes tables")


def _mysql_service(
    at: tuple[str | int, ...], application: Application, data: DataLayerSettings, namespace: str
) -> Iterator[Problem]:
    name = application.mysql
    if name is None:
        return
    services = data.mysql.services if data.mysql is not None else {}
    service = services.get(name)
    if service is None:
        yield Problem((*at, "mysql"), name, among(services, name, where="data.mysql.services"))
    elif service.namespace not in (None, namespace):
        yield Problem((*at, "mysql"), name, f"a service whose login {namespace} reads, not {service.namespace}")
