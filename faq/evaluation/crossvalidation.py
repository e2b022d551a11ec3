from typing import Any

import numpy as np

from faq.encoder.ports import Encoder, Views
from faq.entries.models import Content, Published
from faq.evaluation.metrics import Decided, metrics
from faq.evaluation.running import views_of
from faq.index.background import general_questions
from faq.index.decision import Thresholds
from faq.index.index import Index


def cross_validate(
    encoder: Encoder, contents: dict[str, Content], thresholds: Thresholds, *, folds: int = 5, seed: int = 0
) -> dict[str, Any]:
    """Figures without any query: in each fold a part of the phrasings is asked, and a part of the entries is missing.

    What is asked for a missing entry is out of scope. An entry always keeps its question.
    """
    random = np.random.default_rng(seed)
    views = views_of(encoder, contents)
    missing = {entry: int(random.integers(folds)) for entry in contents}
    fold_of = {text: int(random.integers(folds)) for text in views}
    background = encoder.encode(general_questions())
    decided: list[Decided] = []
    for fold in range(folds):
        absent = {entry for entry, its in missing.items() if its == fold}
        held = {text for text, its in fold_of.items() if its == fold}
        decided += _fold(contents, views, absent, held, (thresholds, encoder.dimension, background))
    return {"model": encoder.model, "folds": folds, "metrics": metrics(decided)}


def _fold(
    contents: dict[str, Content],
    views: dict[str, Views],
    absent: set[str],
    held: set[str],
    fitted_by: tuple[Thresholds, int, Views],
) -> list[Decided]:
    kept = [
        Published(entry, 1, Content(each.question, tuple(p for p in each.phrasings if p not in held), each.answer))
        for entry, each in contents.items()
        if entry not in absent
    ]
    thresholds, dimension, background = fitted_by
    index = Index.of(kept, views, thresholds, dimension, general=background).adapted()
    decided = []
    for entry, content in contents.items():
        expected = () if entry in absent else (entry,)
        for text in content.asked[1:] if expected else content.asked:
            if text in held:
                match = index.match(text, views[text], shown=10)
                ranking = tuple(each.entry.id for each in match.candidates)
                decided.append(Decided(expected, match.decision, match.probability, match.scope, ranking))
    return decided
