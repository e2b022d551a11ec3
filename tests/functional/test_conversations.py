"""The conversations of `conversations/*.yml`, through real Rasa, FAQ, action server and sample shop.

A turn: `says`, and `expects` the answers in order. An answer is named by its template, by `faq: <entry>`, or by the
backend `call` that it tells of; `text` is a regular expression. `card` are labels with regular expressions for values.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops.stack import Stack
from tests.functional.customer import Customer

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

FILES = sorted((Path(__file__).parent / "conversations").glob("*.yml"))
CONVERSATIONS = [
    pytest.param(conversation, id=f"{file.stem}: {conversation['name']}")
    for file in FILES
    for conversation in yaml.safe_load(file.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_conversation(stack: Stack, conversation: dict[str, Any]):
    customer = Customer(stack, conversation.get("customer", ""))
    for turn in conversation["turns"]:
        customer.reference = turn.get("now_known_as", customer.reference)
        answer = customer.sends(turn["says"])
        where = f"after {turn['says']!r}: {answer}"
        assert answer["status"] == "answered", where
        messages, expected = answer["messages"], turn["expects"]
        assert len(messages) == len(expected), where
        for message, wanted in zip(messages, expected, strict=True):
            assert fits(message, wanted), f"{wanted} is wanted {where}"
        for directive in ("handoff", "verify"):
            wanted_directive = turn.get(directive, {})
            assert wanted_directive.items() <= (answer[directive] or {}).items(), where


def fits(message: dict[str, Any], wanted: dict[str, Any]) -> bool:
    source = message["source"]
    fields = {each["label"]: each["value"] for card in message.get("cards") or [] for each in card["fields"]}
    return all(
        (
            source.get("name") == wanted.get("template", source.get("name")),
            source.get("entry") == wanted.get("faq", source.get("entry")),
            source.get("call") == wanted.get("call", source.get("call")),
            re.search(wanted.get("text", ""), message["text"] or "") is not None,
            all(re.search(value, fields.get(label, "")) for label, value in wanted.get("card", {}).items()),
        )
    )
