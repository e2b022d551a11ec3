from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from faq.audit.log import Deed
from faq.entries.schemas import Author
from faq.gate.schemas import ReportOut
from faq.releases.models import Release, Wish

Reason = Annotated[str, Field(min_length=1, max_length=500)]


class WishBody(BaseModel):
    entry: str
    expected_version: int | None = None


class Check(BaseModel):
    """Entries whose newest versions would go live together."""

    entries: Annotated[list[WishBody], Field(max_length=2000)]

    def wishes(self) -> list[Wish]:
        return [Wish(each.entry, each.expected_version) for each in self.entries]


class NewRelease(Check):
    """`override`: why it may break golden questions."""

    entries: Annotated[list[WishBody], Field(min_length=1, max_length=2000)]
    override: Reason | None = None
    author: Author = None


class Published(BaseModel):
    release: int
    report: ReportOut


class GoBack(BaseModel):
    author: Author = None


class StepOut(BaseModel):
    """null: nothing of the entry is live."""

    entry: str
    version: int | None
    before: int | None


class ReleaseOut(BaseModel):
    id: int
    kind: str
    author: str | None
    at: datetime
    note: str | None
    gate: dict[str, Any] | None
    steps: list[StepOut]

    @classmethod
    def of(cls, release: Release) -> "ReleaseOut":
        return cls.model_validate(release, from_attributes=True)


class ReleaseList(BaseModel):
    releases: list[ReleaseOut]


class DeedOut(BaseModel):
    id: int
    at: datetime
    author: str | None
    action: str
    entry: str | None
    version: int | None
    release: int | None
    note: str | None

    @classmethod
    def of(cls, deed: Deed) -> "DeedOut":
        return cls.model_validate(deed, from_attributes=True)


class DeedList(BaseModel):
    deeds: list[DeedOut]
