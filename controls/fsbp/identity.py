"""IAM, keys and secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final

from controls.documents import Statement, inline, managed, statements
from controls.fsbp.lines import disputed, line
from controls.graph import Graph, Resource, aws, dig
from controls.judges import at_least, each, finding, linked, refers, there
from controls.model import Control, Finding, Judge

POLICY: Final = aws("iam.Policy")
ROLE_POLICY: Final = aws("iam.RolePolicy")
KEY: Final = aws("kms.Key")
REPLICA_KEY: Final = aws("kms.ReplicaKey")
SECRET: Final = aws("secretsmanager.Secret")
ROTATION: Final = aws("secretsmanager.SecretRotation")
_DECRYPTING: Final = ("kms:Decrypt", "kms:ReEncryptFrom")
_WAITING_DAYS: Final = 7
"""The least that KMS waits before it deletes a key; what matters is that a waiting time is written down."""
_ROTATED_WITHIN: Final = 90

_Source = Callable[[Graph], Iterable[tuple[Resource, str, Statement]]]


def _statements(sources: tuple[_Source, ...], wrong: Callable[[Statement], bool]) -> Judge:
    """No statement of these sources is ``wrong``: one finding a document."""

    def judge(graph: Graph) -> Iterator[Finding]:
        found: dict[str, tuple[Resource, str, list[str]]] = {}
        for source in sources:
            for resource, path, statement in source(graph):
                _, _, bad = found.setdefault(resource.urn, (resource, path, []))
                if wrong(statement):
                    bad.append(statement.sid or ", ".join(statement.actions))
        for resource, path, bad in found.values():
            yield finding(resource, path, not bad, [*bad])

    return judge


def _everything(statement: Statement) -> bool:
    return statement.allow and "*" in statement.actions and "*" in statement.resources


def _whole_service(statement: Statement) -> bool:
    return statement.allow and any(action == "*" or action.endswith(":*") for action in statement.actions)


def _any_key(statement: Statement) -> bool:
    """Whether it decrypts with every key. A condition counts for nothing here, as in AWS's own rule."""
    keys = any(
        it == "*" or (it.startswith("arn:aws:kms:") and it.endswith((":key/*", ":*"))) for it in statement.resources
    )
    return keys and any(statement.may(action) for action in _DECRYPTING)


def _key_public(graph: Graph) -> Iterator[Finding]:
    for key in graph.of(KEY, REPLICA_KEY):
        found = [it for it in statements(key.get("policy")) if it.allow and "*" in it.principals]
        # an account or organisation that the caller must be of closes it again
        names = [it.sid or "statement" for it in found if not _of_account(it)]
        yield finding(key, "policy", there(key.get("policy")) and not names, [*names])


def _of_account(statement: Statement) -> bool:
    conditions = statement.conditions if isinstance(statement.conditions, dict) else {}
    closing = {"aws:principalorgid", "aws:principalaccount", "kms:calleraccount", "aws:sourceaccount", "aws:sourcearn"}
    return any(
        operator.startswith(("StringEquals", "ArnEquals", "ArnLike"))
        and isinstance(keys, dict)
        and any(key.lower() in closing for key in keys)
        for operator, keys in conditions.items()
    )


def _rotates(graph: Graph) -> Iterator[Finding]:
    for key in graph.of(KEY):
        if key.get("keyUsage") in (None, "ENCRYPT_DECRYPT"):
            found = key.get("enableKeyRotation")
            yield finding(key, "enableKeyRotation", found is True, found)


def _used(graph: Graph) -> Iterator[Finding]:
    """Something reads every secret: it names it, is a role that may read it, or has the same value.

    That nobody read one for 90 days only AWS can say; that nothing is made to read it, the graph can.
    """
    own = {aws("secretsmanager.SecretVersion"), ROTATION, aws("secretsmanager.SecretPolicy"), SECRET}
    others = [it for it in graph.resources if it.type not in own and not it.type.startswith(("pulumi:", "platform:"))]
    inputs = [str(dict(it.inputs)) for it in others]
    values = {urn for it in others for urn in it.uses if ":RandomPassword::" in urn}
    readable = [
        pattern
        for _, _, statement in (*managed(graph), *inline(graph))
        if statement.may("secretsmanager:GetSecretValue")
        for pattern in statement.resources
        if pattern != "*"
    ]
    for secret in graph.of(SECRET):
        marks = [mark for mark in (secret.id, secret.text("name")) if mark]
        named = any(mark in text for text in inputs for mark in marks)
        role = any(fnmatchcase(secret.id, pattern) for pattern in readable)
        versions = [it for it in graph.of(aws("secretsmanager.SecretVersion")) if refers(it.get("secretId"), secret)]
        shared = any(values & it.uses for it in versions)
        how = {"named": named, "a role may read it": role, "its value is in use": shared}
        yield finding(secret, "name", any(how.values()), [key for key, value in how.items() if value])


def _by_aws_or_function(graph: Graph) -> Iterator[Finding]:
    """A rotation that can succeed: a function that the stack has, or AWS itself, does it."""
    functions = graph.of(aws("lambda.Function"))
    for rotation in graph.of(ROTATION):
        function = rotation.get("rotationLambdaArn")
        good = any(refers(function, it) for it in functions) if there(function) else True
        yield finding(rotation, "rotationLambdaArn", good, function)


def _soon(rotation: Resource) -> bool:
    days = dig(rotation.get("rotationRules"), "automaticallyAfterDays")
    return isinstance(days, int | float) and days <= _ROTATED_WITHIN


def _in_time(graph: Graph) -> Iterator[Finding]:
    rotations = graph.of(ROTATION)
    for secret in graph.of(SECRET):
        own = [it for it in rotations if refers(it.get("secretId"), secret)]
        good = any(_soon(it) or there(it.get("rotationRules.scheduleExpression")) for it in own)
        yield finding(own[0] if own else secret, "rotationRules" if own else "", good, f"{len(own)} rotations")


CONTROLS: Final[tuple[Control, ...]] = (
    line("IAM.1", "No policy allows everything", (POLICY, ROLE_POLICY), _statements((managed, inline), _everything)),
    line("IAM.21", "No policy allows all of a service", (POLICY, ROLE_POLICY), _statements(
        (managed, inline), _whole_service)),
    line("KMS.1", "No managed policy decrypts with every key", POLICY, _statements((managed,), _any_key)),
    line("KMS.2", "No inline policy decrypts with every key", ROLE_POLICY, _statements((inline,), _any_key)),
    line("KMS.3", "A key that is to be deleted waits first, and is enabled", (KEY, REPLICA_KEY), each(
        (KEY, REPLICA_KEY), "deletionWindowInDays", at_least(_WAITING_DAYS))),
    disputed("KMS.4", "Keys rotate", KEY, _rotates),
    line("KMS.5", "No key is open to everybody", (KEY, REPLICA_KEY), _key_public),
    line("SecretsManager.1", "Secrets rotate", SECRET, linked(SECRET, ROTATION, "secretId", "rotationRules", there)),
    line("SecretsManager.2", "A secret's rotation can succeed", ROTATION, _by_aws_or_function),
    line("SecretsManager.3", "No secret is unused", SECRET, _used),
    line("SecretsManager.4", "Secrets rotate within 90 days", SECRET, _in_time),
)  # fmt: skip
"""The lines about identity, keys and secrets."""

__all__ = ["CONTROLS"]
