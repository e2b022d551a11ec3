import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0  # seconds; a busy machine is no failure


async def eventually(ask: Callable[[], Awaitable[T]], *, seconds: float = PATIENCE) -> T:
    """The first answer that holds something; the last one when the patience ends."""
    end = time.monotonic() + seconds
    while True:
        answer = await ask()
        if answer or time.monotonic() > end:
            return answer
        await asyncio.sleep(0.05)
