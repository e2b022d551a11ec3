"""What a kind, competent person would do with messages that fit no plan."""

import pytest

from backends.errors import Unavailable
from tests.actions.conftest import Begin
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FakeCommerce

KNOWN = {
    "available": True,
    "decision": "answer",
    "probability": 0.9,
    "candidates": [
        {"entry": "damaged-item", "version": 1, "question": "?", "answer": "We are sorry.", "probability": 0.9}
    ],
}


async def to_reason(talk: Conversation) -> None:
    await talk.says("I want to return something", "return_start", order_number="JL-100200")
    assert await talk.says("the blue shirt", "inform") == ["utter_question_return_reason"]


async def test_a_question_at_the_reason_is_no_reason(talk: Conversation):
    await to_reason(talk)
    assert await talk.says("what?", "repeat") == ["utter_question_return_reason"]
    assert await talk.says("what can you do", "help") == ["utter_help", "utter_question_return_reason"]
    assert await talk.says("what do you mean", "why") == ["utter_why_return_reason", "utter_question_return_reason"]
    assert talk.slots["return_reason"] is None


async def test_a_fault_that_the_faq_knows_is_a_reason_and_asked_about_where_two_fit(talk: Conversation):
    await to_reason(talk)
    assert await talk.says("it is broken", "faq", faq=KNOWN) == ["utter_question_which_of_these"]
    assert len(talk.messages[0].payloads) == 2
    assert await talk.says("it arrived damaged", "faq", faq=KNOWN) == ["utter_question_return_resolution"]
    assert talk.slots["return_reason"] == "damaged"


async def test_a_question_to_the_faq_stays_one_inside_a_form(talk: Conversation):
    await to_reason(talk)
    assert await talk.says("what do you do about damaged things?", "faq", faq=KNOWN) == [
        "We are sorry.",
        "utter_question_return_reason",
    ]


async def test_what_is_said_early_is_noted_and_used_later(talk: Conversation):
    await to_reason(talk)
    assert await talk.says("exchange", "exchange") == ["utter_noted", "utter_question_return_reason"]
    assert await talk.says("too small", "inform") == ["utter_question_return_variants"]
    assert talk.slots["return_resolution"] == "exchange"


async def test_what_was_missing_is_no_return_but_a_refund(talk: Conversation):
    await to_reason(talk)
    assert "missing" not in str(talk.messages[0].payloads)
    assert await talk.says("it was missing", "inform") == ["utter_return_refund_instead"]
    said = await talk.says("yes please", "affirm")
    assert talk.form == "refund_form"
    assert (talk.slots["refund_item"], talk.slots["refund_reason"]) == ("line-1", "missing")
    assert said == ["utter_question_refund_method"]


async def test_things_of_two_orders_are_returned_one_after_the_other(talk: Conversation, shop: FakeCommerce):
    said = await talk.says("I want to send back the rain coat and the blue shirt", "return_start")
    assert said == ["utter_return_several_orders", "utter_question_return_reason"]
    assert talk.slots["return_order"]["number"] == "JL-100100"
    await talk.says("too small", "inform")
    await talk.presses("inform", resolution="refund")
    await talk.presses("inform", method="label")
    assert await talk.presses("affirm") == ["utter_return_created", "utter_return_rest"]
    assert talk.messages[1].values["rest"] == "Linen shirt"
    assert await talk.says("yes", "affirm") == ["utter_question_return_reason"]
    assert [line["title"] for line in talk.slots["return_items"]] == ["Linen shirt"]
    assert [len(made.lines) for made in shop.shelves["emma"].returns] == [1]


