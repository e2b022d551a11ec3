"""A reason in the customer's words comes to the standard code, or is kept as it was said."""

import pytest

from actions.forms.choice import Choice
from actions.forms.returning import Reason, reason_choice
from actions.reading.choices import Option, find_one
from backends.models import ReasonCode, ReturnReason
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FakeCommerce

# A shop with its own ids and titles, which share no word with what people say.
REASONS = [ReturnReason(f"r{number}", f"Category {number:02}", code=code) for number, code in enumerate(ReasonCode)]


def codes(text: str) -> set[ReasonCode]:
    choices: list[Choice] = [reason_choice(reason) for reason in REASONS]
    found = find_one(text, [Option(each.value, each.words) for each in choices])
    fitting = Reason().narrowed([each for each in choices if each.value in found.values])
    return {ReasonCode(each.kind) for each in fitting if each.kind}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("they pinch, way too tight", "size_too_small"),
        ("too small", "size_too_small"),
        ("it's huge on me, far too big", "size_too_large"),
        ("my heel keeps slipping", "size_too_large"),
        ("I just changed my mind", "unwanted"),
        ("I don't want it any more", "unwanted"),
        ("ordered it twice by accident", "unwanted"),
        ("I ordered it by mistake", "unwanted"),
        ("you made a mistake, this is the wrong one", "wrong_item"),
        ("found it cheaper somewhere", "unwanted"),
        ("it looks nothing like the picture", "not_as_described"),
        ("it's not what was described", "not_as_described"),
        ("it stopped working after a day", "defective"),
        ("the zip is faulty", "defective"),
        ("you sent me the wrong one", "wrong_item"),
        ("the cut doesn't do anything for me", "style"),
        ("I don't like the style", "style"),
        ("the colour is off", "color"),
        ("I don't like the shade", "color"),
        ("something else", "other"),
        ("another reason", "other"),
    ],
)
def test_each_standard_code_is_reached_from_what_people_say(text: str, code: str):
    assert codes(text) == {ReasonCode(code)}


@pytest.mark.parametrize("text", ["because of my cat", "hm", "", "🙈"])
def test_what_comes_to_none_of_them_is_not_guessed(text: str):
    assert codes(text) == set()


def test_a_code_that_is_not_known_yet_is_read_as_other():
    assert ReasonCode("sustainability") is ReasonCode.OTHER


async def to_reason(talk: Conversation) -> None:
    said = await talk.says("return the rain coat", "return_start", order_number="JL-100100")
    assert said == ["utter_question_return_reason"]


async def finish(talk: Conversation, shop: FakeCommerce) -> str:
    """The note that the shop was given."""
    await talk.presses("inform", resolution="refund")
    await talk.presses("inform", method="store")
    await talk.says("yes", "affirm")
    (line,) = shop.shelves["emma"].returns[0].lines
    return line.note


async def test_something_else_is_asked_for_in_words_and_told_to_the_shop(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    assert await talk.presses("inform", reason="other") == ["utter_question_return_note"]
    assert await talk.says("the zip sticks and the lining smells", "faq") == ["utter_question_return_resolution"]
    assert await finish(talk, shop) == "the zip sticks and the lining smells"


async def test_the_recap_shows_the_note(talk: Conversation):
    await to_reason(talk)
    await talk.presses("inform", reason="other")
    await talk.says("the zip sticks", "nlu_fallback")
    await talk.presses("inform", resolution="refund")
    await talk.presses("inform", method="store")
    assert talk.messages[0].card()["In your words"] == "the zip sticks"


async def test_what_fits_nothing_twice_becomes_the_note(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    assert await talk.says("because of my cat", "nlu_fallback") == [
        "utter_rejected_return_reason",
        "utter_question_return_reason",
    ]
    assert await talk.says("it sleeps on the radiator", "nlu_fallback") == ["utter_question_return_resolution"]
    assert await finish(talk, shop) == "it sleeps on the radiator"


async def test_nobody_must_say_more(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    await talk.presses("inform", reason="other")
    assert await talk.says("no", "deny") == ["utter_question_return_resolution"]
    assert await finish(talk, shop) == ""


async def test_a_reason_that_says_it_all_has_no_note_even_after_another(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    await talk.presses("inform", reason="other")
    await talk.says("the zip sticks", "nlu_fallback")
    said = await talk.says("actually it's too small", "nlu_fallback")
    assert said == ["utter_changed_return_reason", "utter_question_return_resolution"]
    assert await finish(talk, shop) == ""


async def test_a_note_is_as_long_as_the_contract_allows(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    await talk.presses("inform", reason="other")
    await talk.says("the zip sticks " * 100, "nlu_fallback")
    assert len(await finish(talk, shop)) == 500


@pytest.mark.parametrize(
    "text", ["exchange the rain coat for another colour", "swap the rain coat, other style please"]
)
async def test_who_wants_another_colour_has_given_no_reason_yet(talk: Conversation, text: str):
    assert await talk.says(text, "exchange", order_number="JL-100100") == ["utter_question_return_reason"]


async def test_a_colour_that_is_not_liked_is_a_reason_from_the_first_sentence_on(talk: Conversation):
    text = "return the rain coat, I don't like the colour"
    said = await talk.says(text, "return_start", order_number="JL-100100")
    assert said == ["utter_question_return_resolution"]
    assert talk.slots["return_reason"] == "color"


async def test_gibberish_is_no_note(talk: Conversation):
    await to_reason(talk)
    await talk.says("hgjhg", "nlu_fallback")
    assert "utter_misunderstood_again" in await talk.says("qwrtz plmkn", "nlu_fallback")
