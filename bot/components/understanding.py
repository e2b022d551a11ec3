"""What the FAQ service says about one message, and the check that it really says that.

FaqUnavailable
"""

import base64
import binascii
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

import numpy as np

DECISIONS = ("answer", "clarify", "abstain")


class FaqUnavailable(Exception):
    """The FAQ service did not answer in time, or not as documented in docs/reference/internal.md."""


@dataclass(frozen=True)
class Understanding:
    """`vector` is of shape (dimension,), float32, of length 1, in the space of the encoder `model`."""

    vector: np.ndarray
    model: str
    decision: str
    probability: float
    candidates: List[Dict[str, Any]]

    def as_faq(self) -> Dict[str, Any]:
        """What actions find as `faq` in the latest message."""
        return {
            "available": True,
            "decision": self.decision,
            "probability": self.probability,
            "candidates": self.candidates,
        }


UNAVAILABLE: Dict[str, Any] = {"available": False}

# Set by the channel, which asks without blocking the other conversations. `message` guards against another text.
prefetched: "ContextVar[Optional[Prefetched]]" = ContextVar("prefetched", default=None)


@dataclass(frozen=True)
class Prefetched:
    """`understanding` None: the FAQ service was asked and is not available.

    `abroad`: the text is in another language than the classifier's examples.
    """

    text: str
    understanding: Optional[Understanding]
    abroad: bool = False


def decode_vector(text: str) -> np.ndarray:
    """Base64 of little-endian float32, as the FAQ service sends it.

    Raises:
        FaqUnavailable: if it is something else.
    """
    try:
        vector = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    except (TypeError, ValueError, binascii.Error) as error:
        raise FaqUnavailable("a vector that is not base64 of float32") from error
    if not vector.size or not np.isfinite(vector).all():
        raise FaqUnavailable("an empty vector or one with values that are not numbers")
    return vector


def parse_understanding(payload: Any) -> Understanding:
    """Raises FaqUnavailable for anything but the documented answer of `POST /v1/understand`."""
    try:
        candidates = [dict(candidate) for candidate in payload["candidates"]]
        understanding = Understanding(
            decode_vector(payload["vector"]),
            str(payload["model"]),
            payload["decision"],
            float(payload["probability"]),
            candidates,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FaqUnavailable(f"an answer that is not as documented ({type(error).__name__})") from error
    if understanding.decision not in DECISIONS or not 0.0 <= understanding.probability <= 1.0:
        raise FaqUnavailable("an unknown decision or a probability outside 0..1")
    return understanding
