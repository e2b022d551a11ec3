from typing import Annotated

from pydantic import BaseModel, Field

from faq.entries.models import Audience
from faq.entries.visibility import Reader
from faq.gate.console import Tried
from faq.index.decision import Kind
from faq.understanding.schemas import Answer


class TryBody(BaseModel):
    text: Annotated[str, Field(min_length=1, max_length=1000)]
    language: Annotated[str, Field(max_length=35)] | None = None
    signed_in: bool = False
    tier: Annotated[str, Field(max_length=100)] = ""

    def reader(self) -> Reader:
        return Reader(self.signed_in, self.tier)


class NearestPhrasing(BaseModel):
    """`similarity` is a cosine."""

    phrasing: str
    similarity: float


class TriedCandidate(Answer):
    probability: float
    nearest: list[NearestPhrasing]


class Withheld(BaseModel):
    """An entry that is for others, or for other days."""

    entry: str
    question: str
    probability: float
    audience: Audience


class Trial(BaseModel):
    """`scope`: the probability that any entry answers it; `why` the decision is as it is."""

    decision: Kind
    probability: float
    scope: float
    why: str
    candidates: list[TriedCandidate]
    withheld: list[Withheld]

    @classmethod
    def of(cls, tried: Tried) -> "Trial":
        match = tried.match
        return cls(
            decision=match.decision,
            probability=match.probability,
            scope=match.scope,
            why=tried.why,
            candidates=[
                TriedCandidate(
                    **dict(Answer.of(each.entry, lambda _: None)),
                    probability=each.probability,
                    nearest=[NearestPhrasing(phrasing=near.phrasing, similarity=near.similarity) for near in nearest],
                )
                for each, nearest in zip(match.candidates, tried.nearest, strict=True)
            ],
            withheld=[
                Withheld(
                    entry=each.entry.id,
                    question=each.entry.question,
                    probability=each.probability,
                    audience=each.entry.content.audience,
                )
                for each in tried.withheld
            ],
        )
