import base64
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from faq.entries.models import Published

Text = Annotated[str, Field(max_length=4000)]


class UnderstandRequest(BaseModel):
    """`signed_in` and `tier` say who asks: entries for others are as if they did not exist.

    `language` is the customer's: entries in it are searched, and where one is missing those that it falls back on.
    """

    text: Text
    language: Annotated[str, Field(max_length=35)] | None = None
    signed_in: bool = False
    tier: Annotated[str, Field(max_length=100)] = ""


class RelatedEntry(BaseModel):
    entry: str
    question: str


class SkillButton(BaseModel):
    title: str
    skill: str


class Answer(BaseModel):
    """`related` holds those that whoever asks may read; `button` starts a skill; `language` is the entry's."""

    entry: str
    version: int
    language: str
    question: str
    answer: str
    category: str | None
    related: list[RelatedEntry] = []
    button: SkillButton | None = None

    @classmethod
    def of(cls, entry: Published, seen: Callable[[str], Published | None]) -> "Answer":
        """`seen` gives an entry by its id where whoever asks may read it."""
        content = entry.content
        related = [found for each in content.related if (found := seen(each)) is not None]
        return cls(
            entry=entry.id,
            version=entry.version,
            language=content.language,
            question=content.question,
            answer=content.answer,
            category=content.category,
            related=[RelatedEntry(entry=each.id, question=each.question) for each in related],
            button=SkillButton(title=content.button.title, skill=content.button.skill) if content.button else None,
        )


class CandidateAnswer(Answer):
    probability: float


class Understood(BaseModel):
    """`vector` is base64 of little-endian float32.

    `foreign`: it is of the encoder for other languages, in whose space intents were not learned.
    """

    vector: str
    decision: Literal["answer", "clarify", "abstain"]
    probability: float
    candidates: list[CandidateAnswer]
    model: str
    foreign: bool = False


class EmbedRequest(BaseModel):
    texts: Annotated[list[Text], Field(max_length=256)]


class Embedded(BaseModel):
    vectors: list[str]
    dimension: int
    model: str


class EncoderIdentity(BaseModel):
    model: str
    dimension: int


def as_base64(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(vector.astype("<f4", copy=False).tobytes()).decode()
