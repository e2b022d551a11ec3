"""Matthews correlation of several classes (Gorodkin 2004), with "nothing fits" as one class beside the entries."""

from collections import Counter
from collections.abc import Sequence
from math import sqrt

Class = str | None  # an entry, or None: nothing fits


def matthews(true: Sequence[Class], said: Sequence[Class]) -> float | None:
    """None where only one class is expected, or only one is ever said."""
    right = sum(each == other for each, other in zip(true, said, strict=True))
    return _correlation(right, len(true), Counter(true), Counter(said))


def best_matthews(true: Sequence[Class], first: Sequence[Class], sureness: Sequence[float]) -> float | None:
    """The largest over all thresholds, below which "nothing fits" is said instead of `first`."""
    expected: Counter[Class] = Counter(true)
    said: Counter[Class] = Counter({None: len(true)})
    right = expected[None]
    best: float | None = None
    order = sorted(range(len(true)), key=lambda row: -sureness[row])
    for place, row in enumerate(order):
        said[None] -= 1
        said[first[row]] += 1
        right += (first[row] == true[row]) - (true[row] is None)
        if place + 1 < len(order) and sureness[order[place + 1]] == sureness[row]:
            continue  # no threshold lies between equals
        found = _correlation(right, len(true), expected, said)
        if found is not None and (best is None or found > best):
            best = found
    return best


def _correlation(right: int, total: int, true: "Counter[Class]", said: "Counter[Class]") -> float | None:
    both = sum(count * true[each] for each, count in said.items())
    spread = (total**2 - sum(count**2 for count in said.values())) * (
        total**2 - sum(count**2 for count in true.values())
    )
    return (right * total - both) / sqrt(spread) if spread else None
