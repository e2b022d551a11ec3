"""Measures the trained bot with `rasa test nlu`: `python -m measure --model M --out FOLDER`, or `make test-nlu`.

Rasa parses every message as in a turn (vector and matches from the FAQ service, the index weighed in) and writes what
it took each one for. From those files come the figures, and `metrics.json` beside them. Rasa takes a fallback back
before it counts, so that accuracy is of the best intent; `understood` says how many were sure enough to be acted on.
Entities are compared here, by span and value: Rasa compares tokens, and this pipeline has none.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import yaml
import patches
from evaluate import calibration_error
from start import prepare_environment

HERE = Path(__file__).resolve().parent
QUESTIONS = HERE.parent / "faq" / "content" / "evaluation.jsonl"
MESSAGES = HERE / "evaluation" / "messages.yml"


@dataclass(frozen=True)
class Prediction:
    text: str
    intent: str
    predicted: str
    confidence: float

    @property
    def right(self) -> bool:
        return self.intent == self.predicted


def run_rasa(out: Path, *arguments: str) -> None:
    """What Rasa says goes to `rasa.log`. Raises SystemExit with its last lines where it fails."""
    out.mkdir(parents=True, exist_ok=True)
    for path in out.glob("*.json"):
        path.unlink()  # of an earlier run; Rasa leaves out a file that would be empty
    command = [sys.executable, "-m", "start", "test", "nlu", "--out", str(out), *arguments]
    log = out / "rasa.log"
    with log.open("w") as output:
        done = subprocess.run(command, cwd=HERE, stdout=output, stderr=output, check=False)  # noqa: S603 - our own module
    if done.returncode:
        sys.exit("\n".join(log.read_text(errors="replace").splitlines()[-5:]))


def read_predictions(folder: Path) -> List[Prediction]:
    """What `rasa test nlu` wrote; a file is missing where it would be empty."""
    found = []
    for name in ("intent_successes.json", "intent_errors.json"):
        path = folder / name
        for row in json.loads(path.read_text(encoding="utf-8")) if path.exists() else []:
            guess = row["intent_prediction"]
            found.append(Prediction(row["text"], row["intent"], guess["name"], float(guess["confidence"])))
    return found


def intent_table(predictions: Sequence[Prediction]) -> Dict[str, Dict[str, float]]:
    """Precision, recall, F1 and number of messages of each intent that was expected."""
    expected = Counter(each.intent for each in predictions)
    guessed = Counter(each.predicted for each in predictions)
    right = Counter(each.intent for each in predictions if each.right)
    return {
        intent: {
            "precision": right[intent] / guessed[intent] if guessed[intent] else 0.0,
            "recall": right[intent] / count,
            "f1": 2 * right[intent] / (guessed[intent] + count),
            "messages": count,
        }
        for intent, count in sorted(expected.items())
    }


def intent_metrics(predictions: Sequence[Prediction], threshold: float) -> Dict[str, Any]:
    table = intent_table(predictions)
    confidence = np.array([each.confidence for each in predictions])
    right = np.array([each.right for each in predictions])
    sure = confidence >= threshold
    return {
        "messages": len(predictions),
        "accuracy": float(right.mean()),
        "macro_f1": float(np.mean([row["f1"] for row in table.values()])),
        "calibration_error": calibration_error(confidence, right),
        "understood": float(sure.mean()),
        "understood_rightly": float(right[sure].mean()),
        "intents": table,
    }


def confusions(predictions: Sequence[Prediction]) -> List[Tuple[str, str, int]]:
    """Intent, what it was taken for, how often; the commonest first."""
    pairs = Counter((each.intent, each.predicted) for each in predictions if not each.right)
    return [(intent, guess, times) for (intent, guess), times in pairs.most_common()]


def show(metrics: Dict[str, Any], confused: List[Tuple[str, str, int]]) -> None:
    for name in ("messages", "accuracy", "macro_f1", "calibration_error", "understood", "understood_rightly"):
        value = metrics[name]
        print(f"{name:20} {value if isinstance(value, int) else f'{value:.3f}'}")
    print(f"\n{'intent':20} precision recall    F1  messages")
    for intent, row in metrics["intents"].items():
        print(f"{intent:20} {row['precision']:9.2f} {row['recall']:6.2f} {row['f1']:5.2f} {row['messages']:9}")
    if "entities" in metrics:
        print(f"\n{'entity':20} precision recall  marked")
        for entity, row in metrics["entities"].items():
            print(f"{entity:20} {row['precision']:9.2f} {row['recall']:6.2f} {row['marked']:7}")
    for scope, counts in metrics.get("questions", {}).items():
        print(f"\nFAQ questions {scope.replace('_', ' ')}: " + ", ".join(f"{each} {n}" for each, n in counts.items()))
    print("\nconfusions (intent, taken for, times):")
    for intent, guess, times in confused:
        print(f"{times:4}  {intent} → {guess}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="a trained model; not for cross-validation, which trains its own")
    parser.add_argument("--out", type=Path, required=True, help="folder for Rasa's files and metrics.json")
    parser.add_argument("--cross-validation", action="store_true", help="five folds over data/nlu instead")
    arguments = parser.parse_args()
    out = arguments.out.resolve()
    model = arguments.model.resolve() if arguments.model else None
    prepare_environment()
    if arguments.cross_validation:
        run_rasa(out, "--nlu", "data", "--cross-validation", "--folds", "5")
    else:
        run_rasa(out, "--nlu", str(MESSAGES), "--model", str(model))
    config = yaml.safe_load((HERE / "config.yml").read_text(encoding="utf-8"))
    steps = {step["name"].rsplit(".", 1)[-1]: step for step in config["pipeline"]}
    predictions = read_predictions(out)
    metrics = intent_metrics(predictions, steps["SkillClassifier"]["threshold"])
    if not arguments.cross_validation:
        patches.apply()
        from entities import entity_metrics  # noqa: PLC0415 - patches come before Rasa
        from questions import question_metrics  # noqa: PLC0415

        metrics["questions"] = question_metrics(model, QUESTIONS)
        metrics["entities"] = entity_metrics(MESSAGES, steps["PatternEntityExtractor"]["patterns"])
    (out / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    show(metrics, confusions(predictions))


if __name__ == "__main__":
    main()
