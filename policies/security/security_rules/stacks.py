"""Rules about what must stand beside what: each bucket's companions, each namespace's default deny."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Finding, Resource, Result, StackRule, Unseen, strings, types
from .networks import everywhere
from .objects import canonical, objects

_BUCKETS: Final = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})


def _by_kms(bucket: Resource) -> bool:
    """Whether the bucket itself is encrypted by KMS; what S3 does by itself (AES256) stands in the same output."""
    return any(
        default["sseAlgorithm"].text.startswith("aws:kms")
        for configuration in (
            *bucket["serverSideEncryptionConfiguration"].each(),
            *bucket["serverSideEncryptionConfigurations"].each(),
        )
        for rule in (*configuration["rule"].each(), *configuration["rules"].each())
        for default in (
            *rule["applyServerSideEncryptionByDefault"].each(),
            *rule["applyServerSideEncryptionByDefaults"].each(),
        )
    )


def _by_tls(bucket: Resource) -> bool:
    """Whether a policy of the bucket's own is about TLS; what it says is for the rule about transit."""
    return "aws:securetransport" in bucket["policy"].text.lower()


_COMPANIONS: Final[Mapping[str, tuple[str, Callable[[Resource], bool], str]]] = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "encryption",
        _by_kms,
        "write a BucketServerSideEncryptionConfiguration for it: what S3 does by itself uses no key of the account's",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        "public access block",
        lambda _: False,
        "write a BucketPublicAccessBlock for it, with all four set",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        "TLS policy",
        _by_tls,
        "write a BucketPolicy for it that denies requests without TLS",
    ),
}
"""What each bucket has beside it, whether it has that of its own, and what to write."""


def _names(bucket: Resource) -> set[str]:
    return {text for text in (bucket["bucket"].text, bucket["id"].text) if text}


def belongs(companion: Resource, bucket: Resource) -> bool:
    """Whether ``companion`` is about ``bucket``: by the name where it is known, else by what its input depends on."""
    return companion["bucket"].text in _names(bucket) or bucket.urn in companion.depends.get("bucket", ())


def check_buckets(resources: list[Resource], _: Config) -> Iterator[Result]:
    """Each bucket has its companions."""
    buckets = [it for it in resources if it.type in _BUCKETS]
    by_kind: dict[str, list[Resource]] = {kind: [] for kind in _COMPANIONS}
    for resource in resources:
        kind = resource.type.replace("V2", "")
        if kind in by_kind:
            by_kind[kind].append(resource)
    for kind, (what, own, advice) in _COMPANIONS.items():
        # a companion of nobody knows whom may be of any bucket, so nothing can be said against one
        stray = next((it for it in by_kind[kind] if it["bucket"].unknown and not it.depends.get("bucket")), None)
        for bucket in buckets:
            if any(belongs(companion, bucket) for companion in by_kind[kind]):
                continue
            if own(bucket):
                continue
            if stray is not None:
                yield Unseen(f"the bucket of {stray.name} ({what})")
            else:
                yield Finding("", f"the bucket {bucket.name} has none ({what}): {advice}", bucket.urn)


bucket_safeguards = StackRule(
    About(
        name="bucket-safeguards",
        description="Each bucket has its encryption, its public access block and its TLS-only policy.",
        severity="high",
        remedy="Declare the companions beside the bucket; S3 takes one at a time, so chain them by dependsOn.",
        controls={"FSBP": ("S3.5", "S3.8", "S3.17"), "SOC 2": ("CC6.1", "CC6.7"), "GDPR": ("32",)},
    ),
    types(
        *_BUCKETS,
        *_COMPANIONS,
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    ),
    check_buckets,
)


# --- namespaces -----------------------------------------------------------------------------------------------------

_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
_DIRECTIONS: Final[Mapping[str, tuple[str, str]]] = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


def _directions(spec: Field) -> set[str]:
    """Directions that the policy is about: those it names, else the ones that Kubernetes takes it to mean."""
    if not spec["policyTypes"].empty:
        return {it.text for it in spec["policyTypes"].each()}
    return {"Ingress"} if spec["egress"].empty else {"Ingress", "Egress"}


