"""One message with several wishes becomes the first of them, and the others are kept."""

import asyncio
from typing import Any, Dict, List, Tuple

import pytest
from channel.several import parts_of, split

INTENTS = {
    "where is my order": "order_status",
    "how many points do I have": "loyalty_balance",
    "I want to return the shirt": "return_start",
    "get my money back": "refund_request",
    "it is too small": "inform",
    "do you ship to France": "faq",
}


async def parse(text: str) -> Dict[str, Any]:
    intent = {"name": INTENTS.get(text.rstrip("?"), "chitchat"), "confidence": 0.9}
    entities = [{"entity": "order_number", "value": "JL-100234"}] if "order" in text else []
    return {"intent": intent, "entities": entities, "faq": {"decision": "answer"}}


def split_now(text: str) -> Tuple[str, List[str]]:
    first, others = asyncio.run(split(text, parse))
    return first, [each["intent"] for each in others]


@pytest.mark.parametrize(
    ("text", "first", "others"),
    [
        (
            "where is my order and how many points do I have",
            "where is my order",
            ["loyalty_balance"],
        ),
        (
            "where is my order? also, how many points do I have? do you ship to France?",
            "where is my order",
            ["loyalty_balance", "faq"],
        ),
        ("Hi there you. where is my order. oh and do you ship to France", "Hi there you. where is my order", ["faq"]),
    ],
)
def test_the_first_wish_is_taken_with_all_that_comes_before_the_second(
    text: str, first: str, others: List[str]
) -> None:
    assert split_now(text) == (first, others)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "I want to return the shirt and get my money back",
        "I want to return the shirt. it is too small",
        "where is my order and where is my order",
        "yes and no",
        "",
        "and and and",
    ],
)
def test_a_message_with_one_wish_stays_whole(text: str) -> None:
    assert split_now(text) == (text, [])


def test_what_is_kept_has_its_entities_and_its_matches() -> None:
    _, (kept,) = asyncio.run(split("do you ship to France and where is my order", parse))
    assert kept["text"] == "where is my order"
    assert kept["entities"] == {"order_number": ["JL-100234"]}
    assert kept["faq"] == {"decision": "answer"}


def test_an_unsure_part_is_no_wish() -> None:
    async def unsure(text: str) -> Dict[str, Any]:
        return {"intent": {"name": INTENTS[text], "confidence": 0.4}, "entities": []}

    text = "where is my order and how many points do I have"
    assert asyncio.run(split(text, unsure)) == (text, [])


def test_a_long_message_is_looked_at_in_part() -> None:
    assert len(parts_of("where is my order and " * 50)) == 4
