"""Compares the entities that the patterns of config.yml find with those that are marked in a file of messages."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

from components.patterns import EntityPattern, find
from rasa.shared.nlu.training_data.loading import load_data


def entity_metrics(path: Path, config: List[Dict[str, Any]]) -> Dict[str, Dict[str, float]]:
    """Of each entity that is marked: how many, how many were found with the right span and value, how many were found.

    A value is compared where the mark names one, e.g. {"entity": "quantity", "value": "2"}.
    """
    messages = load_data(str(path))
    patterns = [EntityPattern.read(pattern) for pattern in config]
    marked, found, right = Counter(), Counter(), Counter()
    names = {entity["entity"] for example in messages.entity_examples for entity in example.get("entities")}
    for example in messages.nlu_examples:
        text = example.get("text")
        spans = {(item.start, item.end, item.entity): str(item.value) for item in find(text, patterns)}
        found.update(entity for _, _, entity in spans if entity in names)
        for entity in example.get("entities", []):
            key = (entity["start"], entity["end"], entity["entity"])
            marked[entity["entity"]] += 1
            written = text[entity["start"] : entity["end"]]
            right[entity["entity"]] += key in spans and entity["value"] in (written, spans[key])
    return {
        name: {
            "marked": marked[name],
            "recall": right[name] / marked[name],
            "precision": right[name] / found[name] if found[name] else 0.0,
        }
        for name in sorted(marked)
    }
