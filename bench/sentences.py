"""What the customers of the load test say.

Latency is measured with questions of the entries themselves, on subjects that no skill of either assistant has, so that
both answer from the FAQ; accuracy with the evaluation set, which neither has seen.
"""

import json
from itertools import cycle, islice
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parent.parent / "faq" / "content"
GENERAL = {"payment", "privacy", "products", "stores"}

# The first sentence opens the form, the last one leaves it, so that the dialogue can be said again.
FORM_DIALOGUE = {
    "aftercare": ["I want to return something", "JL-100241", "the sneakers", "they are too small", "stop"],
    "stock": ["I want to return something", "JL-100241", "the sneakers", "they are too small"],
}


def evaluation() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CONTENT / "evaluation.jsonl").read_text().splitlines()]


def questions(count: int) -> list[str]:
    entries = [json.loads(line) for line in (CONTENT / "entries.jsonl").read_text().splitlines()]
    return list(islice(cycle(entry["question"] for entry in entries if entry["category"] in GENERAL), count))
