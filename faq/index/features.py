"""How well each entry fits a question, in a few numbers that mean the same whatever shop was loaded."""

from dataclasses import dataclass, replace

import numpy as np

from faq.encoder.ports import Vectors
from faq.index.bank import Bank, Floats
from faq.index.discriminant import Discriminant
from faq.index.regression import STEPS, Regression, inputs

Texts = tuple[Vectors, Vectors]  # what they mean, and how they are spelled

NAMES = (
    "nearest",  # cosine of the nearest phrasing
    "nearest from the centre",  # the same, of directions as seen from the middle of all phrasings
    "direction",  # of the discriminant
    "likelihood",  # of the discriminant
    "logit",  # of the regression
    "log-probability",  # of the regression
    "phrasings",  # logarithm of how many the entry has: many make a high maximum more likely
    "none",  # the alternative that no entry fits has this, and the next ones, instead of those above
    "general",  # cosine of the nearest general question
    "general log-probability",  # of the regression
)
WIDTH = len(NAMES)
_OF_ENTRIES = NAMES.index("none")
_NEAR = 0.6  # cosine to a phrasing from which on a general question is one that this collection may answer


@dataclass(frozen=True)
class Evidence:
    """What is known of a collection's phrasings, ready to be asked."""

    bank: Bank
    general: Texts
    discriminant: Discriminant
    regression: Regression

    @classmethod
    def of(cls, bank: Bank, general: Texts, like: Regression | None = None) -> "Evidence":
        """Not trained yet. `general`: general questions; those that this collection may answer are left out."""
        kept = cls.far(bank, general)
        return cls(bank, kept, Discriminant.fit(bank), Regression.from_means(bank, inputs(*kept), like))

    @staticmethod
    def far(bank: Bank, general: Texts) -> Texts:
        """Without those that this collection may answer."""
        far = (general[0] @ bank.vectors.T).max(axis=1, initial=-1.0) < _NEAR
        return general[0][far], general[1][far]

    def trained(self, steps: int = STEPS) -> "Evidence":
        """Takes seconds: for a worker thread."""
        return replace(self, regression=self.regression.trained(self.bank, inputs(*self.general), steps))

    def options(self, vectors: Vectors, spelled: Vectors) -> Floats:
        """(queries, entries + 1, WIDTH), "none" last, of texts that are no phrasings."""
        bank = self.bank
        likelihood, direction = self.discriminant.scores(vectors)
        logit, log_probability = self.regression.scores(inputs(vectors, spelled))
        made = np.zeros((len(vectors), bank.entries + 1, WIDTH))
        made[:, :-1, :_OF_ENTRIES] = np.stack(
            [
                bank.best_of_each(vectors @ bank.vectors.T),
                bank.best_of_each(bank.off_centre(vectors) @ bank.centred.T),
                direction,
                likelihood / 30,
                logit[:, :-1] / 5,
                log_probability[:, :-1] / 5,
                np.broadcast_to(0.1 * np.log(bank.counts), direction.shape),
            ],
            axis=-1,
        )
        made[:, -1, _OF_ENTRIES] = 1.0
        made[:, -1, _OF_ENTRIES + 1] = (vectors @ self.general[0].T).max(axis=1, initial=-1.0)
        made[:, -1, _OF_ENTRIES + 2] = log_probability[:, -1] / 5
        return made