async def test_both_is_no_answer_where_there_are_three(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    await talk.says("both", "inform", quantity="2")
    assert talk.slots["return_items"] is None


async def test_no_after_an_insult_declines_the_person_and_the_form_goes_on(talk: Conversation):
    await to_reason(talk)
    assert await talk.says("you idiot", "insult") == ["utter_insult", "utter_question_return_reason"]
    assert await talk.says("no", "deny") == ["utter_deny_offer", "utter_question_return_reason"]
    await talk.says("you idiot", "insult")
    assert await talk.says("yes", "affirm") == ["utter_handoff"]
    assert talk.directive["handoff"]["reason"] == "complaint"
    assert talk.directive["handoff"]["skill"] == "returns"


@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback", "follow_up", "inform"])
async def test_the_number_of_an_order_leads_to_it(talk: Conversation, intent: str):
    assert await talk.says("and what about JL-100200", intent, order_number="JL-100200") == [
        "utter_order_status_delivered"
    ]


async def test_when_asks_for_what_was_told_last(talk: Conversation):
    await talk.says("where is JL-100200", "order_status", order_number="JL-100200")
    await talk.says("thanks", "thank")
    assert await talk.says("when exactly?", "follow_up") == ["utter_order_status_delivered"]


async def test_when_about_nothing_is_not_understood(talk: Conversation):
    assert await talk.says("when exactly?", "follow_up") == ["utter_misunderstood"]


async def test_a_refund_that_is_contested_goes_to_a_person(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100050")
    assert await talk.says("that's not fair", "contest") == ["utter_contest_handoff"]
    assert talk.directive["handoff"]["reason"] == "policy_restriction"
    assert talk.directive["handoff"]["skill"] == "returns"


async def test_a_person_after_a_failure_is_told_that_it_was_one(talk: Conversation, shop: FakeCommerce):
    shop.fail("list_orders", Unavailable())
    await talk.says("where is my order", "order_status")
    await talk.says("then I want a person", "human")
    assert talk.directive["handoff"]["reason"] == "tool_failure"
    assert talk.directive["handoff"]["skill"] == "orders"


async def awaiting_code(start: Begin) -> Conversation:
    guest = start("", "anonymous")
    await guest.says("where is my order", "order_status")
    await guest.says("JL-100200", "inform", order_number="JL-100200")
    assert await guest.says("a@example.com", "inform", email="a@example.com") == ["utter_verification_sent"]
    return guest


async def test_another_address_while_a_code_is_awaited_sends_another_code(start: Begin):
    guest = await awaiting_code(start)
    assert await guest.says("sorry, b@example.com", "inform", email="b@example.com") == ["utter_verification_sent"]
    assert guest.directive["verify"] == {"order_number": "JL-100200", "email": "b@example.com"}


async def test_no_code_came(start: Begin):
    guest = await awaiting_code(start)
    assert await guest.says("I didn't get a code", "retry") == ["utter_verification_sent"]
    assert guest.directive["verify"] == {"order_number": "JL-100200", "email": "a@example.com"}


async def test_a_wrong_address_is_asked_for_again(start: Begin):
    guest = await awaiting_code(start)
    assert await guest.says("the email was wrong", "retry") == ["utter_question_verification_email"]
    assert await guest.says("b@example.com", "inform", email="b@example.com") == ["utter_verification_sent"]
    assert guest.directive["verify"] == {"order_number": "JL-100200", "email": "b@example.com"}


@pytest.mark.parametrize("verdict", ["expired", "locked"])
async def test_after_a_verdict_it_may_be_tried_again(start: Begin, verdict: str):
    guest = await awaiting_code(start)
    assert await guest.presses("inform", verification=verdict) == [f"utter_verification_{verdict}"]
    assert await guest.says("try again", "retry") == ["utter_verification_sent"]


async def test_yes_to_a_new_code_sends_one(start: Begin):
    guest = await awaiting_code(start)
    await guest.presses("inform", verification="expired")
    assert await guest.says("yes", "affirm") == ["utter_verification_sent"]


async def test_yes_to_what_shall_be_changed_registers_nothing(talk: Conversation, shop: FakeCommerce):
    await to_reason(talk)
    await talk.says("too small", "inform")
    await talk.presses("inform", resolution="refund")
    await talk.presses("inform", method="label")
    assert await talk.says("no", "deny") == ["utter_return_what_to_change"]
    assert await talk.says("yes", "affirm") == ["utter_return_what_to_change"]
    assert not shop.keys("create_return")
    assert await talk.presses("inform", change="return_reason") == ["utter_question_return_reason"]
    assert await talk.says("too small", "inform") == ["utter_return_recap_refund"]
    assert await talk.says("yes", "affirm") == ["utter_return_created"]


async def test_a_number_in_a_no_corrects_the_quantity(talk: Conversation):
    await talk.says("I want to return something", "return_start", order_number="JL-100200")
    await talk.says("2 of the socks", "inform", quantity="2")
    await talk.says("damaged", "inform")
    await talk.presses("inform", resolution="refund")
    await talk.presses("inform", method="label")
    assert await talk.says("that's not right, only one", "deny", quantity="1") == [
        "utter_changed_return_items",
        "utter_return_recap_refund",
    ]
    assert talk.slots["return_items"][0]["quantity"] == 1


async def test_yes_is_no_size(talk: Conversation):
    await talk.says("exchange the shirt of JL-100200", "exchange", order_number="JL-100200")
    await talk.says("too small", "inform")
    assert await talk.says("yes", "affirm") == ["utter_misunderstood_in_form", "utter_question_return_variants"]


async def test_how_a_thing_looks_is_no_word_for_one_reason(talk: Conversation):
    await to_reason(talk)
    await talk.says("it looks ugly", "inform")
    assert talk.slots["return_reason"] == "changed_mind"
