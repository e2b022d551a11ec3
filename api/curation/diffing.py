"""What changed between two versions of an entry, for people: field by field, word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from api.curation.schemas import Content

MUCH = 0.4  # of the shorter text
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Literal["same", "gone", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str
    pieces: tuple[Piece, ...]


def changes(before: Content, after: Content) -> list[FieldChange]:
    found = []
    for field in Content.model_fields:
        old, new = _as_text(getattr(before, field)), _as_text(getattr(after, field))
        if old != new:
            lines = field == "phrasings"
            pieces = tuple(_pieces(old.split("\n"), new.split("\n"), "\n") if lines else _words(old, new))
            found.append(FieldChange(field, pieces))
    return found


def _as_text(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if hasattr(value, "title") and hasattr(value, "skill"):
        return f"{value.title} ({value.skill})"
    return "" if value is None else str(value)


def _words(old: str, new: str) -> Iterator[Piece]:
    """Where little stays, the two texts whole: single words that two sentences share by chance tell nothing."""
    found = list(_pieces(_PIECE.findall(old), _PIECE.findall(new), ""))
    kept = sum(len(piece.text.strip()) for piece in found if piece.kind == "same")
    if kept >= MUCH * min(len(old), len(new)):
        yield from found
        return
    yield from (Piece("gone", old), Piece("same", "\n"), Piece("added", new))


def _pieces(old: list[str], new: list[str], between: str) -> Iterator[Piece]:
    matcher = SequenceMatcher(a=old, b=new, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", between.join(old[start:end]) + between)
            continue
        if start < end:
            yield Piece("gone", between.join(old[start:end]) + between)
        if other_start < other_end:
            yield Piece("added", between.join(new[other_start:other_end]) + between)
