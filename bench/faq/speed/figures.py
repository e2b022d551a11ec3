import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Given = TypeVar("Given")


@dataclass(frozen=True)
class Figure:
    """`floor`: what the same takes at least, by the method that `named` says; in the unit of `found`.

    `worked`: seconds that the service's processor worked for it, which other jobs on the machine hardly change.
    """

    what: str
    found: float
    unit: str
    floor: float | None = None
    named: str = ""
    worked: float | None = None


def alternating(works: Sequence[Callable[[Given], object]], given: Iterable[Given]) -> list[float]:
    """Median milliseconds of each, in turn on each of `given`: what else the machine does meets all of them alike."""
    taken: list[list[float]] = [[] for _ in works]
    for argument in given:
        for work, times in zip(works, taken, strict=True):
            started = time.perf_counter()
            work(argument)
            times.append(time.perf_counter() - started)
    return [statistics.median(times) * 1000 for times in taken]


def table(figures: Sequence[Figure]) -> str:
    lines = ["| what | Aftercare | of a processor | floor | ratio |", "|---|---:|---:|---:|---:|"]
    for each in figures:
        floor = "" if each.floor is None else f"{each.floor:.2f} {each.unit}, {each.named}"
        ratio = "" if each.floor is None else f"{each.found / each.floor:.2f}"
        worked = "" if each.worked is None else f"{each.worked:.2f} s"
        lines.append(f"| {each.what} | {each.found:.2f} {each.unit} | {worked} | {floor} | {ratio} |")
    return "\n".join(lines) + "\n"
