from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Reason(StrEnum):
    """Why a question counts as unanswered."""

    UNKNOWN = "unknown"  # the assistant had no entry for it
    NOT_UNDERSTOOD = "not_understood"
    NOT_CHOSEN = "not_chosen"  # it asked which entry is meant, and none was
    NOT_HELPFUL = "not_helpful"  # thumb down
    HANDED_OFF = "handed_off"


class Settled(StrEnum):
    """What a curator made of a gap."""

    PHRASING = "phrasing"
    DRAFT = "draft"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that waits to be sorted into a gap; `text` is masked."""

    conversation_id: UUID
    seq: int
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class GapMeaning:
    """`vectors`: the sum of the vectors of its questions, float32 of the encoder `model`."""

    id: int
    language: str
    model: str
    vectors: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question was asked: a conversation to look at."""

    conversation_id: UUID
    seq: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Unanswered questions of one meaning. In the list of open ones, what was asked since it was settled last counts.

    `texts`: the most frequent first, with how often. `places`: one a conversation, the latest first. `near`: entries
    that were thought of, the most probable first.
    """

    id: int
    language: str
    questions: int
    conversations: int
    reasons: dict[Reason, int]
    texts: list[tuple[str, int]]
    places: list[Place]
    near: list[str]
    first_at: datetime
    last_at: datetime
    settled: Settled | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    entry: str | None = None

    @property
    def text(self) -> str:
        return self.texts[0][0]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What customers chose `entry` for when they were asked which one they meant."""

    entry: str
    text: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """`unsorted`: questions that are not in a gap yet."""

    gaps: list[Gap]
    suggestions: list[Suggestion]
    unsorted: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How one version of an entry did. `helpful` and `not_helpful` are thumbs, `handed_off` questions."""

    version: int
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class EntryUsage:
    """How an entry did in all its versions. `lately`: shown in the last 28 days; `before`: in the 28 before them."""

    entry: str
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int
    lately: int
    before: int


@dataclass(frozen=True, slots=True)
class Week:
    """`starts`: a Monday in the staff's time zone, as an ISO date."""

    starts: str
    shown: int
    helpful: int
    not_helpful: int
    handed_off: int


@dataclass(frozen=True, slots=True)
class EntryStatistics:
    """`versions`: the newest first. `weeks`: the last twelve, the oldest first, without gaps."""

    versions: list[Usage] = field(default_factory=list)
    weeks: list[Week] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation as a curator may read it."""

    seq: int
    author: str
    text: str
    at: datetime
    entry: str | None = None
    version: int | None = None
