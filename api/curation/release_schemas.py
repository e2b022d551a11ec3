"""What the FAQ service says of releases, of the gate, and of who did what (`docs/reference/internal.md`)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.curation.schemas import EntryId, Given

RELEASE_LIMIT = 512 * 1024  # bytes of a release that names 2,000 entries and their versions

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class Wish(BaseModel):
    """An entry whose newest version should go live; 409 where that is not `expected_version` any more."""

    entry: EntryId
    expected_version: int | None = None


class Wishes(BaseModel):
    entries: Annotated[list[Wish], Field(max_length=2000)]


class NewRelease(BaseModel):
    """`override`: why golden questions may break."""

    entries: Annotated[list[Wish], Field(min_length=1, max_length=2000)]
    override: Reason | None = None


class Asked(BaseModel):
    """A golden question, or a phrasing of `expected` asked as if it had not been written. `before` null: it is new."""

    text: str
    expected: str | None
    change: Literal["fixed", "broken", "moved", "new", "same"]
    fits: bool
    before: Given | None
    now: Given
    golden: int | None
    blocks: bool


class Collision(BaseModel):
    """Two entries with other answers, asked with nearly the same words since this draft."""

    text: str
    entry: str
    other: str
    phrasing: str
    similarity: float


class Report(BaseModel):
    """`goldens` are all of them; `phrasings` those for which something changes, and new ones that miss their entry."""

    blocked: bool
    counts: dict[str, int]
    goldens: list[Asked]
    phrasings: list[Asked]
    collisions: list[Collision]

    def of_change(self, change: str) -> list[Asked]:
        return [each for each in self.phrasings if each.change == change]

    @property
    def quiet(self) -> bool:
        changed = any(each.change != "same" or not each.fits for each in self.goldens)
        return not (changed or self.phrasings or self.collisions)


class Published(BaseModel):
    release: int
    report: Report


class Step(BaseModel):
    """null: nothing of the entry is live."""

    entry: str
    version: int | None
    before: int | None


class Release(BaseModel):
    """`note`: why the gate was overridden, or what was gone back to. `gate`: counts of its report."""

    id: int
    kind: str
    author: str | None
    at: datetime
    note: str | None
    gate: dict[str, Any] | None
    steps: list[Step]


class ReleaseList(BaseModel):
    releases: list[Release]


class Restored(BaseModel):
    release: int


class Deed(BaseModel):
    id: int
    at: datetime
    author: str | None
    action: str
    entry: str | None
    version: int | None
    release: int | None
    note: str | None


class DeedList(BaseModel):
    deeds: list[Deed]


class NewGolden(BaseModel):
    """A question and the entry that customers must get, or null where no entry may answer it."""

    text: Annotated[str, Field(max_length=300)]
    expected: EntryId | None
    language: Annotated[str, Field(max_length=35)] | None = None


class Golden(BaseModel):
    id: int
    text: str
    expected: str | None
    language: str | None
    author: str | None
    at: datetime


class GoldenList(BaseModel):
    goldens: list[Golden]
