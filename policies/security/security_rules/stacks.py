"""Rules about what must stand beside what: each bucket's companions, each namespace's default deny."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from .core.reading import Field
from .core.rules import About, Config, Finding, Resource, Result, StackRule, Unseen, strings, types

_BUCKETS: Final = frozenset({"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"})
_COMPANIONS: Final[Mapping[str, tuple[str, str]]] = {
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "encryption",
        "write a BucketServerSideEncryptionConfiguration for it: what S3 does by itself uses no key of the account's",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        "public access block",
        "write a BucketPublicAccessBlock for it, with all four set",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        "TLS policy",
        "write a BucketPolicy for it that denies requests without TLS",
    ),
}
"""What each bucket has beside it; what the companions say is for the rules about them."""


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
    for kind, (what, advice) in _COMPANIONS.items():
        # a companion of nobody knows whom may be of any bucket, so nothing can be said against one
        stray = next((it for it in by_kind[kind] if it["bucket"].unknown and not it.depends.get("bucket")), None)
        for bucket in buckets:
            if any(belongs(companion, bucket) for companion in by_kind[kind]):
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

_NAMESPACES: Final = ("kubernetes:core/v1:Namespace", "kubernetes:v1:Namespace")
_POLICIES: Final = ("kubernetes:networking.k8s.io/v1:NetworkPolicy",)
_DIRECTIONS: Final[Mapping[str, tuple[str, str]]] = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}


def _denied(spec: Field) -> set[str]:
    """Directions that the policy closes for all pods: it selects all, names the direction, has no rule for everyone."""
    selector = spec["podSelector"]
    if not selector["matchLabels"].empty or not selector["matchExpressions"].empty:
        return set()
    named = {it.text for it in spec["policyTypes"].each()}
    return {
        direction
        for direction, (rules, peers) in _DIRECTIONS.items()
        if direction in named and all(not rule[peers].empty for rule in spec[rules].each())
    }


def check_namespaces(resources: list[Resource], config: Config) -> Iterator[Result]:
    """Each namespace has policies that close it both ways."""
    closed: dict[str, set[str]] = {}
    hidden: list[str] = []
    for policy in (it for it in resources if it.type in _POLICIES):
        namespace, spec = policy.props.at("metadata", "namespace"), policy["spec"]
        if namespace.unknown or spec.unknown or spec["podSelector"].unknown or spec["policyTypes"].unknown:
            hidden.append(policy.name)
        else:
            closed.setdefault(namespace.text, set()).update(_denied(spec))
    for owner in (it for it in resources if it.type in _NAMESPACES):
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
    types(*_NAMESPACES, *_POLICIES),
    check_namespaces,
)
