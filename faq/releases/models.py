from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
    """An entry whose newest version should go live; refused where that is not `expected_version` any more."""

    entry: str
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What one release did to one entry. None: nothing of it is live."""

    entry: str
    version: int | None
    before: int | None


@dataclass(frozen=True, slots=True)
class Release:
    """`note`: why the gate was overridden, or what was gone back to. `gate`: counts of its report."""

    id: int
    kind: str
    author: str | None
    at: datetime
    note: str | None
    gate: Mapping[str, Any] | None
    steps: tuple[Step, ...]
