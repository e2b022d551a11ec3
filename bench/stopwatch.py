import resource
import time
from types import TracebackType
from typing import Self


class Stopwatch:
    """Seconds by the clock, and of processors in the processes that were started and ended meanwhile.

    The second figure is hardly changed by what else the machine does.
    """

    def __enter__(self) -> Self:
        self._clock, self._processors = time.perf_counter(), processor_seconds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._clock
        self.processor_seconds = processor_seconds() - self._processors

    def figures(self, what: str) -> dict[str, float]:
        return {f"seconds_to_{what}": self.seconds, f"processor_seconds_to_{what}": self.processor_seconds}


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
