"""The event loop that a program runs on: what the SDK hands to a thread is done on the spot.

The SDK hands every call of the resource monitor to the loop's executor, because a real monitor is another process. Ours
answers in microseconds, so a thread only adds two switches and a wake-up to each registration. A monitor that must wait
(for a transform) returns a coroutine, which is then awaited instead of its result.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any


class InlineLoop(asyncio.SelectorEventLoop):
    """An event loop whose ``run_in_executor`` calls the function at once, on the loop's own thread.

    It has nothing to say about exceptions that nobody fetched: one failed resource fails everything that was made from
    its outputs, and the SDK raises the first. The language host silences asyncio for the same reason.
    """

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Leave what asyncio would complain about to the SDK, which keeps the first failure itself."""

    def run_in_executor(
        self,
        executor: Executor | None,
        func: Callable[..., Any],
        *args: object,
    ) -> asyncio.Future[Any]:
        """Call ``func`` now; the future is done already, unless the result is itself to be awaited.

        Who brings an executor of his own wants threads, and has them.
        """
        if executor is not None:
            return super().run_in_executor(executor, func, *args)
        done: asyncio.Future[Any] = self.create_future()
        try:
            result = func(*args)
        except Exception as problem:  # noqa: BLE001 - handed on, as an executor does
            done.set_exception(problem)
            return done
        if inspect.iscoroutine(result):
            return self.create_task(result)
        done.set_result(result)
        return done
