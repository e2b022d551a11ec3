from collections.abc import Iterable, Sequence

import numpy as np

from faq.encoder.ports import Encoder, Views


class SideBySide:
    """Several encoders as one, each with the same weight: what one of them takes for alike, another may tell apart.

    A cosine is the mean of theirs (Yin and Schütze 2016, arXiv:1508.04257, concatenate word vectors so). Inner layers
    are the last one's: those of all told no more apart.
    """

    def __init__(self, encoders: Sequence[Encoder]) -> None:
        self._encoders = encoders
        self.dimension = sum(each.dimension for each in encoders)
        self.width = self.dimension + encoders[-1].width - encoders[-1].dimension
        self.model = joined(each.model for each in encoders)
        self.passages = all(each.passages for each in encoders)

    def encode(self, texts: Sequence[str]) -> Views:
        views = [each.encode(texts) for each in self._encoders]
        meant = [view[:, : each.dimension] for view, each in zip(views, self._encoders, strict=True)]
        share = np.sqrt(np.float32(len(meant)))
        return np.hstack([*(each / share for each in meant), views[-1][:, self._encoders[-1].dimension :]])


def joined(names: Iterable[str]) -> str:
    """What encoders side by side are called."""
    return "+".join(names)
