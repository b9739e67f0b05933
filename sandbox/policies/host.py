"""Runs one policy pack's analyzer server, in the pack's own directory, as Pulumi's language host does.

Started as a program of its own (``python -u host.py ENGINE_ADDRESS PACK_DIRECTORY``); it is no part of a pack and knows
nothing of one. It runs the SDK's own ``pulumi.policy`` module, and so the SDK's own server. For a server that lives for
one run it adds three things:

- it ends when whoever started it is gone, however that came about;
- it collects garbage rarely: what a rule leaves behind is freed by reference counting, and a full collection would walk
  the whole SDK each time;
- it decodes a request once, where the SDK decodes it anew for each rule, and reads the stack's configuration once a
  worker, where the SDK reads it for each request. Each rule still gets containers of its own
  (the SDK's proxies copy them), so that nothing a rule does to its arguments reaches the next one.
"""

from __future__ import annotations

import functools
import gc
import os
import runpy
import sys
import threading
import types
from collections.abc import Callable
from typing import Any


def _end_with_parent() -> None:
    # Standard input is a pipe nobody writes to: it ends when the process that holds the other end does.
    while os.read(0, 4096):
        pass
    os._exit(0)


class _Once:
    """Remembers, within one request, what its messages and dicts were decoded to.

    Each is kept beside its decoded form, so that its identity can't come to mean another one.
    """

    def __init__(self) -> None:
        self._request = threading.local()

    def decoding(self, decode: Callable[..., Any]) -> Callable[..., Any]:
        """``decode``, called once for each argument in a request."""

        @functools.wraps(decode)
        def call(source: object, *flags: bool) -> object:
            known = getattr(self._request, "known", None)
            if known is None or flags:
                return decode(source, *flags)
            found = known.get(id(source))
            if found is None:
                found = known[id(source)] = (source, decode(source))
            return found[1]

        return call

    def handling(self, method: Callable[..., Any]) -> Callable[..., Any]:
        """``method`` of the servicer, remembering until it returns."""

        @functools.wraps(method)
        def call(servicer: object, request: object, context: object) -> object:
            self._request.known = {}
            try:
                return method(servicer, request, context)
            finally:
                self._request.known = None

        return call


def _decode_once() -> None:
    from pulumi_policy import policy  # noqa: PLC0415 - after the watch on the parent has begun

    # Another SDK version may be built otherwise: then its server runs as it is, only slower.
    servicer = getattr(policy, "_PolicyAnalyzerServicer", None)
    module = getattr(policy, "json_format", None)
    deserialize = getattr(policy, "deserialize_properties", None)
    if servicer is None or module is None or deserialize is None or not hasattr(policy, "unknown_checking_proxy"):
        return
    configure = getattr(servicer, "_configure_runtime_settings", None)
    once = _Once()
    vars(policy)["json_format"] = types.SimpleNamespace(
        **{**vars(module), "MessageToDict": once.decoding(module.MessageToDict)}
    )
    vars(policy)["deserialize_properties"] = once.decoding(deserialize)
    servicer.Analyze = once.handling(servicer.Analyze)
    servicer.AnalyzeStack = once.handling(servicer.AnalyzeStack)
    if configure is not None:
        servicer._configure_runtime_settings = _once_a_thread(configure)  # noqa: SLF001 - there is no public way


def _once_a_thread(method: Callable[[object], None]) -> Callable[[object], None]:
    # What it sets are context variables of the worker's thread, from an environment that doesn't change.
    done = threading.local()

    def call(servicer: object) -> None:
        if not getattr(done, "yes", False):
            method(servicer)
            done.yes = True

    return call


def main() -> None:
    """Serve until standard input ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.set_threshold(50_000, 50, 1_000)
    sys.path[0] = ""  # this file's own directory is no place for a pack to import from
    _decode_once()
    runpy.run_module("pulumi.policy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
