import numpy as np

from faq.encoder.ports import Vectors
from faq.entries.models import Published
from faq.index.decision import SHOWN, Candidate, Match, Thresholds


class Index:
    """An immutable picture of what is published; readers hold one and are never between two."""

    def __init__(self, entries: list[Published], vectors: Vectors, thresholds: Thresholds) -> None:
        self.entries = entries
        self._vectors = vectors
        self._owner = np.array([row for row, entry in enumerate(entries) for _ in entry.content.asked], dtype=np.intp)
        self._thresholds = thresholds

    def match(self, text: str, vector: Vectors, *, language: str | None = None) -> Match:
        del text, language
        if not self.entries:
            return self._thresholds.decide(())
        cosines = self._vectors @ vector
        best = np.full(len(self.entries), -1.0, dtype=np.float32)
        np.maximum.at(best, self._owner, cosines)
        order = np.argsort(-best)[:SHOWN]
        return self._thresholds.decide(
            tuple(Candidate(self.entries[row], float(np.clip(best[row], 0, 1))) for row in order)
        )
