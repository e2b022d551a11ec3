from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from bench.faq.sets import Set
from bench.faq.speed.copies import PHRASINGS, copies
from bench.faq.speed.figures import Figure, alternating
from faq.encoder.ports import Encoder, Vectors, Views
from faq.index.background import general_questions
from faq.index.decision import Thresholds
from faq.index.index import Index

SIZES = (2_000, 100_000)  # phrasings
ROUNDS = 200
MOVED = 0.02  # standard deviation of what is added to each number of a copy's vector
SEED = 0


def searching(encoder: Encoder, shop: Set, questions: Sequence[str]) -> Iterator[Figure]:
    """What is added to the encoder's own time. The floor finds the nearest phrasing and nothing more."""
    asked = list(zip(questions[:ROUNDS], encoder.encode(list(questions[:ROUNDS])), strict=True))
    known = encoder.encode([text for text, _ in shop.phrasings])
    general = encoder.encode(list(general_questions()))
    for size in SIZES:
        views = np.hstack([_moved(part, size) for part in np.split(known, [encoder.dimension], axis=1)])
        entries, passages = copies(shop, size // PHRASINGS), views[::PHRASINGS]
        index = Index(entries, views, passages, Thresholds(), encoder.dimension, general=general)
        meanings = np.ascontiguousarray(views[:, : encoder.dimension])
        found, floor = alternating([partial(_match, index), partial(_nearest, meanings)], asked)
        yield Figure(f"search among {size:,} phrasings, median", found, "ms", floor, "numpy's product")


def _match(index: Index, asked: tuple[str, Views]) -> object:
    return index.match(*asked)


def _nearest(meanings: Vectors, asked: tuple[str, Views]) -> int:
    return int((meanings @ asked[1][: meanings.shape[1]]).argmax())


def _moved(known: Vectors, size: int) -> Vectors:
    """Shape (size, dimension): the vectors again and again, each a little elsewhere, of length 1."""
    random = np.random.default_rng(SEED)
    vectors = known[np.arange(size) % len(known)]
    vectors = vectors + random.normal(0.0, MOVED, vectors.shape).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
