"""The figures of a report, and how they are made of counts. Nothing is made of no answers.

CSAT: the mean of 1 to 5. NPS: the percentage of promoters (9 and 10) minus that of detractors (0 to 6), from -100 to
100 (F. Reichheld, "The One Number You Need to Grow", Harvard Business Review, December 2003). CES: the mean of 1 to 7,
7 being the easiest (M. Dixon, N. Toman, R. DeLisi, "The Effortless Experience", 2013).
"""

from dataclasses import dataclass, fields
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """Of a day, or of many.

    `conversations` in which the customer said something count on the day they began; of these, `self_served` ones never
    had a hand-off. The rest counts on the day it happened.
    """

    conversations: int = 0
    self_served: int = 0
    handoffs: int = 0
    csat_answers: int = 0
    csat_sum: int = 0
    csat_satisfied: int = 0  # 4 and 5
    nps_answers: int = 0
    nps_promoters: int = 0
    nps_detractors: int = 0
    ces_answers: int = 0
    ces_sum: int = 0
    helpful: int = 0
    not_helpful: int = 0
    surveys: int = 0  # asked

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})

    @property
    def csat(self) -> float | None:
        return _ratio(self.csat_sum, self.csat_answers)

    @property
    def nps(self) -> float | None:
        share = _ratio(self.nps_promoters - self.nps_detractors, self.nps_answers)
        return None if share is None else 100 * share

    @property
    def ces(self) -> float | None:
        return _ratio(self.ces_sum, self.ces_answers)

    @property
    def helpfulness(self) -> float | None:
        """The share of thumbs that are up."""
        return _ratio(self.helpful, self.helpful + self.not_helpful)

    @property
    def self_service(self) -> float | None:
        """The share of conversations that needed no person."""
        return _ratio(self.self_served, self.conversations)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the staff's time zone, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Comment:
    """What a customer wrote beside a score, masked."""

    kind: str
    score: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """`days`: every day of the period, the oldest first. `reasons`: hand-offs by reason, the most frequent first.

    `comments`: the latest first, at most so many.
    """

    period: Period
    zone: str
    total: Counts
    days: list[tuple[date, Counts]]
    reasons: list[tuple[str, int]]
    comments: list[Comment]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
