"""A circuit breaker for one remote system.

Ours, because of what the packages do in asyncio: purgatory 3.0 lets every waiting call through at once when it
half-opens, takes a cancelled call for a failed one and measures by the wall clock; pybreaker's asynchronous calls need
Tornado.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class CircuitOpen(Exception):
    """Nothing was sent; `retry_after` is the number of seconds until the next probe."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"circuit open, next probe in {retry_after:.1f} s")
        self.retry_after = retry_after


class CircuitBreaker:
    """Opens after `threshold` failures in a row; `recovery` seconds later one call probes, and its outcome decides.

    An event loop's tool, not a thread's: nothing here awaits, so that nothing interleaves.
    """

    def __init__(self, *, threshold: int, recovery: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._threshold = threshold
        self._recovery = recovery
        self._clock = clock
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        return self._opened_at is not None

    @contextmanager
    def attempt(self) -> Iterator["Attempt"]:
        """One request: the body calls `failed()` or `succeeded()`; with neither (cancelled) nothing is learnt.

        Raises:
            CircuitOpen: the request must not be sent.
        """
        probes = self._admit()
        try:
            yield Attempt(self)
        finally:
            if probes:
                self._probing = False

    def _admit(self) -> bool:
        if self._opened_at is None:
            return False
        waited = self._clock() - self._opened_at
        if self._probing or waited < self._recovery:
            raise CircuitOpen(max(0.0, self._recovery - waited))
        self._probing = True
        return True

    def record(self, *, healthy: bool) -> None:
        if healthy:
            self._failures = 0
            self._opened_at = None
            return
        self._failures += 1
        if self._failures >= self._threshold:
            self._opened_at = self._clock()


class Attempt:
    def __init__(self, breaker: CircuitBreaker) -> None:
        self._breaker = breaker

    def succeeded(self) -> None:
        self._breaker.record(healthy=True)

    def failed(self) -> None:
        self._breaker.record(healthy=False)
