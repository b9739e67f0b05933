"""What providers' functions answer: the few that need no look into an account's state.

Each function is given its arguments and the provider's configuration. A policy document is rendered for real.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sandbox.cloud.aws import edge, lookups
from sandbox.cloud.aws.network import prefix_list, zone_id
from sandbox.cloud.identity import hexadecimal, letters
from sandbox.cloud.making import CREATED
from sandbox.cloud.refusal import Refused
from sandbox.model import Properties, Value

if TYPE_CHECKING:
    from sandbox.cloud.provider import ProviderConfig

Function = Callable[[Properties, "ProviderConfig"], Properties]

ZONES: Final[Mapping[str, str]] = {
    "us-east-1": "abcdef",
    "us-east-2": "abc",
    "us-west-1": "ac",
    "us-west-2": "abcd",
}
"""Letters of the availability zones that an account sees, by region."""


def _region(args: Properties, provider: ProviderConfig) -> str:
    given = args.get("region") or args.get("name")
    return given if isinstance(given, str) else provider.region


def _availability_zones(args: Properties, provider: ProviderConfig) -> Properties:
    region = _region(args, provider)
    excluded = args.get("excludeNames")
    names = [f"{region}{letter}" for letter in ZONES.get(region, "abc")]
    left: list[Value] = [name for name in names if not isinstance(excluded, list) or name not in excluded]
    return {
        **args,
        "id": region,
        "region": region,
        "groupNames": [region],
        "names": left,
        "zoneIds": [zone_id(str(name)) for name in left],
    }


def _caller_identity(args: Properties, provider: ProviderConfig) -> Properties:
    account = provider.account
    return {
        **args,
        "id": account,
        "accountId": account,
        "arn": f"arn:aws:sts::{account}:assumed-role/deploy/sandbox",
        "userId": f"AROA{letters(account, 17)}:sandbox",
    }


def _partition(args: Properties, provider: ProviderConfig) -> Properties:
    return {
        **args,
        "id": "aws",
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
        "region": provider.region,
    }


_REGIONS: Final[Mapping[str, str]] = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}


def _get_region(args: Properties, provider: ProviderConfig) -> Properties:
    region = _region(args, provider)
    return {
        **args,
        "id": region,
        "name": region,
        "region": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
        "description": _REGIONS.get(region, region),
    }


def _managed_prefix_list(args: Properties, provider: ProviderConfig) -> Properties:
    region = _region(args if "region" in args else {}, provider)
    name = args.get("name")
    if not isinstance(name, str):
        raise Refused("name: the sandbox looks prefix lists up by name only")
    parts = name.split(".")
    id_ = prefix_list(region, parts[-1]) if len(parts) > 1 else f"pl-{hexadecimal(f'{provider.account}/{name}', 17)}"
    return {
        **args,
        "id": id_,
        "name": name,
        "region": region,
        "arn": f"arn:aws:ec2:{region}:aws:prefix-list/{id_}",
        "addressFamily": "IPv4",
        "entries": [],
        "maxEntries": 0,
        "ownerId": "AWS" if name.startswith("com.amazonaws.") else provider.account,
        "tags": {},
        "version": 0,
    }


def _ssm_parameter(args: Properties, provider: ProviderConfig) -> Properties:
    name = args.get("name")
    if not isinstance(name, str):
        raise Refused("name: a string is wanted")
    region = _region(args if "region" in args else {}, provider)
    value = f"ami-{hexadecimal(f'{region}/{name}', 17)}" if name.startswith("/aws/service/") else f"sandbox:{name}"
    return {
        **args,
        "id": name,
        "arn": f"arn:aws:ssm:{region}:{provider.account}:parameter/{name.removeprefix('/')}",
        "insecureValue": value,
        "region": region,
        "type": "String",
        "value": value,
        "version": 1,
    }


# --- IAM policy documents ---------------------------------------------------------------------------------------

_PRINCIPALS: Final = (("principals", "Principal"), ("notPrincipals", "NotPrincipal"))
_LISTS: Final = (
    ("actions", "Action"),
    ("notActions", "NotAction"),
    ("resources", "Resource"),
    ("notResources", "NotResource"),
)


def _policy_document(args: Properties, provider: ProviderConfig) -> Properties:
    del provider
    statements = [_statement(entry) for entry in _list(args.get("statements"))]
    sources = [*_list(args.get("sourcePolicyDocuments")), args.get("sourceJson")]
    overrides = [*_list(args.get("overridePolicyDocuments")), args.get("overrideJson")]
    for texts, override in ((sources, False), (overrides, True)):
        for text in filter(None, texts):
            _merge(statements, json.loads(str(text)), override=override)
    document: dict[str, object] = {"Version": args.get("version", "2012-10-17")}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    document["Statement"] = statements
    text = json.dumps(document, indent=2)
    return {
        **args,
        "id": str(int(hexadecimal(text, 8), 16)),
        "json": text,
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _merge(statements: list[dict[str, object]], other: object, *, override: bool) -> None:
    found = other.get("Statement", []) if isinstance(other, dict) else []
    for statement in found if isinstance(found, list) else [found]:
        sid = statement.get("Sid")
        same = next((i for i, own in enumerate(statements) if sid and own.get("Sid") == sid), None)
        if same is None:
            statements.append(statement)
        elif override:
            statements[same] = statement


def _statement(entry: Value) -> dict[str, object]:
    given = entry if isinstance(entry, dict) else {}
    statement: dict[str, object] = {}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    statement["Effect"] = given.get("effect", "Allow")
    for key, name in _PRINCIPALS:
        if given.get(key):
            statement[name] = _principals(_list(given[key]))
    for key, name in _LISTS:
        if given.get(key):
            statement[name] = _one_or_sorted(given[key])
    conditions = _list(given.get("conditions"))
    if conditions:
        statement["Condition"] = _conditions(conditions)
    return statement


def _principals(found: list[Value]) -> object:
    by_type: dict[str, list[str]] = {}
    for principal in found:
        if isinstance(principal, dict):
            by_type.setdefault(str(principal.get("type")), []).extend(map(str, _list(principal.get("identifiers"))))
    if by_type.get("*") == ["*"]:
        return "*"
    return {kind: names[0] if len(names) == 1 else sorted(names, reverse=True) for kind, names in by_type.items()}


def _conditions(found: list[Value]) -> dict[str, dict[str, object]]:
    conditions: dict[str, dict[str, object]] = {}
    for condition in found:
        if isinstance(condition, dict):
            values = _list(condition.get("values"))
            test = conditions.setdefault(str(condition.get("test")), {})
            test[str(condition.get("variable"))] = values[0] if len(values) == 1 else values
    return conditions


def _one_or_sorted(value: Value) -> object:
    """As AWS writes it back: a single one without a list, several sorted from the end."""
    found = [str(item) for item in _list(value)]
    return found[0] if len(found) == 1 else sorted(found, reverse=True)


def _list(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []


# --- the catalogue ----------------------------------------------------------------------------------------------


def _addon_version(args: Properties, provider: ProviderConfig) -> Properties:
    raise Refused(
        f"version: the newest version of {args.get('addonName')} for Kubernetes {args.get('kubernetesVersion')} is "
        f"not known here (as of {CREATED} nothing is published); pin the add-on's version in region {provider.region}"
    )


FUNCTIONS: Final[Mapping[str, Function]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _get_region,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _managed_prefix_list,
    "aws:ssm/getParameter:getParameter": _ssm_parameter,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
    **edge.FUNCTIONS,
    **lookups.FUNCTIONS,
}


def invoke(token: str, args: Properties, provider: ProviderConfig) -> Properties:
    """The answer of the function ``token``. ``Refused`` for one that isn't in the catalogue."""
    function = FUNCTIONS.get(token)
    if function is None:
        known = ", ".join(name.rsplit(":", 1)[-1] for name in FUNCTIONS)
        raise Refused(f"the simulated cloud doesn't answer {token}; it answers {known}")
    return function(args, provider)
