"""Simple methods on the same phrasings and questions. Each gives a score of every entry for every question."""

from collections.abc import Callable, Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union

from bench.faq.sets import Set
from faq.encoder.ports import Encoder, Vectors

Scores = NDArray[np.float64]  # (questions, entries in the order of the set)
Baseline = Callable[[Set, Encoder], Scores]


def bm25(data: Set, _encoder: Encoder) -> Scores:
    """Each entry gets its best phrasing's score."""
    texts, owners = zip(*data.phrasings, strict=True)
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)
    questions = bm25s.tokenize([query.text for query in data.queries], return_ids=False, show_progress=False)
    scores = np.array([retriever.get_scores(words) if words else np.zeros(len(texts)) for words in questions])
    return _best_of_each(data, owners, scores)


def tfidf_regression(data: Set, _encoder: Encoder) -> Scores:
    """Words and pairs of words, and pieces of words of two to five letters."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=30_000)
    texts, owners = zip(*data.phrasings, strict=True)
    model = make_pipeline(make_union(words, pieces), LogisticRegression(C=10, max_iter=200))
    model.fit(texts, owners)
    return _in_order(data, model.classes_, model.predict_proba([query.text for query in data.queries]))


def nearest_phrasing(data: Set, encoder: Encoder) -> Scores:
    texts, owners = zip(*data.phrasings, strict=True)
    questions = _meanings(encoder, [query.text for query in data.queries])
    return _best_of_each(data, owners, (questions @ _meanings(encoder, texts).T).astype(np.float64))


def vector_regression(data: Set, encoder: Encoder) -> Scores:
    texts, owners = zip(*data.phrasings, strict=True)
    model = LogisticRegression(C=10, max_iter=500).fit(_meanings(encoder, texts), owners)
    questions = _meanings(encoder, [query.text for query in data.queries])
    return _in_order(data, model.classes_, model.predict_proba(questions))


def _meanings(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    return encoder.encode(texts)[:, : encoder.dimension]


BASELINES: dict[str, Baseline] = {
    "BM25 (bm25s)": bm25,
    "TF-IDF, logistic regression": tfidf_regression,
    "MiniLM, nearest phrasing": nearest_phrasing,
    "MiniLM, logistic regression": vector_regression,
}


def _best_of_each(data: Set, owners: tuple[str, ...], scores: Scores) -> Scores:
    """`owners` stand together, in the order of the entries."""
    starts = [owners.index(entry) for entry in data.entries]
    best: Scores = np.maximum.reduceat(scores, starts, axis=1)
    return best


def _in_order(data: Set, classes: NDArray[np.str_], scores: Scores) -> Scores:
    column = {entry: number for number, entry in enumerate(classes)}
    ordered: Scores = scores[:, [column[entry] for entry in data.entries]]
    return ordered
