import numpy as np

from faq.encoder.ports import Vectors


def unit(vectors: Vectors) -> Vectors:
    """Rows of length 1; of zeros where they are."""
    long = np.maximum(lengths(vectors), 1e-12)[:, None]
    normalised: Vectors = (vectors / long).astype(np.float32, copy=False)
    return normalised


def lengths(vectors: Vectors) -> Vectors:
    """Of rows. A third of what `numpy.linalg.norm` takes for a single one."""
    found: Vectors = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return found
