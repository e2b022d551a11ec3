from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.curation.schemas import EntryId
from api.insight.questions.models import EntryStatistics, Gap, Overview, Reason, Settled

Which = Literal["open", "settled", "dismissed"]
GapId = Annotated[int, Field(ge=1, le=2**62)]
Phrasing = Annotated[str, Field(min_length=1, max_length=300)]


class TextView(BaseModel):
    text: str
    times: int


class PlaceView(BaseModel):
    conversation_id: UUID
    seq: int
    asked_at: datetime


class GapView(BaseModel):
    """Unanswered questions of one meaning, their texts masked. `near`: the entries that fit best."""

    id: int
    language: str
    questions: int
    conversations: int
    reasons: dict[Reason, int]
    texts: list[TextView]
    places: list[PlaceView]
    near: list[str]
    first_at: datetime
    last_at: datetime
    settled: Settled | None
    settled_at: datetime | None
    settled_by: str | None
    entry: str | None

    @classmethod
    def of(cls, gap: Gap) -> "GapView":
        names = [name for name in cls.model_fields if name not in ("texts", "places")]
        return cls(
            texts=[TextView(text=text, times=times) for text, times in gap.texts],
            places=[PlaceView.model_validate(place, from_attributes=True) for place in gap.places],
            **{name: getattr(gap, name) for name in names},
        )


class SuggestionView(BaseModel):
    """`text` is what customers wrote before they chose `entry`."""

    entry: str
    text: str
    times: int
    last_at: datetime


class OverviewView(BaseModel):
    """`unsorted`: questions that are not in a gap yet; they are soon."""

    gaps: list[GapView]
    suggestions: list[SuggestionView]
    unsorted: int

    @classmethod
    def of(cls, overview: Overview) -> "OverviewView":
        return cls(
            gaps=[GapView.of(gap) for gap in overview.gaps],
            suggestions=[SuggestionView.model_validate(each, from_attributes=True) for each in overview.suggestions],
            unsorted=overview.unsorted,
        )


class AddPhrasings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entry: EntryId
    phrasings: Annotated[list[Phrasing], Field(min_length=1, max_length=20)]


class SuggestionChoice(BaseModel):
    """`text` as it was listed; `phrasing` as it should be saved, by default the same."""

    model_config = ConfigDict(extra="forbid")

    entry: EntryId
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    phrasing: Phrasing | None = None


class MissingPhrasings(BaseModel):
    phrasings: list[str]


class UsageView(BaseModel, from_attributes=True):
    version: int
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int
    first_at: datetime
    last_at: datetime


class EntryUsageView(BaseModel, from_attributes=True):
    """`lately`: shown in the last 28 days; `before`: in the 28 days before them."""

    entry: str
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int
    lately: int
    before: int


class FiguresView(BaseModel):
    entries: list[EntryUsageView]


class WeekView(BaseModel, from_attributes=True):
    starts: str
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int


class EntryStatisticsView(BaseModel):
    """`versions`: newest first; `weeks`: the last twelve, oldest first."""

    versions: list[UsageView]
    weeks: list[WeekView]

    @classmethod
    def of(cls, statistics: EntryStatistics) -> "EntryStatisticsView":
        return cls.model_validate(statistics, from_attributes=True)
