import base64
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

Text = Annotated[str, Field(max_length=4000)]


class UnderstandRequest(BaseModel):
    text: Text
    language: Annotated[str, Field(max_length=35)] | None = None


class CandidateAnswer(BaseModel):
    entry: str
    version: int
    question: str
    probability: float
    answer: str
    category: str | None


class Understood(BaseModel):
    """`vector` is base64 of little-endian float32."""

    vector: str
    decision: Literal["answer", "clarify", "abstain"]
    probability: float
    candidates: list[CandidateAnswer]
    model: str


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
