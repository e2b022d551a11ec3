from api.metrics import Metrics


class Streams:
    """The open streams of this process, up to a bound."""

    def __init__(self, metrics: Metrics, *, limit: int) -> None:
        self._metrics = metrics
        self._limit = limit
        self._open = 0

    def enter(self) -> bool:
        if self._open >= self._limit:
            self._metrics.streams_closed.labels("too_many").inc()
            return False
        self._open += 1
        self._metrics.streams.set(self._open)
        return True

    def leave(self) -> None:
        self._open -= 1
        self._metrics.streams.set(self._open)
