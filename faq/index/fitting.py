"""Fit the transferred weights: `python -m faq fit --entries A.jsonl B.jsonl …`.

From each collection of phrasings many small shops are drawn: some of the entries, some of their phrasings. The
phrasings that were left over are asked; so are phrasings of the entries that were not drawn (nothing is right, but the
subject is near) and of the other collections (nothing is right, and the subject is another).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from faq.encoder.ports import Encoder, Vectors
from faq.entries.models import Content
from faq.index.bank import Bank, Floats
from faq.index.choice import Examples, examples, learn
from faq.index.features import WIDTH, features
from faq.index.ridge import Ridge

SHOPS = 16  # drawn from each collection
SIZES = (1, 2, 3, 5, 8, 12, 20, 40, 100)  # phrasings an entry, drawn anew for every shop
SHARES = {"right": 0.7, "near": 0.15, "far": 0.15}
PENALTY = 1e-4
_MOST = {"right": 240, "near": 90, "far": 60}

Collection = tuple[Vectors, NDArray[np.intp]]  # phrasings, and the entry of each


def collection(encoder: Encoder, contents: dict[str, Content]) -> Collection:
    vectors = encoder.encode([text for content in contents.values() for text in content.asked])
    owner = np.array([number for number, content in enumerate(contents.values()) for _ in content.asked], dtype=np.intp)
    return vectors, owner


def fit(collections: Sequence[Collection], *, seed: int = 1) -> Floats:
    random = np.random.default_rng(seed)
    drawn = []
    for number, collection in enumerate(collections):
        others = [vectors for other, (vectors, _) in enumerate(collections) if other != number]
        for _ in range(SHOPS):
            drawn += _shop(collection, others, random)
    seen = Examples.joined(drawn)
    seen = Examples(seen.options, seen.chosen, seen.weight / seen.weight.sum())
    return learn(seen, np.zeros(WIDTH), PENALTY)


def _shop(collection: Collection, others: Sequence[Vectors], random: np.random.Generator) -> list[Examples]:
    vectors, owner = collection
    entries = int(owner.max()) + 1
    kept = random.permutation(entries)[: max(5, int(entries * random.uniform(0.15, 0.85)))]
    size = int(random.choice(SIZES))
    rows, own, left, right = [], [], [], []
    for number, entry in enumerate(kept):
        mine = random.permutation(np.flatnonzero(owner == entry))
        take = max(1, min(size, len(mine) - 1))
        rows.append(mine[:take])
        own.append(np.full(take, number))
        left.append(mine[take:])
        right.append(np.full(len(mine) - take, number))
    bank = Bank.of(vectors[np.concatenate(rows)], np.concatenate(own))
    ridge = Ridge.fit(bank)
    near = np.flatnonzero(~np.isin(owner, kept))
    asked = {"right": (vectors[np.concatenate(left)], np.concatenate(right)), "near": (vectors[near], _none(near))}
    if others:
        far = others[int(random.integers(len(others)))]
        asked["far"] = (far, _none(far))
    made = []
    for kind, (texts, entry) in asked.items():
        some = random.permutation(len(texts))[: _MOST[kind]]
        if len(some):
            made.append(examples(features(bank, ridge, texts[some]), entry[some], SHARES[kind]))
    return made


def _none(rows: NDArray[np.generic]) -> NDArray[np.intp]:
    return np.full(len(rows), -1, dtype=np.intp)