def _anybody(rule: Field, peers: str) -> bool:
    """Whether the rule lets everyone through: it names no peer, the internet, or every pod of every namespace."""
    named = rule[peers]
    if named.unknown:
        return False
    if named.empty:
        return True
    return any(
        everywhere(peer.at("ipBlock", "cidr"))
        or (_every(peer["namespaceSelector"]) and (peer["podSelector"].missing or _every(peer["podSelector"])))
        for peer in named.each()
    )


def _every(selector: Field) -> bool:
    """Whether the selector is there and selects all."""
    here = isinstance(selector.value, dict)
    return here and selector["matchLabels"].empty and selector["matchExpressions"].empty


def _for_all_pods(spec: Field) -> bool:
    return spec["podSelector"].missing or _every(spec["podSelector"])


def _open(spec: Field) -> dict[str, Field]:
    """Directions in which the policy lets everyone through on every port, and the rule that does."""
    found = {}
    for direction, (rules, peers) in _DIRECTIONS.items():
        for rule in spec[rules].each():
            if _anybody(rule, peers) and rule["ports"].empty:
                found[direction] = rule
    return found


def _denied(spec: Field) -> set[str]:
    """Directions that the policy closes for all pods: it selects all, means the direction, has no rule for everyone.

    Everyone on a named port (DNS, the load balancer's) is a single path, as long as the rule names its peers.
    """
    if not _for_all_pods(spec):
        return set()
    opened = _open(spec)
    return {
        direction
        for direction, (rules, peers) in _DIRECTIONS.items()
        if direction in _directions(spec)
        and direction not in opened
        and all(not rule[peers].empty for rule in spec[rules].each())
    }


def check_namespaces(resources: list[Resource], config: Config) -> Iterator[Result]:
    """Each namespace has policies that close it both ways, and none that opens it again."""
    closed: dict[str, set[str]] = {}
    hidden: list[str] = []
    found = [one for resource in resources for one in objects(resource)]
    owners = [it for it in found if it.type == _NAMESPACE]
    own = {it.props.at("metadata", "name").text for it in owners}
    for policy in (it for it in found if it.type == _POLICY):
        namespace, spec = policy.props.at("metadata", "namespace"), policy["spec"]
        if namespace.unknown or spec.unknown or spec["podSelector"].unknown or spec["policyTypes"].unknown:
            hidden.append(policy.name)
            continue
        closed.setdefault(namespace.text, set()).update(_denied(spec))
        if namespace.text in own and _for_all_pods(spec) and not config.matches("open_namespaces", namespace.text):
            for direction, rule in _open(spec).items():
                yield Finding(
                    rule.path,
                    f"write who, and the ports: no other policy takes back that everyone gets through ({direction})",
                    policy.urn,
                )
    for owner in owners:
        name = owner.props.at("metadata", "name")
        missing = sorted(set(_DIRECTIONS) - closed.get(name.text, set()))
        if not missing or config.matches("open_namespaces", name.text):
            continue
        if name.unknown or hidden:
            yield Unseen(f"the network policies of {owner.name}")
        else:
            yield Finding(
                "",
                f"the namespace {owner.name} is open ({' and '.join(missing)}): write a NetworkPolicy with an "
                "empty podSelector, policyTypes [Ingress, Egress] and no rules",
                owner.urn,
            )


namespace_default_deny = StackRule(
    About(
        name="namespace-default-deny",
        description="Each namespace is closed both ways by a NetworkPolicy; others open single paths.",
        severity="high",
        remedy="Declare the namespace through the platform's Namespace, which brings its default deny.",
        controls={
            "CIS EKS 1.8.0": ("4.3.2", "5.4.4"),
            "Checkov": ("CKV2_K8S_6",),
            "OWASP MCP Top 10": ("MCP09",),
            "OWASP Agentic Top 10": ("ASI07", "ASI08"),
            "SOC 2": ("CC6.6",),
        },
        settings={"open_namespaces": strings([], "Globs over namespaces that need no default deny.")},
    ),
    lambda name: not name.endswith("Patch") and canonical(name) in {_NAMESPACE, _POLICY},
    check_namespaces,
)
