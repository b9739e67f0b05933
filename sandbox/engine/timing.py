"""How long a run spent importing the SDKs, and how long in the program."""

from __future__ import annotations

import importlib.abc
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Final

SDKS: Final = ("pulumi", "grpc", "google", "opentelemetry")
"""Top-level packages that count as the SDKs; every ``pulumi_*`` package does too."""


@dataclass
class Timings:
    """Seconds of one run. ``program_seconds`` leaves the SDKs' imports out, wherever they happened."""

    import_seconds: float = 0.0
    """Importing the SDKs, lazily loaded parts included, over the whole run."""
    import_before_seconds: float = 0.0
    """The part of ``import_seconds`` that was spent before the program's first line."""
    program_seconds: float = 0.0
    program_started: float = 0.0
    """When the program's first line ran, in seconds since the epoch."""


class _TimedLoader(importlib.abc.Loader):
    """Times the outermost module that another loader executes."""

    def __init__(self, loader: importlib.abc.Loader, finder: _TimedFinder) -> None:
        self._loader = loader
        self._finder = finder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        finder = self._finder
        spec = module.__spec__
        if spec is not None and spec.loader is self:
            spec.loader = self._loader
            module.__loader__ = self._loader
        if finder.depth:
            self._loader.exec_module(module)
            return
        finder.depth = 1
        started = time.perf_counter()
        try:
            self._loader.exec_module(module)
        finally:
            finder.depth = 0
            finder.timings.import_seconds += time.perf_counter() - started


class _TimedFinder(importlib.abc.MetaPathFinder):
    def __init__(self, timings: Timings) -> None:
        self.timings = timings
        self.depth = 0

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if self.depth or not (top in SDKS or top.startswith("pulumi_")):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None and spec.origin is not None:
            spec.loader = _TimedLoader(spec.loader, self)
        return spec


@contextmanager
def timed_imports(timings: Timings) -> Iterator[None]:
    """Add to ``timings`` what is spent executing modules of the SDKs."""
    finder = _TimedFinder(timings)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
