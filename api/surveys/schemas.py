from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from api.surveys.models import SCALES, Feedback, Kind

MAX_COMMENT = 1000
Seq = Annotated[int, Field(ge=1, le=2**53)]


class NewFeedback(BaseModel):
    """`score`: csat 1 to 5, nps 0 to 10, ces 1 to 7, answer 1 (helped) or 0 (did not; -1 is taken for it).

    `ref`: for an answer the `seq` of the message, for a survey the `seq` of the event that asked (or nothing).
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    score: Annotated[int, Field(strict=True)]
    comment: Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_COMMENT)] | None = None
    ref: Seq | None = None

    @field_validator("comment")
    @classmethod
    def _no_nul(cls, comment: str | None) -> str | None:
        return (comment or "").replace("\x00", "") or None

    @model_validator(mode="after")
    def _on_its_scale(self) -> Self:
        if self.kind is Kind.ANSWER and self.score == -1:
            self.score = 0
        lowest, highest = SCALES[self.kind]
        if not lowest <= self.score <= highest:
            raise ValueError(f"the score of {self.kind} is from {lowest} to {highest}")
        return self

    def feedback(self) -> Feedback:
        return Feedback(self.kind, self.score, self.comment, self.ref or 0)


class GivenFeedback(BaseModel):
    """As it is recorded now; `ref` is null where it is about the conversation as a whole."""

    kind: Kind
    score: int
    comment: str | None
    ref: int | None

    @classmethod
    def of(cls, feedback: Feedback) -> "GivenFeedback":
        return cls(kind=feedback.kind, score=feedback.score, comment=feedback.comment, ref=feedback.ref or None)


class Dismissal(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ref: Seq
