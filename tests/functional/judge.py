"""Whether what was heard is what a scenario expects."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.functional.scenario import Answer

DOMAIN = Path(__file__).parents[2] / "bot" / "domain"
_VALUE = re.compile(r"\\\{[a-z_]+\\\}")


@cache
def _wordings() -> dict[str, list[re.Pattern[str]]]:
    """The variants of every response, with anything in place of the values."""
    responses: dict[str, list[re.Pattern[str]]] = {}
    for file in DOMAIN.glob("*.yml"):
        for name, variants in yaml.safe_load(file.read_text(encoding="utf-8")).get("responses", {}).items():
            texts = (_VALUE.sub(".*", re.escape(variant["text"])) for variant in variants)
            responses[name] = [re.compile(text, re.DOTALL) for text in texts]
    return responses


def _is_template(message: dict[str, Any], name: str) -> bool:
    """By its source; what tells of a backend's data does not name its template, so there its wording counts."""
    source = message["source"]
    if source["kind"] == "template":
        return bool(source["name"] == name)
    wordings = _wordings()[name]
    return source["kind"] == "backend" and any(wording.fullmatch(message["text"]) for wording in wordings)


def faults(message: dict[str, Any], wanted: Answer, own: Callable[[str], str]) -> list[str]:
    """What does not fit. `own` puts this customer's numbers in place of the scenario's."""
    source, text = message["source"], message["text"] or ""
    fields = [(each["label"], each["value"]) for card in message.get("cards") or [] for each in card["fields"]]
    titles = [button["title"] for button in message.get("buttons") or ()]
    checks = {
        f"is not {wanted.template}": not wanted.template or _is_template(message, wanted.template),
        f"is not the entry {wanted.faq}": not wanted.faq or source.get("entry") == wanted.faq,
        f"does not tell of {wanted.call}": not wanted.call or source.get("call") == own(wanted.call),
        f"does not say {wanted.text!r}": re.search(own(wanted.text), text) is not None,
        f"has other buttons than {wanted.buttons}": all(own(title) in titles for title in wanted.buttons),
        f"shows one of {wanted.card_without}": not any(label in wanted.card_without for label, _ in fields),
    }
    missing = [label for label, value in wanted.card.items() if not _on_card(fields, label, own(value))]
    return [fault for fault, fits in checks.items() if not fits] + [f"has not on a card: {label}" for label in missing]


def _on_card(fields: list[tuple[str, str]], label: str, value: str) -> bool:
    return any(label == shown and re.search(value, text) for shown, text in fields)
