from __future__ import annotations

import asyncio

import pytest


@pytest.fixture(autouse=True)
def _a_loop_of_its_own() -> None:
    """The SDK takes the thread's event loop, and another test of the same process may have closed it."""
    asyncio.set_event_loop(asyncio.new_event_loop())
