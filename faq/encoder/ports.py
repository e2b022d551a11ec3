from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimension); every row has length 1, or is all zeros for a text without any token."""

Views = NDArray[np.float32]
"""Shape (texts, width): the vector of what a text means, then that of what inner layers make of it, as long."""


class Encoder(Protocol):
    """Texts to vectors. The same text gives the same vectors whatever else is in the batch."""

    @property
    def model(self) -> str:
        """Identity of weights, backend and precision; vectors of different models are never compared."""

    @property
    def dimension(self) -> int:
        """Of what a text means."""

    @property
    def width(self) -> int:
        """Of all that `encode` gives: `dimension` where the encoder has no inner layers."""

    @property
    def passages(self) -> bool:
        """Whether it makes sense of several sentences in one; otherwise an entry's question stands for its passage."""

    def encode(self, texts: Sequence[str]) -> Views:
        """Blocks for milliseconds a text; called from a worker thread."""
