"""How well each entry fits a question, in a few numbers that mean the same whatever shop was loaded."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats, Rows
from faq.index.discriminant import Discriminant
from faq.index.leaving import own_logits
from faq.index.regression import STEPS, Regression, inputs, scores
from faq.index.wording import inner

_Clouds = tuple[Vectors, Vectors]  # direction, inner direction: (queries, entries) each
Texts = tuple[Vectors, Vectors]  # what they mean, and how they are put

NAMES = (
    "nearest",  # cosine of the nearest phrasing
    "nearest from the centre",  # the same, of directions as seen from the middle of all phrasings
    "passage",  # cosine of question and answer in one, which says the less the more phrasings there are
    "direction",  # of the discriminant
    "inner direction",  # of the discriminant of what inner layers give
    "logit",  # of the regression
    "log-probability",  # of the regression
    "phrasings",  # logarithm of how many the entry has: many make a high maximum more likely
    "none",  # the alternative that no entry fits has this, and the next one, instead of those above
    "general log-probability",  # of the regression
)
WIDTH = len(NAMES)
_OF_ENTRIES = NAMES.index("none")
LOGITS = 5  # divides them, that the numbers are of about one size
_NEAR = 0.6  # cosine to a phrasing from which on a general question is one that this collection may answer


@dataclass(frozen=True)
class Evidence:
    """What is known of a collection's phrasings, ready to be asked."""

    bank: Bank
    general: Texts
    meaning: Discriminant
    inner: Discriminant
    regression: Regression

    @classmethod
    def of(cls, bank: Bank, general: Texts) -> "Evidence":
        """Not trained yet. `general`: general questions; those that this collection may answer are left out."""
        return cls._of(bank, cls.far(bank.vectors, general))

    def edited(self, bank: Bank, fresh: Rows) -> "Evidence":
        """Of nearly the same collection: the shape of this one's clouds serves. Not trained.

        `fresh`: the entries whose phrasings this one does not have.
        """
        written = bank.vectors[np.isin(bank.owner, fresh)]
        return self._of(bank, self.far(written, self.general), self.meaning, self.inner)

    @classmethod
    def _of(cls, bank: Bank, general: Texts, *likes: Discriminant) -> "Evidence":
        vectors, means = (bank.vectors, inner(bank.wording)), (bank.means[0], inner(bank.means[1]))
        with ThreadPoolExecutor(2) as side_by_side:
            meaning, layers = side_by_side.map(partial(Discriminant.fit, bank), vectors, means, likes or (None, None))
        return cls(bank, general, meaning, layers, Regression.from_means(bank, inputs(*general)))

    @staticmethod
    def far(vectors: Vectors, general: Texts) -> Texts:
        """Without those that a collection of these phrasings may answer."""
        far = (general[0] @ vectors.T).max(axis=1, initial=-1.0) < _NEAR
        return general[0][far], general[1][far]

    def resumed(self, before: "Evidence", same: Sequence[tuple[int, int]]) -> "Evidence":
        """With what was learned of entries that `before` has, too: (ours, its own)."""
        return replace(self, regression=self.regression.resumed(before.regression, [*same, (-1, -1)]))

    def placed(self, fresh: Rows) -> "Evidence":
        """With these entries trained against the others as they are: takes milliseconds."""
        return replace(self, regression=self.regression.placed(self.bank, inputs(*self.general), fresh))

    def trained(self, steps: int = STEPS) -> "Evidence":
        """Takes seconds: for a worker thread."""
        return replace(self, regression=self.regression.trained(self.bank, inputs(*self.general), steps))

    def options(self, vectors: Vectors, wording: Vectors) -> Floats:
        """(queries, entries + 1, WIDTH), "none" last, of texts that are no phrasings."""
        logits = self.regression.logits(inputs(vectors, wording))
        return self._options(vectors, vectors @ self.bank.vectors.T, logits, self._clouds(vectors, wording))

    def options_among(self, vector: Vectors, wording: Vectors, logits: Vectors, few: Rows) -> Floats:
        """(few + 1, WIDTH) of one text and some of the entries, as `options` has them; `logits` with all classes."""
        bank, given = self.bank, vector[None]
        rows, starts = bank.rows_of(few)
        spans = zip(bank.starts[few].tolist(), bank.counts[few].tolist(), strict=True)
        products = np.concatenate([bank.vectors[first : first + many] @ vector for first, many in spans])[None]
        fits = _Fits(
            np.maximum.reduceat(products, starts, axis=1),
            np.maximum.reduceat(bank.from_centre(given, products, rows), starts, axis=1),
            given @ bank.passages[few].T,
            *self._clouds(given, wording[None], few),
            *scores(logits[None], np.append(few, -1)),
        )
        few_options: Floats = self._made(fits, bank.counts[few])[0]
        return few_options

    def options_without(self, rows: Rows) -> Floats:
        """`options` of phrasings, each as if it had not been written; its entry has another one."""
        bank, at = self.bank, np.arange(len(rows))
        vectors, owner = bank.vectors[rows], bank.owner[rows]
        products = vectors @ bank.vectors.T
        products[at, rows] = -1.0
        logits = self.regression.logits(inputs(vectors, bank.wording[rows]))
        logits[at, owner] = own_logits(bank, self.regression, rows)
        clouds, counts = self._clouds(vectors, bank.wording[rows]), bank.counts[owner]
        clouds[0][at, owner] = self.meaning.scores_without(vectors, owner, counts)
        clouds[1][at, owner] = self.inner.scores_without(inner(bank.wording[rows]), owner, counts)
        made = self._options(vectors, products, logits, clouds)
        passage = np.einsum("pd,pd->p", vectors, bank.passages[owner])
        # It holds the question: what other phrasings have in common with it stands in for that.
        passage = np.where(rows == bank.starts[owner], bank.passage_of_phrasings[owner], passage)
        made[at, owner, NAMES.index("passage")] = passage / np.sqrt(counts - 1)
        made[at, owner, NAMES.index("phrasings")] = _many(counts - 1)
        return made

    def _clouds(self, vectors: Vectors, wording: Vectors, among: Rows | None = None) -> "_Clouds":
        return self.meaning.scores(vectors, among), self.inner.scores(inner(wording), among)

    def _options(self, vectors: Vectors, products: Vectors, logits: Vectors, clouds: "_Clouds") -> Floats:
        """`products` with all phrasings."""
        bank = self.bank
        nearest = bank.best_of_each(products), bank.best_of_each(bank.from_centre(vectors, products))
        return self._made(_Fits(*nearest, vectors @ bank.passages.T, *clouds, *scores(logits)), bank.counts)

    def _made(self, fits: "_Fits", counts: Rows) -> Floats:
        made = np.zeros((len(fits.nearest), len(counts) + 1, WIDTH))
        of_entries: tuple[Floats | Vectors, ...] = (
            fits.nearest,
            fits.centred,
            fits.passage / np.sqrt(counts),
            fits.direction,
            fits.inner_direction,
            fits.logit[:, :-1] / LOGITS,
            fits.log_probability[:, :-1] / LOGITS,
            _many(counts),
        )
        for number, values in enumerate(of_entries):
            made[:, :-1, number] = values
        made[:, -1, _OF_ENTRIES] = 1.0
        made[:, -1, _OF_ENTRIES + 1] = fits.log_probability[:, -1] / LOGITS
        return made


class _Fits(NamedTuple):
    """(queries, entries) each; the regression's with one more, that of general questions."""

    nearest: Vectors
    centred: Vectors
    passage: Vectors
    direction: Vectors
    inner_direction: Vectors
    logit: Vectors
    log_probability: Vectors


def _many(counts: Rows) -> Floats:
    logarithms: Floats = 0.1 * np.log(counts)
    return logarithms
