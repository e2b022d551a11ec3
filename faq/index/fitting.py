"""Fit the transferred weights: `python -m faq fit --entries A.jsonl B.jsonl …`.

From each collection many small shops are drawn: some of the entries, their questions and some phrasings. Others of
their phrasings, put aside by how alike they are, are asked; so are phrasings of the entries that were not drawn
(nothing is right, but the subject is near) and of the other collections (nothing is right, and the subject is another).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from faq.encoder.ports import Encoder, Vectors, Views
from faq.entries.models import READ_WITH, Content, passage
from faq.index.adapting import SHARES, alike
from faq.index.background import general_questions
from faq.index.bank import Bank, Floats, Rows
from faq.index.choice import Examples, examples, learn
from faq.index.features import WIDTH, Evidence, Texts
from faq.index.wording import Wording

SHOPS = 30  # drawn from each collection
SIZES = (1, 1, 1, 2, 3, 5, 8, 12, 20)  # phrasings an entry, drawn anew for every shop
ENTRIES = 60  # at most
PENALTY = 1e-4
_MOST = {"right": 240, "near": 90, "far": 60}


@dataclass(frozen=True)
class Collection:
    texts: Sequence[str]
    views: Views
    dimension: int  # of what a text means, the first part of its view
    owner: Rows  # an entry's question comes first
    passages: Vectors  # (entries, dimension)

    @classmethod
    def of(cls, encoder: Encoder, contents: dict[str, Content]) -> "Collection":
        texts = [text for content in contents.values() for text in content.asked]
        owner = [number for number, content in enumerate(contents.values()) for _ in content.asked]
        read = [passage(content.question, content.answer) for content in contents.values()]
        passages = encoder.encode(read)[:, : encoder.dimension]
        return cls(texts, encoder.encode(texts), encoder.dimension, np.array(owner, dtype=np.intp), passages)


def fit(collections: Sequence[Collection], general: Views, *, shops: int = SHOPS, seed: int = 1) -> Floats:
    """`general`: of `general_questions`, half of which are asked."""
    random = np.random.default_rng(seed)
    drawn: list[Examples] = []
    for number, collection in enumerate(collections):
        others = [other for place, other in enumerate(collections) if place != number]
        for _ in range(shops):
            drawn += _shop(collection, others, general, random)
    seen = Examples.joined(drawn)
    seen = Examples(seen.options, seen.chosen, seen.weight / seen.weight.sum())
    return learn(seen, np.zeros(WIDTH), PENALTY)


def _shop(
    collection: Collection, others: Sequence[Collection], general: Views, random: np.random.Generator
) -> list[Examples]:
    entries = int(collection.owner.max()) + 1
    drawn = random.permutation(entries)[: min(ENTRIES, max(5, int(entries * random.uniform(0.2, 0.85))))]
    size = int(random.choice(SIZES))
    known, left = [], []
    for entry in drawn:
        question, *phrasings = np.flatnonzero(collection.owner == entry)
        known.append(np.array([question]))
        if phrasings:
            mine = random.permutation(phrasings)
            aside = alike(collection.views[mine, : collection.dimension], random) == 0
            known.append(mine[~aside][: size - 1])
            left.append(mine[aside])
    rows, held = np.sort(np.concatenate(known)), np.concatenate(left)
    number = np.full(entries, -1, dtype=np.intp)
    number[np.sort(drawn)] = np.arange(len(drawn))
    meaning, inner = np.split(general, [collection.dimension], axis=1)
    texts = [collection.texts[row] for row in rows]
    wording = Wording(texts, collection.views[rows, collection.dimension :], inner, len(drawn))
    meant = collection.views[rows, : collection.dimension]
    bank = Bank(meant, wording.own, number[collection.owner[rows]], collection.passages[np.sort(drawn)])
    bank = replace(bank, passages=np.where(bank.counts[:, None] <= READ_WITH, bank.passages, meant[bank.starts]))
    put = wording.vectors(general_questions(), inner)
    evidence = Evidence.of(bank, (meaning[::2], put[::2])).trained()
    near = np.flatnonzero(number[collection.owner] < 0)
    asked = [("right", collection, held), ("near", collection, near)]
    if others:
        far = others[int(random.integers(len(others)))]
        asked.append(("far", far, np.arange(len(far.owner))))
    made = []
    for kind, source, some in asked:
        chosen = random.permutation(some)[: _MOST[kind]]
        if len(chosen):
            questions = _texts(source, chosen, wording)
            right = number[source.owner[chosen]] if kind == "right" else np.full(len(chosen), -1, dtype=np.intp)
            made.append(examples(evidence.options(*questions), right, SHARES[kind]))
    far_texts = Evidence.far(bank.vectors, (meaning[1::2], put[1::2]))
    made.append(
        examples(evidence.options(*far_texts), np.full(len(far_texts[0]), -1, dtype=np.intp), SHARES["far"] / 2)
    )
    return made


def _texts(collection: Collection, rows: Rows, wording: Wording) -> Texts:
    meaning, inner = np.split(collection.views[rows], [collection.dimension], axis=1)
    return meaning, wording.vectors([collection.texts[row] for row in rows], inner)
