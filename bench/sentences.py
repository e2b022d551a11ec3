"""What the customers of the load test say. FAQ questions are those of the evaluation set that are in scope."""

import json
from itertools import cycle, islice
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).resolve().parent.parent / "faq" / "content"

# The first sentence opens the form, the last one leaves it, so that the dialogue can be said again.
FORM_DIALOGUE = {
    "aftercare": ["I want to return something", "JL-100234", "the first one", "it is too small", "stop"],
    "stock": ["I want to return something", "JL-100234", "the first one", "it is too small"],
}


def evaluation() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CONTENT / "evaluation.jsonl").read_text().splitlines()]


def questions(count: int) -> list[str]:
    asked = [row["text"] for row in evaluation() if row["expected"]]
    return list(islice(cycle(asked), count))
