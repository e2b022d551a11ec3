from pathlib import Path

import numpy as np
import pytest
from components.lexical import LexicalFeatures

TEXTS = [
    "where is my order",
    "where's my order JL-100241",
    "I want to return it",
    "do I have to return it",
    "thanks 👍",
]


@pytest.fixture(scope="module")
def features() -> LexicalFeatures:
    return LexicalFeatures().fit(TEXTS * 2)


@pytest.mark.parametrize("text", [*TEXTS, "RETURN my ordr!!", "zzz qqq", "", "👍👍", "my my my order order"])
def test_one_text_gets_the_row_that_it_has_among_many(features: LexicalFeatures, text: str, tmp_path: Path) -> None:
    features.save(tmp_path / "ngrams.json")
    for each in (features, LexicalFeatures.load(tmp_path / "ngrams.json")):
        expected = each.transform([text]).toarray()[0]
        columns, values = each.row(text)
        row = np.zeros(len(expected))
        row[columns] = values
        assert np.allclose(row, expected)
        assert len(set(columns.tolist())) == len(columns)
