"""The Jobs around a release: the schema's migration before it, the smoke test and the load test after it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Final

from components.applications.application import Application, LoadTest, SmokeTest
from components.applications.laws import LOAD_TEST, SMOKE
from components.applications.place import PART_OF, PORT, Place, url
from components.applications.rollout import migration_name
from components.applications.stores import database_of
from components.kubernetes.paths import ToWorkload
from components.kubernetes.pods import config_checksum
from components.kubernetes.workload import Workload
from components.model import Quantities, Resources
from components.objectives import API_P95_SECONDS, AVAILABILITY
from components.upstream import upstream
from components.workload_settings import OwnImage

_SCRIPT: Final = "/etc/k6/load.js"
_SMALL: Final = Resources(requests=Quantities(cpu="50m", memory="64Mi"), limits=Quantities(cpu="250m", memory="256Mi"))
_LOAD: Final = Resources(requests=Quantities(cpu="250m", memory="256Mi"), limits=Quantities(cpu=1, memory="512Mi"))
_AROUND_SECONDS: Final = 120
"""What a load test takes besides: its image, the wait for network policies, its summary."""


def migration_job(release: str, image: OwnImage, name: str, application: Application, place: Place) -> Workload:
    """The Job that brings the schema to the workload ``release``: with its image, once.

    It goes to the database past the pooler, which keeps nothing of a session. ``ValueError`` without a migration.
    """
    login, migration = database_of(application, place), application.migration
    if login is None or migration is None:
        raise ValueError(name)
    return Workload(
        namespace=place.namespace,
        name=migration_name(release),
        component=name,
        part_of=PART_OF,
        kind="Job",
        image=image.in_registry(place.names),
        command=tuple(migration.command),
        resources=place.settings.resources_of(application),
        env={
            "APPLICATION": name,
            "ENVIRONMENT": place.identity.env,
            **login.environment,
        },
        secrets=login.secrets,
        calls=(login.direct,),
        deadline_seconds=migration.deadline_seconds,
        retries=1,
    )


def smoke_job(smoke: SmokeTest, released: Sequence[Workload], place: Place) -> Workload:
    """The Job that asks everything that listens for its health, once it is out. A new release makes it run again."""
    listening = [w for w in released if w.ports]
    return Workload(
        namespace=place.namespace,
        name=SMOKE,
        component=SMOKE,
        part_of=PART_OF,
        kind="Job",
        image=smoke.image.in_registry(place.names),
        command=("/bin/smoke",),
        resources=_SMALL,
        env={
            "TARGETS": "\n".join(f"{url(w.name, w.namespace, w.ports[0].number)}{_asked(w)}" for w in listening),
            "RELEASE": _release(released),
        },
        calls=tuple(ToWorkload(w.namespace, w.name, PORT) for w in listening),
        after=tuple(w.reference for w in released if w.lasting),
        retries=2,
        deadline_seconds=300,
    )


def load_test_job(load: LoadTest, released: Sequence[Workload], place: Place) -> Workload:
    """The Job that puts load on an application and fails where the service objectives don't hold."""
    target = next(w for w in released if load.target in (w.name, w.service))
    return Workload(
        namespace=place.namespace,
        name=LOAD_TEST,
        component=LOAD_TEST,
        part_of=PART_OF,
        kind="Job",
        image=upstream("k6", place.names),
        args=("run", "--no-usage-report", _SCRIPT),
        resources=_LOAD,
        env={
            "TARGET": f"{url(load.target, place.namespace, target.ports[0].number)}{load.path}",
            "RELEASE": _release(released),
        },
        files={_SCRIPT: script(load)},
        calls=(ToWorkload(target.namespace, target.name, PORT),),
        after=(f"Job/{SMOKE}",) if place.settings.smoke is not None else tuple(w.reference for w in released),
        # what failed once for load would be let pass by chance
        retries=0,
        deadline_seconds=load.seconds + _AROUND_SECONDS,
    )


def script(load: LoadTest) -> str:
    """The load test in k6's own language: its thresholds are the service objectives."""
    failed = f"{1 - AVAILABILITY:.6f}".rstrip("0")
    options = {
        "vus": load.virtual_users,
        "duration": f"{load.seconds}s",
        "thresholds": {
            "http_req_failed": [f"rate<{failed}"],
            "http_req_duration": [f"p(95)<{API_P95_SECONDS * 1000:g}"],
            "checks": [f"rate>{AVAILABILITY}"],
        },
    }
    return _TEMPLATE.format(options=json.dumps(options, indent=2))


_TEMPLATE: Final = """\
import http from "k6/http";
import {{ check, sleep }} from "k6";

export const options = {options};

export default function () {{
  const answer = http.get(__ENV.TARGET);
  check(answer, {{ "answers 200": (it) => it.status === 200 }});
  sleep(1);
}}
"""


def _asked(workload: Workload) -> str:
    """The path of a workload's readiness."""
    probes = workload.probes
    asked = probes and (probes.readiness or probes.liveness)
    return (asked.path if asked else None) or "/"


def _release(released: Sequence[Workload]) -> str:
    """Twelve digits that change with every image and every plain setting of what was released."""
    digest = hashlib.sha256()
    for workload in released:
        line = "\0".join((workload.name, workload.image.reference, config_checksum(workload) or ""))
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()[:12]
