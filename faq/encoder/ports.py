from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Shape (texts, dimension); every row has length 1, or is all zeros for a text without any token."""


class Encoder(Protocol):
    """Texts to vectors. The same text gives the same vector whatever else is in the batch."""

    @property
    def model(self) -> str:
        """Identity of weights, backend and precision; vectors of different models are never compared."""

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Blocks for milliseconds a text; called from a worker thread."""
