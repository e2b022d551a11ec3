"""Learn from the loaded phrasings themselves what a good match looks like in this collection, by cross-validation.

In each fold a part of the phrasings is held out (their entry is right), a part of the entries is missing (nothing is
right for their phrasings, but the subject is near), and general questions are asked (nothing is right). Collections
with one question an entry have nothing to hold out; they keep the transferred weights.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats, Rows
from faq.index.choice import Examples, examples, learn, probabilities
from faq.index.features import Evidence, Texts

SHARES = {"right": 0.7, "near": 0.15, "far": 0.15}  # of the questions that are assumed to come, also in fitting.py
FEWEST = 30  # questions with a right entry, below which nothing is learned
FOLDS = 4
_MOST = 3000  # phrasings that take part
_ASKED = {"right": 400, "near": 150}  # in each fold
_STEPS = 30
_PENALTY = 0.001  # pull towards the transferred weights


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of questions whose answer is known; (questions,) each."""

    scope: Floats  # probability that any entry fits
    best: Floats  # probability of the first entry
    right: NDArray[np.bool_]  # the first entry is the right one
    inside: NDArray[np.bool_]  # an entry is right
    weight: Floats

    @classmethod
    def of(cls, seen: Examples, weights: Floats) -> "Asked":
        chance = probabilities(seen.options @ weights)
        entries, last = chance[:, :-1], chance.shape[1] - 1
        return cls(
            1.0 - chance[:, -1],
            entries.max(axis=1),
            entries.argmax(axis=1) == seen.chosen,
            seen.chosen != last,
            seen.weight,
        )


def adapted(bank: Bank, general: Texts, prior: Floats, *, seed: int = 0) -> tuple[Floats, Asked] | None:
    """Weights for this collection, and what they made of the questions; None where it says too little."""
    random = np.random.default_rng(seed)
    part = bank.part(_some(bank, random))
    if part.entries < FOLDS:
        return None
    folds = [each for fold in _folds(part, random) for each in _asked(part, fold, general, random)]
    if sum(len(each.chosen) for each in folds if each.inside) < FEWEST:
        return None
    seen = Examples.joined(folds)
    seen = Examples(seen.options, seen.chosen, seen.weight / seen.weight.sum())
    weights = learn(seen, prior, _PENALTY)
    return weights, Asked.of(seen, weights)


def _some(bank: Bank, random: np.random.Generator) -> Rows:
    """Fewer phrasings of entries with many, then fewer entries."""
    most = max(8, _MOST // bank.entries)
    kept: list[Rows] = []
    for entry in random.permutation(bank.entries):
        rows = bank.starts[entry] + np.append(0, 1 + random.permutation(bank.counts[entry] - 1))[:most]
        kept.append(rows)
        if sum(map(len, kept)) >= _MOST:
            break
    return np.sort(np.concatenate(kept))


@dataclass(frozen=True, slots=True)
class _Fold:
    number: int
    known: Rows
    held: Rows
    missing: Rows


def _folds(bank: Bank, random: np.random.Generator) -> Iterator[_Fold]:
    """Each phrasing but the question is held out once, each entry missing once."""
    missing = random.permutation(bank.entries) % FOLDS
    place = np.concatenate([alike(mine, random) for mine in np.split(bank.vectors, bank.starts[1:])])
    for fold in range(FOLDS):
        gone = missing[bank.owner] == fold
        held = (place == fold) & ~gone
        held[bank.starts] = False
        yield _Fold(fold, np.flatnonzero(~gone & ~held), np.flatnonzero(held), np.flatnonzero(gone))


def alike(vectors: Vectors, random: np.random.Generator) -> Rows:
    """A fold for each of an entry's phrasings. Those that are alike share one.

    What is held out is then put less like what is known, as customers' questions are.
    """
    place = np.empty(len(vectors), dtype=np.intp)
    place[np.argsort(-(vectors @ vectors[random.integers(len(vectors))]))] = np.arange(len(vectors))
    folds: Rows = (place * FOLDS // max(len(vectors), FOLDS) + random.integers(FOLDS)) % FOLDS
    return folds


def _asked(bank: Bank, fold: _Fold, general: Texts, random: np.random.Generator) -> list[Examples]:
    known = bank.part(fold.known)
    mine = np.arange(len(general[0])) % FOLDS == fold.number
    evidence = Evidence.of(known, (general[0][~mine], general[1][~mine])).trained(steps=_STEPS)
    number = np.full(bank.entries, -1, dtype=np.intp)
    number[np.unique(bank.owner[fold.known])] = np.arange(known.entries)
    made = []
    for kind, rows in (("right", fold.held), ("near", fold.missing)):
        some = random.permutation(rows)[: _ASKED[kind]]
        if len(some):
            options = evidence.options(bank.vectors[some], bank.wording[some])
            made.append(examples(options, number[bank.owner[some]], SHARES[kind]))
    far = Evidence.far(bank.vectors, (general[0][mine], general[1][mine]))
    if len(far[0]):
        made.append(examples(evidence.options(*far), np.full(len(far[0]), -1, dtype=np.intp), SHARES["far"]))
    return made
