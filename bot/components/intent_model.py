"""The classifier itself: logistic regression with temperature scaling, free of anything of Rasa."""

import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from components.gibberish import is_gibberish, known_pieces
from components.lexical import LexicalFeatures
from components.weighing import FAQ, NOT_UNDERSTOOD

DENSE_SCALE = 2.0  # weight of the sentence vector against the n-grams, by cross-validation (docs/reference/bot.md)
COMPONENTS = 256  # n-grams are reduced to these for fitting, which makes it ten times faster at the same accuracy
REGULARISATION = 5.0
TOLERANCE = 1e-2  # of the gradient; more exact is twice as slow and no better
FOLDS = 4
# Share of customers' messages that are questions for the FAQ. The examples' own share says how many were written: a
# topic more costs one example, a skill needs a hundred, and who merely asks how something works must not be verified.
FAQ_SHARE = 0.25
TEMPERATURES = np.geomspace(0.3, 3.0, 47)
SEED = 0


class BrokenModel(Exception):
    """The saved classifier can't be read."""


@dataclass(frozen=True)
class Linear:
    """An intent's score: its row of `dense_weights` by the vector, of `ngram_weights` by the n-grams, and its bias."""

    dense_weights: np.ndarray
    ngram_weights: np.ndarray
    bias: np.ndarray
    temperature: float

    def probabilities(self, dense: np.ndarray, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Of shape (intents,), for a vector of shape (dimension,) and the n-grams of one text."""
        scores = self.ngram_weights[:, columns] @ values + self.dense_weights @ dense + self.bias
        return softmax(scores[np.newaxis] / self.temperature)[0]


@dataclass(frozen=True)
class IntentModel:
    """`full` uses vector and n-grams; `lexical` the n-grams alone, for when there is no vector."""

    labels: List[str]
    encoder: str
    features: LexicalFeatures
    full: Linear
    lexical: Linear
    pieces: FrozenSet[str] = frozenset()

    def is_gibberish(self, text: str) -> bool:
        return is_gibberish(text, self.pieces)

    def probabilities(self, text: str, vector: Optional[np.ndarray]) -> Dict[str, float]:
        """Of each intent, calibrated; `vector` of shape (dimension,) or None."""
        ngrams = self.features.row(text)
        if vector is None or vector.size != self.full.dense_weights.shape[1]:
            row = self.lexical.probabilities(np.zeros(0), *ngrams)
        else:
            row = self.full.probabilities(vector, *ngrams)
        return dict(zip(self.labels, row.tolist(), strict=True))

    def save(self, folder: Path) -> None:
        self.features.save(folder / "ngrams.json")
        (folder / "labels.json").write_text(
            json.dumps({"labels": self.labels, "encoder": self.encoder, "pieces": sorted(self.pieces)})
        )
        arrays = {
            f"{name}_{part}": np.asarray(getattr(linear, part))
            for name, linear in (("full", self.full), ("lexical", self.lexical))
            for part in ("dense_weights", "ngram_weights", "bias", "temperature")
        }
        np.savez(folder / "weights.npz", **arrays)

    @classmethod
    def load(cls, folder: Path) -> "IntentModel":
        """Nothing is unpickled. Raises BrokenModel."""
        try:
            saved = json.loads((folder / "labels.json").read_text())
            features = LexicalFeatures.load(folder / "ngrams.json")
            with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
                full, lexical = (_linear(dict(arrays), name) for name in ("full", "lexical"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BrokenModel(f"{folder}: {error}") from error
        return cls(saved["labels"], saved["encoder"], features, full, lexical, frozenset(saved["pieces"]))


def fit(texts: List[str], intents: List[str], vectors: np.ndarray, encoder: str) -> IntentModel:
    """`vectors` of shape (len(texts), dimension). Deterministic."""
    features = LexicalFeatures().fit(texts)
    ngrams = features.transform(texts)
    reduction = TruncatedSVD(min(COMPONENTS, min(ngrams.shape) - 1), random_state=SEED).fit(ngrams)
    labels, nothing = sorted(set(intents)), np.zeros((len(texts), 0))
    target = np.searchsorted(labels, intents)
    full, lexical = (_fit_linear(dense, ngrams, reduction, target) for dense in (vectors, nothing))
    if FAQ in labels:
        full, lexical = (_as_in_use(linear, labels.index(FAQ), target) for linear in (full, lexical))
    meant = [text for text, intent in zip(texts, intents, strict=True) if intent != NOT_UNDERSTOOD]
    return IntentModel(labels, encoder, features, full, lexical, known_pieces(meant))


def _fit_linear(dense: np.ndarray, ngrams: csr_matrix, reduction: TruncatedSVD, target: np.ndarray) -> Linear:
    """The temperature comes from a fourth that a first fit has not seen; the second fit goes on from there with all."""
    inputs = np.hstack([DENSE_SCALE * dense, reduction.transform(ngrams)]).astype(np.float32)
    regression = LogisticRegression(C=REGULARISATION, max_iter=200, tol=TOLERANCE, warm_start=True)
    seen, held_out = next(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(inputs, target))
    scores = regression.fit(inputs[seen], target[seen]).decision_function(inputs[held_out])
    temperature = best_temperature(scores, target[held_out])
    regression.fit(inputs, target)
    width = dense.shape[1]
    return Linear(
        DENSE_SCALE * regression.coef_[:, :width].astype(np.float64),
        regression.coef_[:, width:] @ reduction.components_,
        regression.intercept_.astype(np.float64),
        temperature,
    )


def _as_in_use(linear: Linear, faq: int, target: np.ndarray) -> Linear:
    """Prior correction (Saerens et al. 2002): `faq` weighed as where FAQ_SHARE of all messages are questions."""
    share = float(np.mean(target == faq))
    bias = linear.bias.copy()
    bias[faq] += linear.temperature * np.log(FAQ_SHARE / (1 - FAQ_SHARE) * (1 - share) / share)
    return replace(linear, bias=bias)


def best_temperature(scores: np.ndarray, target: np.ndarray) -> float:
    """Temperature scaling (Guo et al. 2017): the one that makes held-out answers most likely."""
    rows = np.arange(len(target))
    losses = [-np.log(softmax(scores / value)[rows, target] + 1e-12).mean() for value in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def softmax(scores: np.ndarray) -> np.ndarray:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def _linear(arrays: Dict[str, np.ndarray], name: str) -> Linear:
    return Linear(
        arrays[f"{name}_dense_weights"],
        arrays[f"{name}_ngram_weights"],
        arrays[f"{name}_bias"],
        float(arrays[f"{name}_temperature"]),
    )
