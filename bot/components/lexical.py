"""Character n-grams of a message: what keeps "wheres my ordr" close to "where's my order"."""

import json
import re
import unicodedata
from pathlib import Path
from typing import List

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

# Which number it is says nothing about what is wanted; that there is one does.
_EMAIL = re.compile(r"\S+@\S+")
_NUMBER = re.compile(r"\b(?:jl|rt|rf)?[\s#-]{0,2}\d{5,}\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
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


class LexicalFeatures:
    """TF-IDF over character n-grams within words; saved as JSON, not as a pickle."""

    def __init__(self) -> None:
        self._vectorizer = self._new()

    @staticmethod
    def _new(**fitted: object) -> TfidfVectorizer:
        return TfidfVectorizer(
            preprocessor=normalise, analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True, **fitted
        )

    def fit(self, texts: List[str]) -> "LexicalFeatures":
        self._vectorizer.fit(texts)
        return self

    def transform(self, texts: List[str]) -> csr_matrix:
        """Shape (len(texts), number of n-grams), rows of length 1 or 0."""
        return self._vectorizer.transform(texts)

    def save(self, path: Path) -> None:
        terms = sorted(self._vectorizer.vocabulary_, key=self._vectorizer.vocabulary_.__getitem__)
        path.write_text(json.dumps({"terms": terms, "idf": self._vectorizer.idf_.tolist()}), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "LexicalFeatures":
        saved = json.loads(path.read_text(encoding="utf-8"))
        features = cls()
        features._vectorizer = cls._new(vocabulary={term: index for index, term in enumerate(saved["terms"])})
        features._vectorizer.idf_ = np.asarray(saved["idf"])
        return features
