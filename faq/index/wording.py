"""How a text is put, beside what it means: how its words are spelled, and how inner layers of the encoder see them."""

from collections.abc import Sequence

import numpy as np

from faq.encoder.ports import Vectors
from faq.encoder.unit import unit
from faq.index.lexicon import DIMENSION, Lexicon

_SPELLING = np.float32(0.5)  # weight beside meaning
_LEAST_SPREAD = np.float32(1e-3)


class Wording:
    """Inner layers tell apart what the last one, trained to find what is alike, no longer does (Tenney et al. 2019).

    Only beside other phrasings of the same entry can be learned which of that matters: they weigh in by the share of
    phrasings that are not the only one.
    """

    own: Vectors  # of the collection's phrasings

    def __init__(self, texts: Sequence[str], inner: Vectors, usual: Vectors, entries: int) -> None:
        """`inner`: (texts, n) of the encoder; `usual`: (any, n) of general questions.

        Those say what all texts have in common, and how far apart they are in each dimension: a few drown the others.
        """
        self._lexicon = Lexicon(texts)
        known = usual if len(usual) else np.zeros((1, inner.shape[1]), np.float32)
        self._usual, self._spread = known.mean(axis=0), known.std(axis=0) + _LEAST_SPREAD
        self._weight = np.float32(1 - entries / max(1, len(texts)))
        self.own = self._of(self._lexicon.own, inner)

    def vectors(self, texts: Sequence[str], inner: Vectors) -> Vectors:
        """Shape (texts, lexicon.DIMENSION + n)."""
        return self._of(self._lexicon.vectors(texts), inner)

    def _of(self, spelled: Vectors, inner: Vectors) -> Vectors:
        return np.hstack([_SPELLING * spelled, self._weight * unit((inner - self._usual) / self._spread)])


def inner(wording: Vectors) -> Vectors:
    """The part of it that comes from inner layers: shape (texts, n)."""
    return wording[:, DIMENSION:]
