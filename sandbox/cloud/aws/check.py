"""What the AWS provider's own check does: types, region, names made up, tags merged."""

from __future__ import annotations

from sandbox.cloud.aws import names
from sandbox.cloud.provider import ProviderConfig
from sandbox.cloud.refusal import Refused
from sandbox.cloud.schema import Schema
from sandbox.model import UNKNOWN, Properties, Secret, Unknown
from sandbox.protocol.convert import contains


def check(type_: str, name: str, urn: str, given: Properties, *, provider: ProviderConfig, known: Schema) -> Properties:
    """Checked inputs. ``Refused`` with every wrong property.

    ``region`` and ``tagsAll`` are filled in where the type has them, as provider/region.go and provider/tags.go of
    pulumi-aws do before anything else sees the inputs.
    """
    if not known.inputs.fits(given):
        raise Refused(list(known.inputs.problems(given, "")))
    inputs = dict(given)
    fields = known.inputs.fields
    if "region" in fields:
        inputs.setdefault("region", provider.region)
    names.fill_in(type_, name, urn, inputs, fields)
    if "tagsAll" in known.outputs and "tags" in fields:
        tags = inputs.get("tags", {})
        plain = tags.value if isinstance(tags, Secret) else tags
        if isinstance(plain, dict) and not contains(plain, Unknown):
            inputs["tagsAll"] = dict(provider.tags_all(plain))
        else:
            inputs["tagsAll"] = UNKNOWN
    return inputs
