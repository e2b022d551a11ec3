"""Cross-validates the intents: `python -m evaluate` in `bot/`, with the FAQ service running.

Five folds over data/nlu; what is held out is classified as in a turn, except that there is no index to ask
(its entries are the curators' and change). Prints accuracy, calibration, thresholds and confusions.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import yaml
from components.faq_client import FaqClient
from components.intent_model import SEED, fit
from components.understanding import FaqUnavailable
from sklearn.model_selection import StratifiedKFold

HERE = Path(__file__).resolve().parent
THRESHOLDS = (0.2, 0.25, 0.3, 0.35, 0.4, 0.5)


def read_examples(folder: Path) -> Tuple[List[str], List[str]]:
    """Texts and their intents, in the order of the files."""
    texts, intents = [], []
    for path in sorted(folder.glob("*.yml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = [line.strip()[2:] for line in item["examples"].splitlines()]
            texts += lines
            intents += [item["intent"]] * len(lines)
    return texts, intents


def predict(
    texts: List[str], intents: List[str], vectors: np.ndarray, folds: int
) -> List[Tuple[Dict[str, float], str]]:
    """For each text the probabilities with the vector, and the best intent without."""
    predicted: List[Tuple[Dict[str, float], str]] = [({}, "")] * len(texts)
    for train, test in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(vectors, intents):
        model = fit([texts[i] for i in train], [intents[i] for i in train], vectors[train], "")
        for i in test:
            lexical = model.probabilities(texts[i], None)
            predicted[i] = model.probabilities(texts[i], vectors[i]), max(lexical, key=lexical.__getitem__)
    return predicted


def calibration_error(confidences: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over ten bins of equal width."""
    bins = np.minimum((confidences * 10).astype(int), 9)
    gaps = [abs(confidences[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def report(
    texts: List[str], intents: List[str], predicted: List[Tuple[Dict[str, float], str]], *, verbose: bool
) -> None:
    best = [max(row, key=row.__getitem__) for row, _ in predicted]
    confidences = np.array([row[intent] for (row, _), intent in zip(predicted, best, strict=True)])
    right = np.array([guess == intent for guess, intent in zip(best, intents, strict=True)])
    lexical = np.mean([guess == intent for (_, guess), intent in zip(predicted, intents, strict=True)])
    print(f"{len(texts)} examples of {len(set(intents))} intents")
    print(f"accuracy {right.mean():.3f}, without the FAQ service {lexical:.3f}")
    print(f"calibration error {calibration_error(confidences, right):.3f}")
    for threshold in THRESHOLDS:
        sure = confidences >= threshold
        print(f"threshold {threshold:.2f}: {sure.mean():.3f} are understood, {right[sure].mean():.3f} of them rightly")
    print("\nconfusions (intent, taken for, times):")
    for (intent, guess), times in Counter((a, b) for a, b in zip(intents, best, strict=True) if a != b).most_common(25):
        print(f"{times:4}  {intent} → {guess}")
    if verbose:
        for text, intent, guess, confidence in zip(texts, intents, best, confidences, strict=True):
            if intent != guess:
                print(f"{confidence:.2f}  {intent} → {guess}: {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--verbose", action="store_true", help="list every example that was taken for something else")
    arguments = parser.parse_args()
    texts, intents = read_examples(HERE / "data" / "nlu")
    try:
        vectors, _ = FaqClient.from_environment().embed(texts)
    except FaqUnavailable as error:
        sys.exit(f"The FAQ service is not available: {error}")
    report(texts, intents, predict(texts, intents, vectors, arguments.folds), verbose=arguments.verbose)


if __name__ == "__main__":
    main()
