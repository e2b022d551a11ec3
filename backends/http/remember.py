import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from backends.errors import BackendError

T = TypeVar("T")


class Remembered(Generic[T]):
    """A value that is fetched at most once in `seconds`. When it can't be fetched again the last one stands."""

    def __init__(
        self, fetch: Callable[[], Awaitable[T]], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._clock = clock
        self._lock = asyncio.Lock()
        self._held: tuple[T] | None = None
        self._fresh_until = 0.0

    async def value(self) -> T:
        """Raises what `fetch` raises, if nothing was ever fetched."""
        if self._held is None or self._clock() >= self._fresh_until:
            async with self._lock:
                if self._held is None or self._clock() >= self._fresh_until:
                    await self._refresh()
        assert self._held is not None
        return self._held[0]

    async def _refresh(self) -> None:
        try:
            self._held = (await self._fetch(),)
        except BackendError:
            if self._held is None:
                raise
        self._fresh_until = self._clock() + self._seconds
