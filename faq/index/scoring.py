import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.adapting import Asked, adapted
from faq.index.bank import Bank, Floats, Rows
from faq.index.choice import ALTERNATIVES, probabilities
from faq.index.features import NAMES, Evidence, Texts
from faq.index.regression import Regression

Ranked = tuple[list[tuple[int, float]], float]
"""([(entry, probability), the first few], probability that any entry fits)."""

_PARTS = 4
_PART_STEPS = 20
_RESUMED_STEPS = 4
_CHUNK = 100  # phrasings asked together: bounds the memory


@cache
def transferred() -> Floats:
    """The weights that a collection starts with; `python -m faq fit` made the file."""
    stored = json.loads((files("faq.index") / "weights.json").read_text())
    weights: Floats = np.array([stored[name] for name in NAMES])
    return weights


@dataclass(frozen=True)
class Earlier:
    """What the index before learned without each of its parts, and which entries ask the same: (ours, its own)."""

    parts: dict[int, Regression]
    same: Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Scorer:
    """Probabilities of entries for a question."""

    evidence: Evidence
    weights: Floats
    earlier: Earlier | None = None
    parts: dict[int, Regression] = field(default_factory=dict, init=False, repr=False, compare=False)
    # What was made of phrasings without themselves, by which they were: nothing of it ever changes.
    _left_out: dict[bytes, Floats] = field(default_factory=dict, init=False, repr=False, compare=False)

    def adapted(self, general: Texts) -> tuple["Scorer", Asked | None]:
        """Trained on all phrasings, with weights that were learned from them. Takes seconds: for a worker thread."""
        learned = adapted(self.evidence.bank, general, transferred())
        weights, asked = (transferred(), None) if learned is None else learned
        return Scorer(self.evidence.trained(), weights), asked

    def rank(self, vector: Vectors, spelled: Vectors, allowed: NDArray[np.bool_] | None, shown: int) -> Ranked:
        """`allowed` masks entries."""
        return self._ranked(self.evidence.options(vector[None], spelled[None])[0] @ self.weights, allowed, shown)

    def rank_without_itself(
        self, rows: Rows, allowed: Sequence[NDArray[np.bool_] | None], shown: int
    ) -> Iterator[Ranked]:
        """`rank` of phrasings that stand in the bank, each as if it did not; its entry has another one."""
        for each, mask in zip(self.left_out(rows), allowed, strict=True):
            yield self._ranked(each, mask, shown)

    def left_out(self, rows: Rows) -> Floats:
        """Utilities of shape (rows, entries + 1) of phrasings without themselves; the second time they are at hand.

        A part of each entry's phrasings is left out at a time, and the classifier trained without them.
        """
        key = rows.tobytes()
        if key not in self._left_out:
            self._left_out[key] = self._without(rows)
        return self._left_out[key]

    def _without(self, rows: Rows) -> Floats:
        bank = self.evidence.bank
        part = (rows - bank.starts[bank.owner[rows]]) % _PARTS
        utilities = np.zeros((len(rows), bank.entries + 1))
        all_asked = len(rows) == np.count_nonzero(bank.counts[bank.owner] > 1)
        for number in np.unique(part):
            places = np.flatnonzero(part == number)
            known = bank.part(np.setdiff1d(np.arange(len(bank.owner)), rows[places]))
            evidence = self._trained_without(known, int(number))
            if all_asked:
                self.parts[int(number)] = evidence.regression
            for start in range(0, len(places), _CHUNK):
                some = places[start : start + _CHUNK]
                asked = rows[some]
                utilities[some] = evidence.options(bank.vectors[asked], bank.spelled[asked]) @ self.weights
        return utilities

    def _trained_without(self, known: Bank, part: int) -> Evidence:
        """Going on from what the index before learned without the same part, where entries ask what they asked."""
        before = None if self.earlier is None else self.earlier.parts.get(part)
        evidence = Evidence.of(known, self.evidence.general, before)
        if self.earlier is None or before is None:
            return evidence.trained(_PART_STEPS)
        resumed = evidence.regression.resumed(before, self.earlier.same)
        return replace(evidence, regression=resumed).trained(_RESUMED_STEPS)

    def _ranked(self, utilities: Floats, allowed: NDArray[np.bool_] | None, shown: int) -> Ranked:
        entries, none = utilities[:-1].copy(), utilities[-1]
        if allowed is not None:
            entries[~allowed] = -np.inf
        order = np.argsort(-entries)[: max(ALTERNATIVES, shown)]
        order = order[np.isfinite(entries[order])]
        chance = probabilities(np.append(entries[order], none))
        ranked = [(int(row), float(each)) for row, each in zip(order[:shown], chance, strict=False)]
        return ranked, float(1.0 - chance[-1])
