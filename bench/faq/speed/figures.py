import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """`floor`: what the same takes at least, by the method that `named` says; in the unit of `found`."""

    what: str
    found: float
    unit: str
    floor: float | None = None
    named: str = ""


def median_milliseconds(work: Callable[..., Any], given: Iterable[Sequence[Any]]) -> float:
    taken = []
    for arguments in given:
        started = time.perf_counter()
        work(*arguments)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def table(figures: Sequence[Figure]) -> str:
    lines = ["| what | Aftercare | floor | ratio |", "|---|---:|---:|---:|"]
    for each in figures:
        floor = "" if each.floor is None else f"{each.floor:.2f} {each.unit}, {each.named}"
        ratio = "" if each.floor is None else f"{each.found / each.floor:.2f}"
        lines.append(f"| {each.what} | {each.found:.2f} {each.unit} | {floor} | {ratio} |")
    return "\n".join(lines) + "\n"
