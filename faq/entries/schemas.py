from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from faq.entries.models import Audience, Button, Content, Entry, NearDuplicate, Status
from faq.index.decision import Kind

Author = Annotated[str, Field(max_length=200)] | None


class ButtonBody(BaseModel):
    title: str
    skill: str


class ContentFields(BaseModel):
    """What an entry says, as it stands in calls and files."""

    question: str
    phrasings: list[str] = []
    answer: str
    category: str | None = None
    language: str = "en"
    tags: list[str] = []
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = Audience.EVERYONE
    tiers: list[str] = []
    related: list[str] = []
    button: ButtonBody | None = None
    translates: str | None = None

    @classmethod
    def of(cls, content: Content) -> "ContentFields":
        return cls.model_validate(asdict(content))

    def content(self) -> Content:
        return Content(
            question=self.question,
            phrasings=tuple(self.phrasings),
            answer=self.answer,
            category=self.category,
            language=self.language,
            tags=tuple(self.tags),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            audience=self.audience,
            tiers=tuple(self.tiers),
            related=tuple(self.related),
            button=Button(self.button.title, self.button.skill) if self.button else None,
            translates=self.translates,
        )


class ContentBody(ContentFields):
    author: Author = None


class NewEntry(ContentBody):
    """Without an `id`, one is made of the question."""

    id: str | None = None


class SavedEntry(ContentBody):
    expected_version: int


class Change(BaseModel):
    """With `expected_version`, refused (409) where the entry was saved by somebody else since."""

    expected_version: int | None = None
    author: Author = None


class PublishChange(Change):
    """`override`: why it may break golden questions."""

    override: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class Noted(Change):
    note: Annotated[str, Field(max_length=500)] | None = None


class RollBack(Change):
    version: int


class EntryOut(ContentFields):
    """`version` is the shown one; `latest` above `live` means that there are unpublished changes."""

    id: str
    version: int
    status: Status
    latest: int
    live: int | None
    saved_at: datetime
    author: str | None
    note: str | None
    review: int | None

    @classmethod
    def shown(cls, entry: Entry) -> "EntryOut":
        return cls.model_validate(_fields(entry))


class Nearby(BaseModel):
    """Customers ask `entry` with nearly the same words as `text`."""

    text: str
    entry: str
    phrasing: str
    similarity: float

    @classmethod
    def of(cls, near: NearDuplicate) -> "Nearby":
        return cls(text=near.text, entry=near.entry, phrasing=near.phrasing, similarity=near.similarity)


class SavedOut(EntryOut):
    warnings: list[Nearby]

    @classmethod
    def with_warnings(cls, entry: Entry, near: list[NearDuplicate]) -> "SavedOut":
        return cls.model_validate({**_fields(entry), "warnings": [Nearby.of(each) for each in near]})


class EntryList(BaseModel):
    entries: list[EntryOut]


class Skill(BaseModel):
    """`label` says to curators what it does."""

    name: str
    label: str


class SkillList(BaseModel):
    skills: list[Skill]


class Hit(BaseModel):
    entry: str
    version: int
    question: str
    probability: float


class SearchResult(BaseModel):
    decision: Kind
    probability: float
    scope: float
    candidates: list[Hit]


def _fields(entry: Entry) -> dict[str, object]:
    return asdict(entry.content) | {
        "id": entry.id,
        "version": entry.version,
        "status": entry.status,
        "latest": entry.latest,
        "live": entry.live,
        "saved_at": entry.saved_at,
        "author": entry.author,
        "note": entry.note,
        "review": entry.review,
    }
