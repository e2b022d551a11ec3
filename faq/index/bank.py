from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from faq.encoder.ports import Vectors
from faq.encoder.unit import lengths

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
_PATIENCE = 10  # phrasings below which their mean is not taken for the subject that all of them share


@dataclass(frozen=True)
class Bank:
    """All phrasings: rows of one entry stand together, its question first; `starts` says where each entry's begin."""

    vectors: Vectors  # (phrasings, dimension) what each means
    wording: Vectors  # (phrasings, n) how each is put: `Wording`
    owner: Rows  # (phrasings,) the entry of each; ascends and names every entry from 0 on
    passages: Vectors  # (entries, dimension) what question and answer of each mean together

    def part(self, rows: Rows) -> "Bank":
        """Of some phrasings, in ascending order; entries are numbered anew."""
        entries, owner = np.unique(self.owner[rows], return_inverse=True)
        return Bank(self.vectors[rows], self.wording[rows], owner.astype(np.intp), self.passages[entries])

    @property
    def entries(self) -> int:
        return len(self.counts)

    @cached_property
    def counts(self) -> Rows:
        return np.bincount(self.owner).astype(np.intp)

    @cached_property
    def starts(self) -> Rows:
        return np.concatenate([[0], np.cumsum(self.counts)[:-1]]).astype(np.intp)

    @property
    def work(self) -> int:
        """Phrasings times entries: what learning takes grows with it."""
        return len(self.owner) * self.entries

    @cached_property
    def middle(self) -> tuple[Vectors, Vectors]:
        """(1, n) mean of all `vectors`, and of all `wording`."""
        return self.vectors.mean(axis=0, keepdims=True), self.wording.mean(axis=0, keepdims=True)

    @cached_property
    def means(self) -> tuple[Vectors, Vectors]:
        """(entries, n) of `vectors`, and of `wording`."""
        return self.mean_of_each(self.vectors), self.mean_of_each(self.wording)

    @cached_property
    def centre(self) -> Vectors:
        return self.centre_of(self.vectors)

    @staticmethod
    def centre_of(rows: Vectors) -> Vectors:
        """What all phrasings have in common, which tells no entry from another."""
        centre: Vectors = rows.sum(axis=0) / np.float32(len(rows) + _PATIENCE)
        return centre

    @cached_property
    def passage_of_phrasings(self) -> Floats:
        """(entries,) mean cosine of an entry's passage with its phrasings other than the question, if it has any."""
        cosines = np.einsum("pd,pd->p", self.vectors, self.passages[self.owner])
        others = np.add.reduceat(cosines, self.starts) - cosines[self.starts]
        means: Floats = others / np.maximum(self.counts - 1, 1)
        return means

    @cached_property
    def _shift(self) -> tuple[Vectors, Vectors]:
        """Of each phrasing: its product with the centre, and how far it is from there."""
        along: Vectors = self.vectors @ self.centre
        squared = np.einsum("pd,pd->p", self.vectors, self.vectors) - 2 * along + self.centre @ self.centre
        away: Vectors = np.sqrt(np.maximum(squared, 1e-12)).astype(np.float32)
        return along, away

    def from_centre(self, vectors: Vectors, products: Vectors, rows: Rows | None = None) -> Vectors:
        """Cosines of directions as seen from the centre; `products` (queries, phrasings) with all of them, or `rows`.

        Multiplied out, so that the phrasings need not be read a second time.
        """
        along, away = self._shift if rows is None else (each[rows] for each in self._shift)
        mine = vectors @ self.centre
        length = lengths(vectors - self.centre)
        moved = products - along
        moved -= (mine - self.centre @ self.centre)[:, None]
        moved /= away
        moved /= np.maximum(length, np.float32(1e-6))[:, None]
        return moved

    def rows_of(self, entries: Rows) -> tuple[Rows, Rows]:
        """(their phrasings one entry after the other, where each entry's begin)."""
        counts = self.counts[entries]
        starts = (np.cumsum(counts) - counts).astype(np.intp)
        return np.repeat(self.starts[entries] - starts, counts) + np.arange(counts.sum()), starts

    def best_of_each(self, similarities: Vectors) -> Vectors:
        """(queries, phrasings) → (queries, entries)."""
        best: Vectors = np.maximum.reduceat(similarities, self.starts, axis=1)
        return best

    def mean_of_each(self, rows: Vectors) -> Vectors:
        """(phrasings, n) → (entries, n)."""
        ends, each = np.append(self.starts, len(rows)), np.arange(len(rows))
        sums = csr_array((np.ones(len(rows), np.float32), each, ends)) @ rows  # 20 times as fast as np.add.reduceat
        means: Vectors = (sums / self.counts[:, None]).astype(np.float32)
        return means
