"""ID and computed outputs of any AWS type: by its own maker, or in the general form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sandbox.cloud.aws import account, compute, data, edge, network, services
from sandbox.cloud.making import Maker, Making
from sandbox.cloud.schema import Schema
from sandbox.model import Properties

MAKERS: Final[Mapping[str, Maker]] = {
    **network.MAKERS,
    **compute.MAKERS,
    **data.MAKERS,
    **services.MAKERS,
    **edge.MAKERS,
    **account.MAKERS,
}

_NAME_KEYS: Final = ("name", "identifier", "id")


def make(making: Making, known: Schema | None) -> tuple[str, Properties]:
    """ID and computed outputs; a type without a maker of its own gets an ARN and an account where it has them."""
    maker = MAKERS.get(making.type)
    if maker is not None:
        return maker(making)
    return _general(making, known)


def _general(making: Making, known: Schema | None) -> tuple[str, Properties]:
    service = making.type.split(":")[1].split("/")[0]
    kind = making.type.rsplit(":", 1)[-1]
    name = next((text for key in _NAME_KEYS if (text := making.text(key))), "") or f"{making.name}-{making.hex(7)}"
    if known is None:
        return name, {}
    outputs: Properties = {}
    missing = known.outputs - making.inputs.keys()
    if "arn" in missing:
        outputs["arn"] = making.arn(service, f"{kind.lower()}/{name}")
    if "accountId" in missing:
        outputs["accountId"] = making.account
    if "ownerId" in missing:
        outputs["ownerId"] = making.account
    return name, outputs
