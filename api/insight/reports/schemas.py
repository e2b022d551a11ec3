from datetime import date, datetime

from pydantic import BaseModel

from api.insight.reports.models import Counts, Report


class Csat(BaseModel):
    """`average` of 1 to 5; `satisfied`: how many said 4 or 5."""

    answers: int
    average: float | None
    satisfied: int


class Nps(BaseModel):
    """`score`: percentage of promoters (9, 10) minus percentage of detractors (0 to 6)."""

    answers: int
    score: float | None
    promoters: int
    detractors: int


class Ces(BaseModel):
    """`average` of 1 (very hard) to 7 (very easy)."""

    answers: int
    average: float | None


class Helpfulness(BaseModel):
    """Thumbs on FAQ answers; `share` of those that are up."""

    helpful: int
    not_helpful: int
    share: float | None


class SelfService(BaseModel):
    """Conversations in which the customer said something, and the share that asked for no person."""

    conversations: int
    self_served: int
    share: float | None


class Figures(BaseModel):
    """Every average and share is null where there is nothing to make it of."""

    csat: Csat
    nps: Nps
    ces: Ces
    answers: Helpfulness
    self_service: SelfService
    handoffs: int
    surveys_asked: int

    @classmethod
    def of(cls, counts: Counts) -> "Figures":
        return cls(
            csat=Csat(answers=counts.csat_answers, average=counts.csat, satisfied=counts.csat_satisfied),
            nps=Nps(
                answers=counts.nps_answers,
                score=counts.nps,
                promoters=counts.nps_promoters,
                detractors=counts.nps_detractors,
            ),
            ces=Ces(answers=counts.ces_answers, average=counts.ces),
            answers=Helpfulness(helpful=counts.helpful, not_helpful=counts.not_helpful, share=counts.helpfulness),
            self_service=SelfService(
                conversations=counts.conversations, self_served=counts.self_served, share=counts.self_service
            ),
            handoffs=counts.handoffs,
            surveys_asked=counts.surveys,
        )


class Day(BaseModel):
    date: date
    figures: Figures


class ReasonCount(BaseModel):
    reason: str
    number: int


class CommentView(BaseModel, from_attributes=True):
    kind: str
    score: int
    text: str
    at: datetime


class ReportView(BaseModel):
    """`first` and `last` are days of the time zone `zone`, both included; `days` holds each of them.

    `comments`: the latest twenty, masked.
    """

    first: date
    last: date
    zone: str
    total: Figures
    days: list[Day]
    handoff_reasons: list[ReasonCount]
    comments: list[CommentView]

    @classmethod
    def of(cls, report: Report) -> "ReportView":
        return cls(
            first=report.period.first,
            last=report.period.last,
            zone=report.zone,
            total=Figures.of(report.total),
            days=[Day(date=day, figures=Figures.of(counts)) for day, counts in report.days],
            handoff_reasons=[ReasonCount(reason=reason, number=number) for reason, number in report.reasons],
            comments=[CommentView.model_validate(each) for each in report.comments],
        )
