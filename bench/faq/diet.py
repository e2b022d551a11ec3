"""Stock Rasa's intent classifier (DIET) with the featurizers of its default pipeline, one intent an entry.

Only understanding is trained (`rasa train nlu`), on Rasa's own Python. That takes from a minute to hours, so that the
figures are kept in `diet.json`, by a fingerprint of the phrasings and questions, and made anew with `--diet`.
"""

import json
import os
import subprocess
import tempfile
import time
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from bench.baseline import environment, running
from bench.faq.baselines import Scores
from bench.faq.figures import Row, of_scores
from bench.faq.sets import Set
from bench.stock import RASA_PYTHON, StockProject, write_yaml

KEPT = Path(__file__).with_name("diet.json")
FULL = 100  # epochs of the default pipeline
_PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
]


def kept(data: Set) -> tuple[str, Row] | None:
    """(the method's name, its figures) of the last measurement of exactly this set."""
    found = _read().get(data.name)
    return (found["method"], found["figures"]) if found and found["fingerprint"] == fingerprint(data) else None


def measure(data: Set, epochs: int) -> tuple[str, Row]:
    """Trains and asks; keeps what was found. With fewer epochs than the default the method's name says so."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="diet-") as name:
        project = _train(data, epochs, Path(name))
        seconds = time.perf_counter() - started
        with running(project, _environment(project.folder)) as (url, _, _):
            scores = _ask(data, url)
    figures: Row = of_scores(data, scores) | {"seconds": seconds}
    method = "stock Rasa DIET" + ("" if epochs == FULL else f", {epochs} of {FULL} epochs")
    every = _read() | {data.name: {"method": method, "fingerprint": fingerprint(data), "figures": figures}}
    KEPT.write_text(json.dumps(dict(sorted(every.items())), indent=1) + "\n")
    return method, figures


def fingerprint(data: Set) -> str:
    asked = [[query.text, *query.expected] for query in data.queries]
    entries = {entry: asdict(content)["phrasings"] for entry, content in data.entries.items()}
    questions = [content.question for content in data.entries.values()]
    return sha256(json.dumps([entries, questions, asked]).encode()).hexdigest()[:16]


def _read() -> dict[str, dict[str, Any]]:
    return json.loads(KEPT.read_text()) if KEPT.is_file() else {}


def _train(data: Set, epochs: int, folder: Path) -> StockProject:
    examples: dict[str, str] = dict.fromkeys(data.entries, "")
    for text, entry in data.phrasings:
        examples[entry] += f"- {_plain(text)}\n"
    write_yaml(
        folder / "nlu.yml", {"nlu": [{"intent": _name(n), "examples": e} for n, e in enumerate(examples.values())]}
    )
    pipeline = [*_PIPELINE, {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True}]
    write_yaml(folder / "config.yml", {"recipe": "default.v1", "language": "en", "pipeline": pipeline})
    write_yaml(folder / "domain.yml", {"intents": [_name(number) for number in range(len(examples))]})
    project = StockProject(folder)
    command = [str(RASA_PYTHON), "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml", "--out", "models"]
    subprocess.run(
        [*command, "--fixed-model-name", project.model.name],
        cwd=folder,
        env=_environment(folder),
        check=True,
        capture_output=True,
    )
    return project


def _environment(folder: Path) -> dict[str, str]:
    threads = {name: os.environ[name] for name in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS") if name in os.environ}
    return environment(folder) | threads


def _ask(data: Set, url: str) -> Scores:
    """What is not in the ranking of the best ten has no score."""
    column = {_name(number): number for number in range(len(data.entries))}
    scores = np.zeros((len(data.queries), len(column)))
    with httpx.Client(trust_env=False, timeout=60) as http:
        for line, query in zip(scores, data.queries, strict=True):
            parsed = http.post(f"{url}/model/parse", json={"text": query.text}).raise_for_status().json()
            for each in parsed["intent_ranking"]:
                line[column[each["name"]]] = each["confidence"]
    return scores


def _name(number: int) -> str:
    """Entries' names may hold what Rasa reads as something else."""
    return f"entry_{number}"


def _plain(text: str) -> str:
    """On one line, and without the brackets that mark entities in examples."""
    return " ".join(text.translate(str.maketrans("[]{}", "()()")).split())
