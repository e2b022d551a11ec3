import numpy as np

from faq.encoder.ports import Vectors


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; of zeros where they are."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normalised: Vectors = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return normalised
