import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.adapting import Asked, adapted
from faq.index.bank import Floats, Rows
from faq.index.choice import ALTERNATIVES, probabilities
from faq.index.features import NAMES, Evidence, Texts
from faq.index.regression import inputs
from faq.index.shortlist import Shortlist

Ranked = tuple[list[tuple[int, float]], float]
"""([(entry, probability), the first few], probability that any entry fits)."""

_CHUNK = 100  # phrasings asked together: bounds the memory


@cache
def transferred() -> Floats:
    """The weights that a collection starts with; `python -m faq fit` made the file."""
    stored = json.loads((files("faq.index") / "weights.json").read_text())
    weights: Floats = np.array([stored[name] for name in NAMES])
    return weights


@dataclass(frozen=True)
class Scorer:
    """Probabilities of entries for a question."""

    evidence: Evidence
    weights: Floats
    shortlist: Shortlist | None = None

    @classmethod
    def of(cls, evidence: Evidence, weights: Floats) -> "Scorer":
        return cls(evidence, weights, Shortlist.of(evidence.bank, evidence.meaning.principal, weights))

    def adapted(self, general: Texts) -> tuple["Scorer", Asked | None]:
        """Trained on all phrasings, with weights that were learned from them. Takes seconds: for a worker thread."""
        bank = self.evidence.bank
        learned = adapted(bank, general, transferred())
        weights, asked = (transferred(), None) if learned is None else learned
        evidence = replace(Evidence.of(bank, general), regression=self.evidence.regression)
        return Scorer.of(evidence.trained(), weights), asked

    def rank(self, vector: Vectors, wording: Vectors, allowed: NDArray[np.bool_] | None, shown: int) -> Ranked:
        """`allowed` masks entries."""
        if self.shortlist is None:
            return self._ranked(self.evidence.options(vector[None], wording[None])[0] @ self.weights, allowed, shown)
        logits = self.evidence.regression.logits(inputs(vector[None], wording[None]))[0]
        few = self.shortlist.entries(vector, logits[:-1], allowed)
        utilities = self.evidence.options_among(vector, wording, logits, few) @ self.weights
        ranked, scope = self._ranked(utilities, None if allowed is None else allowed[few], shown)
        return [(int(few[row]), chance) for row, chance in ranked], scope

    def rank_without_itself(
        self, rows: Rows, allowed: Sequence[NDArray[np.bool_] | None], shown: int
    ) -> Iterator[Ranked]:
        """`rank` of phrasings that stand in the bank, each as if it did not; its entry has another one."""
        for start in range(0, len(rows), _CHUNK):
            utilities = self.evidence.options_without(rows[start : start + _CHUNK]) @ self.weights
            for each, mask in zip(utilities, allowed[start : start + _CHUNK], strict=True):
                yield self._ranked(each, mask, shown)

    def _ranked(self, utilities: Floats, allowed: NDArray[np.bool_] | None, shown: int) -> Ranked:
        entries = utilities[:-1]
        rows = np.arange(len(entries)) if allowed is None else np.flatnonzero(allowed)
        order = rows[np.argsort(-entries[rows])[: max(ALTERNATIVES, shown)]]
        chance = probabilities(utilities[np.append(order, -1)]).tolist()
        return list(zip(order[:shown].tolist(), chance, strict=False)), 1.0 - chance[-1]
