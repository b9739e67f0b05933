"""Every control, in the order of its list."""

from __future__ import annotations

import re
from typing import Final

from controls.cis import managed, rights, workloads
from controls.fsbp import account, backups, balancers, buckets, compute, databases, edge, identity, stores
from controls.model import Control, Source

_MODULES: Final = (
    account, backups, balancers, buckets, compute, databases, edge, identity, stores, managed, rights, workloads
)  # fmt: skip


def _order(control: Control) -> tuple[str, list[str], list[int]]:
    words = re.findall(r"[A-Za-z]+\d?[A-Za-z]*", control.id.partition(".")[0])
    return (
        "CIS" if control.source is Source.CIS_EKS else "FSBP",
        [word for word in words if control.source is not Source.CIS_EKS],
        [
            int(part)
            for part in re.findall(r"\d+", control.id.partition(".")[2] if " " not in control.id else control.id)
        ],
    )


CONTROLS: Final[tuple[Control, ...]] = tuple(
    sorted((control for module in _MODULES for control in module.CONTROLS), key=_order)
)
"""Every line of both lists that a program can answer for."""

BY_ID: Final[dict[str, Control]] = {control.id: control for control in CONTROLS}
"""The same by id."""

__all__ = ["BY_ID", "CONTROLS"]
