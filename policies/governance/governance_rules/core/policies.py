"""From rules to the SDK's policies.

A rule yields findings and what it could not see. Findings are reported at the policy's own level. What could not be
seen is raised, after the findings, as the SDK's own ``UnknownValueError``: the analyzer turns that into a diagnostic of
advisory level under the same policy, so that a mandatory policy can say in a preview what it is still to judge without
stopping it, with no second pass over the resource.

This module is the same, byte for byte, in every pack: a pack is published alone.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import pulumi_policy as sdk
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from .reading import UNKNOWN, Field, Value, plain, read
from .rules import About, AnyRule, Provider, Resource, Result, Rule, StackRule, Unseen

_SHOWN: Final = 5
"""Paths that a message about unseen values names before it only counts."""

_STACK: Final = "pulumi:pulumi:Stack"
"""The type of the one resource that every stack has: where something is wrong with a rule's own settings."""


class NotSeenError(UnknownValueError):
    """Raised when a rule has judged what it could and met values that are not known yet."""

    def __init__(self, paths: Iterable[str]) -> None:
        unique = list(dict.fromkeys(paths))
        super().__init__(UNKNOWN_STRING_VALUE, unique)
        shown = ", ".join(unique[:_SHOWN])
        more = f" and {len(unique) - _SHOWN} more" if len(unique) > _SHOWN else ""
        self.message = (
            f"could not see {shown}{more}, known only once something else is created; all the rest was judged. "
            "Set it from a plain setting to have it judged here; the update judges it in any case"
        )


def policies(rules: Iterable[AnyRule]) -> list[sdk.Policy]:
    """One policy a rule, in the same order."""
    return [_resource_policy(rule) if isinstance(rule, Rule) else _stack_policy(rule) for rule in rules]


def _resource_policy(rule: Rule) -> sdk.ResourceValidationPolicy:
    about, covers, check = rule.about, rule.covers, rule.check

    def validate(args: sdk.ResourceValidationArgs, report: sdk.ReportViolation) -> None:
        if not covers(args.resource_type):
            if args.resource_type == _STACK:
                _tell_of_settings(about, args.get_config(), report)
            return
        config = about.configure(args.get_config())
        if config.excepts(args.urn):
            return
        resource = Resource(
            args.resource_type,
            Field(read(args.props)),
            args.name,
            args.urn,
            args.opts.protect,
            _provider(args.provider),
        )
        _tell(lambda: check(resource, config), report, args.urn)

    return sdk.ResourceValidationPolicy(
        name=about.name,
        description=about.description,
        validate=validate,
        enforcement_level=sdk.EnforcementLevel(about.level),
        config_schema=_schema(about),
        severity=sdk.Severity(about.severity),
        framework=_framework(about),
        tags=_tags(about),
        remediation_steps=about.remedy,
    )


def _stack_policy(rule: StackRule) -> sdk.StackValidationPolicy:
    about, covers, check = rule.about, rule.covers, rule.check

    def validate(args: sdk.StackValidationArgs, report: sdk.ReportViolation) -> None:
        _tell_of_settings(about, args.get_config(), report)
        config = about.configure(args.get_config())
        resources = [
            Resource(
                it.resource_type,
                Field(_outputs(it)),
                it.name,
                it.urn,
                it.opts.protect,
                _provider(it.provider),
                {key: [other.urn for other in others] for key, others in it.property_dependencies.items()},
            )
            for it in args.resources
            if covers(it.resource_type) and not config.excepts(it.urn)
        ]
        _tell(lambda: check(resources, config), report, None)

    return sdk.StackValidationPolicy(
        name=about.name,
        description=about.description,
        validate=validate,
        enforcement_level=sdk.EnforcementLevel(about.level),
        config_schema=_schema(about),
        severity=sdk.Severity(about.severity),
        framework=_framework(about),
        tags=_tags(about),
        remediation_steps=about.remedy,
    )


def _outputs(resource: sdk.PolicyResource) -> Value:
    """What a stack rule sees of a resource; ``UNKNOWN`` where the engine hands over nothing at all.

    That is so in a preview of everything whose provider is still to be configured: each object of a cluster that the
    same update makes. Source: ``Create`` in pkg/resource/plugin/provider_plugin.go (pulumi/pulumi, 2026-08-21).
    """
    return plain(resource.props) or UNKNOWN


def _tell(judge: Callable[[], Iterable[Result]], report: sdk.ReportViolation, urn: str | None) -> None:
    """Report what ``judge`` finds. A rule that breaks is a violation like any other: nothing passes because of it."""
    unseen = []
    try:
        for result in judge():
            if isinstance(result, Unseen):
                unseen.append(result.path)
            else:
                report(result.message, result.urn or urn)
    except Exception as problem:  # noqa: BLE001 - the engine would end the update with a traceback and no resource
        report(broken(problem), urn)
    if unseen:
        raise NotSeenError(unseen)


def broken(problem: Exception) -> str:
    """What is said where a rule breaks. The exception's own text stays out, as it may quote a value."""
    at = traceback.extract_tb(problem.__traceback__)[-1]
    return (
        f"the rule itself broke here ({type(problem).__name__} in {Path(at.filename).name}, line {at.lineno}), so the "
        "resource is not judged: let the pack's maintainers know; until it is mended, name the resource in the rule's "
        "setting exceptions"
    )


def _tell_of_settings(about: About, given: Mapping[str, Value] | None, report: sdk.ReportViolation) -> None:
    """Report settings that the rule doesn't have: the engine hands them over without a word."""
    for name in given or ():
        if name not in about.all_settings:
            known = ", ".join(about.all_settings)
            report(f"the pack's configuration: the rule has no setting {name}; write one of {known}", None)


def _provider(provider: sdk.PolicyProviderResource | None) -> Provider | None:
    return None if provider is None else Provider(provider.resource_type, provider.props)


def _schema(about: About) -> sdk.PolicyConfigSchema:
    return sdk.PolicyConfigSchema(
        properties={
            name: {**setting.schema, "default": setting.default, "description": setting.purpose}
            for name, setting in about.all_settings.items()
        }
    )


def _tags(about: About) -> list[str]:
    return [f"{framework} {control}" for framework, controls in about.controls.items() for control in controls]


def _framework(about: About) -> sdk.PolicyComplianceFramework:
    """The SDK knows one framework a policy: the rule's first; all others are in the tags."""
    name, controls = next(iter(about.controls.items()))
    return sdk.PolicyComplianceFramework(
        name=name, reference=", ".join(controls), specification="; ".join(_tags(about))
    )
