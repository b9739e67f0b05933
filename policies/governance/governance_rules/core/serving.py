"""Start of a pack's server, and what makes it cheap to ask.

The analyzer decodes a resource anew for each rule: with twenty rules a Deployment is turned from its message into
dicts, and from dicts into proxies, twenty times over, which is nearly all the work a pack does. The rules here only
read, so one decoding serves them all. ``share_decoding`` lets the analyzer's three steps remember their last few
results; where the SDK's module no longer has the three, nothing is changed and the pack is only slower.

This module is the same, byte for byte, in every pack: a pack is published alone.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Final, TypeVar

import pulumi_policy as sdk
from pulumi_policy import policy as analyzer

from .policies import policies
from .rules import AnyRule

_KEPT: Final = 4
"""Results kept a thread and step: the resource's and its provider's, with room for one more of each."""

_GARBAGE_THRESHOLD: Final = 50_000
"""New containers between two collections (the default is 700): what a request leaves behind holds no cycles."""

_From = TypeVar("_From")
_To = TypeVar("_To")


def remembering(step: Callable[[_From], _To]) -> Callable[..., _To]:
    """``step`` of one argument, made once for the same object while it is among the thread's last few.

    An object is recognised by identity and held while it is remembered, so another one can't be taken for it. A call
    with further arguments is passed on: the analyzer decodes for remediation that way, and writes into the result.
    """
    local = threading.local()

    def remembered(source: _From, *more: object) -> _To:
        if more:
            return step(source, *more)
        kept: deque[tuple[_From, _To]] | None = getattr(local, "kept", None)
        if kept is None:
            kept = local.kept = deque(maxlen=_KEPT)
        for known, result in kept:
            if known is source:
                return result
        result = step(source)
        kept.append((source, result))
        return result

    return remembered


def share_decoding(module: object = analyzer) -> bool:
    """Let the analyzer in ``module`` decode a resource once for all rules; ``False`` where it isn't built for that."""
    steps = [
        getattr(module, name, None) for name in ("json_format", "deserialize_properties", "unknown_checking_proxy")
    ]
    to_dict = getattr(steps[0], "MessageToDict", None)
    if to_dict is None or not all(callable(step) for step in steps[1:]):
        return False
    module.json_format = SimpleNamespace(MessageToDict=remembering(to_dict))  # type: ignore[attr-defined]
    module.deserialize_properties = remembering(steps[1])  # type: ignore[attr-defined,arg-type]
    module.unknown_checking_proxy = remembering(steps[2])  # type: ignore[attr-defined,arg-type]
    return True


def serve(name: str, description: str, rules: Iterable[AnyRule]) -> None:
    """Serve ``rules`` as the pack ``name`` until the process is ended; the port is the first line printed."""
    share_decoding()
    gc.freeze()
    gc.set_threshold(_GARBAGE_THRESHOLD)
    sdk.PolicyPack(name=name, policies=policies(rules), description=description)
