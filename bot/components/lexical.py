"""Characters and words of a message: what keeps "wheres my ordr" close to "where's my order"."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

# Which number it is says nothing about what is wanted; that there is one does.
_EMAIL = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\b(?:jl|rt|rf)?[\s#-]{0,2}\d{5,}\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[\w']+|[?!]")
_APOSTROPHE = re.compile("[’‘`´]")


# Emoji and other pictures; what they show is in their names: "thumbs up sign", "pouting face".
_PICTURE = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]")


def _name(match: "re.Match[str]") -> str:
    return f" {unicodedata.name(match.group(), '').lower()} "


def normalise(text: str) -> str:
    text = _PICTURE.sub(_name, text)
    text = _APOSTROPHE.sub("'", text.lower())
    text = _NUMBER.sub(" ordernumber ", _EMAIL.sub(" emailaddress ", text))
    return _DIGIT.sub("0", text)


class _Ngrams:
    """TF-IDF of one kind of n-grams."""

    def __init__(self, **options: Any) -> None:
        self._options = {"preprocessor": normalise, "min_df": 2, "sublinear_tf": True, **options}
        self._vectorizer = TfidfVectorizer(**self._options)
        self._analyse: Optional[Callable[[str], List[str]]] = None
        self._idf = np.zeros(0)

    def fit(self, texts: List[str]) -> None:
        self._vectorizer.fit(texts)

    def transform(self, texts: List[str]) -> csr_matrix:
        return self._vectorizer.transform(texts)

    @property
    def size(self) -> int:
        return len(self._vectorizer.vocabulary_)

    def row(self, text: str) -> Tuple[np.ndarray, np.ndarray]:
        """Columns and values of what `transform` makes of one text, without what that checks and builds for many."""
        if self._analyse is None:  # and the weights, which the vectorizer makes anew each time
            self._analyse, self._idf = self._vectorizer.build_analyzer(), self._vectorizer.idf_
        vocabulary = self._vectorizer.vocabulary_
        counted = Counter(column for term in self._analyse(text) if (column := vocabulary.get(term)) is not None)
        columns = np.fromiter(counted.keys(), dtype=np.intp, count=len(counted))
        values = (1 + np.log(np.fromiter(counted.values(), float, count=len(counted)))) * self._idf[columns]
        length = float(np.sqrt(values @ values))
        return columns, values / length if length else values

    def saved(self) -> Dict[str, Any]:
        terms = sorted(self._vectorizer.vocabulary_, key=self._vectorizer.vocabulary_.__getitem__)
        return {"terms": terms, "idf": self._vectorizer.idf_.tolist()}

    def restore(self, saved: Dict[str, Any]) -> None:
        vocabulary = {term: index for index, term in enumerate(saved["terms"])}
        self._vectorizer = TfidfVectorizer(**self._options, vocabulary=vocabulary)
        self._vectorizer.idf_ = np.asarray(saved["idf"])


class LexicalFeatures:
    """Character n-grams within words, and runs of up to three words; saved as JSON, not as a pickle.

    "Do I have to" and "I have to" differ in their words' order alone, which characters within words don't show.
    """

    def __init__(self) -> None:
        self._kinds = {
            "characters": _Ngrams(analyzer="char_wb", ngram_range=(2, 5)),
            "words": _Ngrams(tokenizer=_WORD.findall, token_pattern=None, ngram_range=(1, 3)),
        }

    def fit(self, texts: List[str]) -> "LexicalFeatures":
        for kind in self._kinds.values():
            kind.fit(texts)
        return self

    def transform(self, texts: List[str]) -> csr_matrix:
        """Shape (len(texts), number of n-grams of both kinds); of each kind rows of length 1 or 0."""
        return hstack([kind.transform(texts) for kind in self._kinds.values()], format="csr")

    def row(self, text: str) -> Tuple[np.ndarray, np.ndarray]:
        """Columns and values of the one row that `transform` makes of the text."""
        columns, values = [], []
        before = 0
        for kind in self._kinds.values():
            found, weights = kind.row(text)
            columns.append(found + before)
            values.append(weights)
            before += kind.size
        return np.concatenate(columns), np.concatenate(values)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps({name: kind.saved() for name, kind in self._kinds.items()}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "LexicalFeatures":
        """Raises KeyError where the file is of another version."""
        saved = json.loads(path.read_text(encoding="utf-8"))
        features = cls()
        for name, kind in features._kinds.items():
            kind.restore(saved[name])
        return features
