import time

import pytest

from api.insight.masking import as_phrasing, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("where is JL-100234?", "where is [number]?"),
        ("my order #123 and 4711", "my order [number] and [number]"),
        ("write to emma.byrne+x@shop.example.com please", "write to [e-mail] please"),
        ("the code is 123 456", "the code is [number]"),
        ("call +353 87 123 4567 now", "call [number] now"),
        ("1Z999AA10123456784 is lost", "[number] is lost"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [number]"),
        ("I am emma, Byrne is my name", "I am [name], [name] is my name"),
        ("within 30 days, 2 shirts for €13.50 in 2024", "within 30 days, 2 shirts for €13.50 in 2024"),
        ("size 38-40 of the A4 case, 10 or 12 or 14", "size 38-40 of the A4 case, 10 or 12 or 14"),
        ("remember me", "remember me"),
    ],
)
def test_what_could_name_somebody_is_taken_out_and_the_question_stays(text: str, shown: str) -> None:
    assert masked(text, ["Emma Byrne", "Em"]) == shown


def test_a_phrasing_is_one_line_without_masks() -> None:
    assert as_phrasing("where is\n[number], I am [name] •••••• ") == "where is , I am"


@pytest.mark.parametrize("text", ["a" * 5000, "a@" * 2500, "1 " * 2500, "a-1" * 1600, "x." * 2500 + "@", "#" * 5000])
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    masked(text, ["Emma"])
    assert time.process_time() - started < 0.5
