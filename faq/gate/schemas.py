from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from faq.entries.schemas import Author, ContentFields
from faq.gate.hints import Hints
from faq.gate.models import Asked, Change, Given, Golden, Report
from faq.index.decision import Kind

SHOWN = 100  # changed phrasings of each kind that a report names; its counts are complete


class NewGolden(BaseModel):
    """`expected` null: no entry may answer it."""

    text: Annotated[str, Field(max_length=2000)]
    expected: str | None
    language: Annotated[str, Field(max_length=35)] | None = None
    author: Author = None


class GoldenOut(BaseModel):
    id: int
    text: str
    expected: str | None
    language: str | None
    author: str | None
    at: datetime

    @classmethod
    def of(cls, golden: Golden) -> "GoldenOut":
        return cls.model_validate(golden, from_attributes=True)


class GoldenList(BaseModel):
    goldens: list[GoldenOut]


class GivenOut(BaseModel):
    """What a customer gets: the first candidate, and where it is a choice all that it holds."""

    model_config = ConfigDict(from_attributes=True)

    decision: Kind
    entry: str | None
    probability: float
    offered: tuple[str, ...]

    @classmethod
    def of(cls, given: Given | None) -> "GivenOut | None":
        return cls.model_validate(given, from_attributes=True) if given else None


class AskedOut(BaseModel):
    """`before` null: the text is new. `blocks`: the draft may not go live because of it."""

    text: str
    expected: str | None
    change: Change
    fits: bool
    before: GivenOut | None
    now: GivenOut | None
    golden: int | None
    blocks: bool

    @classmethod
    def of(cls, asked: Asked, *, blocks: bool = False) -> "AskedOut":
        return cls(
            text=asked.text,
            expected=asked.expected,
            change=asked.change,
            fits=asked.fits,
            before=GivenOut.of(asked.before),
            now=GivenOut.of(asked.now),
            golden=asked.golden,
            blocks=blocks,
        )


class CollisionOut(BaseModel):
    text: str
    entry: str
    other: str
    phrasing: str
    similarity: float


class ReportOut(BaseModel):
    """`goldens` are all of them; `phrasings` those for which something changes, and new ones that miss their entry."""

    blocked: bool
    counts: dict[str, int]
    goldens: list[AskedOut]
    phrasings: list[AskedOut]
    collisions: list[CollisionOut]

    @classmethod
    def of(cls, report: Report) -> "ReportOut":
        missed = [each for each in report.changed("new") if not each.fits]
        changed = [list(report.changed(kind))[:SHOWN] for kind in ("broken", "fixed", "moved")]
        blocking = report.blocking
        return cls(
            blocked=bool(blocking),
            counts=report.counts() | {"missed": len(missed)},
            goldens=[AskedOut.of(each, blocks=each in blocking) for each in report.goldens],
            phrasings=[AskedOut.of(each) for part in (*changed, missed[:SHOWN]) for each in part],
            collisions=[CollisionOut.model_validate(each, from_attributes=True) for each in report.collisions[:SHOWN]],
        )


class DraftBody(ContentFields):
    """An entry as it stands in the form; `entry` is its id where it was saved before."""

    entry: str | None = None


class NearOut(BaseModel):
    """`answer`: of the other entry, where it is another one than ours."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    entry: str
    phrasing: str
    similarity: float
    answer: str | None


class PullOut(BaseModel):
    """Had it not been written, customers who ask `text` would get this."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    given: GivenOut


class HintsOut(BaseModel):
    same_question: tuple[str, ...]
    near: tuple[NearOut, ...]
    pulls: tuple[PullOut, ...]

    @classmethod
    def of(cls, hints: Hints) -> "HintsOut":
        return cls.model_validate(hints, from_attributes=True)
