from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a score is about, and on which scale."""

    CSAT = "csat"  # how satisfied, 1 to 5
    NPS = "nps"  # how likely to recommend, 0 to 10
    CES = "ces"  # how easy, 1 to 7
    ANSWER = "answer"  # whether one FAQ answer helped, 1 or 0


SCALES: dict[Kind, tuple[int, int]] = {
    Kind.CSAT: (1, 5),
    Kind.NPS: (0, 10),
    Kind.CES: (1, 7),
    Kind.ANSWER: (0, 1),
}


@dataclass(frozen=True, slots=True)
class Feedback:
    """`ref`: the `seq` of the answer or of the survey that it is about; 0 where it is about the whole conversation."""

    kind: Kind
    score: int
    comment: str | None = None
    ref: int = 0


@dataclass(frozen=True, slots=True)
class Survey:
    """The one question that a conversation was asked at its end; `seq` is the event's."""

    seq: int
    kind: Kind
    dismissed: bool
