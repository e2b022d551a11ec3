from typing import Any, Dict, List, Tuple

import pytest
from components.patterns import EntityPattern, PatternEntityExtractor, find
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message


@pytest.fixture(scope="module")
def patterns(config: Dict[str, Any]) -> List[EntityPattern]:
    component = next(item for item in config["pipeline"] if item["name"].endswith("PatternEntityExtractor"))
    return [EntityPattern.read(pattern) for pattern in component["patterns"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JL-100234", [("order_number", "JL-100234")]),
        ("jl100234", [("order_number", "JL-100234")]),
        ("where is jl 100 234 please", [("order_number", "JL-100234")]),
        ("order number: JL–100234.", [("order_number", "JL-100234")]),
        ("order 100234", [("order_number", "JL-100234")]),
        ("#100234", [("order_number", "JL-100234")]),
        ("it's 100234!", [("order_number", "JL-100234")]),
        ("JL-100234 and JL-100235", [("order_number", "JL-100234"), ("order_number", "JL-100235")]),
        ("RT-200017", [("return_number", "RT-200017")]),
        ("rt 200017", [("return_number", "RT-200017")]),
        ("return number 200017", [("return_number", "RT-200017")]),
        ("status of return 200017", [("return_number", "RT-200017")]),
        ("refund RF-300008", [("refund_number", "RF-300008")]),
        ("Emma.Byrne+shop@Example.IE.", [("email", "emma.byrne+shop@example.ie")]),
        ("JL-100234, o'neill@mail.example.com", [("order_number", "JL-100234"), ("email", "o'neill@mail.example.com")]),
        ("order100234@example.com", [("email", "order100234@example.com")]),
        ("my phone is 0871234567", []),
        ("call +353 1 555 0142", []),
        ("1002345", []),
        ("it cost 100234.50", []),
        ("2", [("quantity", 2)]),
        ("2x", [("quantity", 2)]),
        ("x3 please", [("quantity", 3)]),
        ("return 2 towels from JL-100420", [("quantity", 2), ("order_number", "JL-100420")]),
        ("two of the towels", [("quantity", 2)]),
        ("Ten", [("quantity", 10)]),
        ("both of them", [("quantity", 2)]),
        ("all of them", [("quantity", "all")]),
        ("everything", [("quantity", "all")]),
        ("a couple of mugs", [("quantity", 2)]),
        ("just one", [("quantity", 1)]),
        ("one of the socks", [("quantity", 1)]),
        ("One please.", [("quantity", 1)]),
        ("the blue one", []),
        ("the second one", []),
        ("the 2nd one", []),
        ("number two", []),
        ("that's all, thanks", []),
        ("not happy at all", []),
        ("after all I want to keep it", []),
        ("one of your advisors", []),
        ("between two sizes", []),
        ("size 12", []),
        ("a size 7.5", []),
        ("black boots in 42", []),
        ("€20 off", []),
        ("I paid 35 euros", []),
        ("use 300 points", []),
        ("10% off", []),
        ("two weeks ago", []),
        ("3 days", []),
        ("at 5pm", []),
        ("24/7", []),
        ("someone", []),
        ("", []),
    ],
)  # fmt: skip
def test_numbers_addresses_and_quantities_are_found(
    patterns: List[EntityPattern], text: str, expected: List[Tuple[str, Any]]
) -> None:
    assert [(found.entity, found.value) for found in find(text, patterns)] == expected


def test_positions_are_those_in_the_text(patterns: List[EntityPattern]) -> None:
    (found,) = find("where is JL-100234?", patterns)
    assert "where is JL-100234?"[found.start : found.end] == "JL-100234"


def test_a_button_has_no_entities_but_its_own(patterns: List[EntityPattern]) -> None:
    message = Message({"text": '/inform{"order_number": "JL-100234"}'})
    PatternEntityExtractor(patterns).process([message])
    assert message.get("entities") is None


def test_an_entity_of_text_names_its_extractor(patterns: List[EntityPattern]) -> None:
    message = Message({"text": "order 100234"})
    PatternEntityExtractor(patterns).process([message])
    assert message.get("entities")[0]["extractor"] == "PatternEntityExtractor"


@pytest.mark.parametrize("broken", [{}, {"pattern": "("}, {"entity": "email", "pattern": None}])
def test_a_pattern_that_is_none_is_refused(broken: Dict[str, Any]) -> None:
    with pytest.raises(InvalidConfigException):
        EntityPattern.read(broken)
