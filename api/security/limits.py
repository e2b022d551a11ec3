import math
import time

from limits import parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from api.metrics import Metrics
from common.problems import Problem


class TooMany(Problem):
    def __init__(self, seconds: int) -> None:
        super().__init__(
            429,
            "rate_limited",
            f"Too many requests. Try again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
            retry_after=seconds,
        )


class RateLimit:
    """One limit, such as "30/minute", counted apart for each key."""

    def __init__(self, name: str, limit: str, storage: Storage, metrics: Metrics) -> None:
        self._name = name
        self._limit = parse(limit)
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._metrics = metrics

    async def hit(self, key: str) -> None:
        """Raises TooMany."""
        if await self._limiter.hit(self._limit, self._name, key):
            return
        window = await self._limiter.get_window_stats(self._limit, self._name, key)
        self._metrics.limited.labels(self._name).inc()
        raise TooMany(max(1, math.ceil(window.reset_time - time.time())))
