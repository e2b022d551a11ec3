import hashlib
from collections.abc import Sequence

import numpy as np

from faq.encoder.ports import Vectors
from faq.encoder.unit import unit
from faq.text import words


class HashingEncoder:
    """The in-memory twin: words and their letter triples hashed into buckets. Texts that share words are near."""

    passages = True

    def __init__(self, dimension: int = 256) -> None:
        self.dimension = self.width = dimension
        self.model = f"hashing-{dimension}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                vectors[row, self._bucket(word)] += 2.0
                padded = f"#{word}#"
                for start in range(len(padded) - 2):
                    vectors[row, self._bucket(padded[start : start + 3])] += 0.5
        return unit(vectors)

    def _bucket(self, piece: str) -> int:
        return int.from_bytes(hashlib.blake2b(piece.encode(), digest_size=4).digest(), "little") % self.dimension
