"""What a conversation needs when it goes wrong: corrections, missing answers, coming back, several wishes at once."""

import pytest

from actions.bootstrap import create_executor
from actions.metrics import Metrics
from actions.settings import ActionSettings
from tests.actions.conftest import Begin, FakeFaqEntries
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FakeCommerce
from tests.fakes.journal import FakeJournal

SHIRT = "line-1"


async def to_variants(talk: Conversation) -> list[str | None]:
    return await talk.says("exchange the shirt, too small", "exchange", order_number="JL-100200")


async def test_an_exchange_is_for_what_is_in_stock(talk: Conversation, shop: FakeCommerce):
    shop.in_stock[SHIRT] = ("L / blue", "XL / blue")
    assert await to_variants(talk) == ["utter_question_return_variants"]
    assert await talk.says("in red please", "inform") == [
        "utter_return_variant_not_in_stock",
        "utter_question_return_variants",
    ]
    assert await talk.says("blue", "inform") == ["utter_question_which_of_these"]
    assert await talk.says("XL", "inform") == ["utter_question_return_method"]
    assert talk.slots["return_variants"] == {SHIRT: "XL / blue"}


async def test_the_size_in_the_first_sentence_is_taken(talk: Conversation, shop: FakeCommerce):
    shop.in_stock[SHIRT] = ("L / blue", "XL / blue")
    said = await talk.says("exchange the shirt for XL, too small", "exchange", order_number="JL-100200")
    assert said == ["utter_question_return_method"]


async def test_where_nothing_is_in_stock_there_is_no_exchange(talk: Conversation, shop: FakeCommerce):
    shop.in_stock[SHIRT] = ()
    assert await to_variants(talk) == ["utter_return_nothing_in_stock", "utter_question_return_resolution"]
    assert "exchange" not in str(talk.messages[1].payloads)


async def test_who_has_no_number_is_helped_on(talk: Conversation):
    await talk.says("I want to return something", "return_start")
    assert await talk.says("I don't have the number", "nlu_fallback") == [
        "utter_without_return_order",
        "utter_question_return_order",
    ]


async def test_a_guest_without_a_number_is_offered_a_person(start: Begin):
    guest = start("", "anonymous")
    await guest.says("where is my order", "order_status")
    assert await guest.says("I lost the e-mail, no idea", "nlu_fallback") == ["utter_without_verification_order"]
    assert await guest.says("yes please", "affirm") == ["utter_handoff"]


async def test_a_question_about_the_question_changes_nothing(talk: Conversation):
    await talk.says("return the blue shirt", "return_start", order_number="JL-100200")
    await talk.says("too small", "inform")
    said = await talk.says("why do you need that?", "why")
    assert said == ["utter_why_return_resolution", "utter_question_return_resolution"]
    assert talk.slots["return_reason"] == "too_small"


@pytest.mark.parametrize("text", ["are you still there?", "anybody there", "hello??"])
async def test_who_asks_whether_somebody_is_there_is_told_and_hears_the_question_again(talk: Conversation, text: str):
    await talk.says("I want to return something", "return_start")
    assert await talk.says(text, "greet") == ["utter_still_here", "utter_question_return_order"]


async def test_an_offer_survives_the_question_whether_somebody_is_there(talk: Conversation):
    await talk.says("you idiot", "insult")
    assert await talk.says("hello, are you there?", "greet") == ["utter_still_here", "utter_insult"]
    assert await talk.says("yes", "affirm") == ["utter_handoff"]


async def test_who_comes_back_later_is_welcomed_back_once(talk: Conversation):
    talk.slots["came_back"] = True
    assert await talk.says("hello", "greet") == ["utter_greet_again_by_name"]
    assert await talk.says("hello", "greet") == ["utter_greet_by_name"]


async def test_a_shop_may_be_formal(shop: FakeCommerce, faq_entries: FakeFaqEntries, journal: FakeJournal):
    settings = ActionSettings(tone="formal")
    talk = Conversation(create_executor(settings, Metrics(), shop=shop, faq=faq_entries, journal=journal))
    talk.domain = {"responses": {"utter_greet_by_name": [], "utter_greet_by_name_formal": [], "utter_thank": []}}
    assert await talk.says("hello", "greet") == ["utter_greet_by_name_formal"]
    assert await talk.says("thanks", "thank") == ["utter_thank"]


async def test_members_of_a_tier_are_thanked_for_it(start: Begin):
    assert await start(tier="Grove").says("thanks", "thank") == ["utter_thank_tier"]
    assert await start().says("thanks", "thank") == ["utter_thank"]


WISH = {"text": "how many points do I have", "intent": "loyalty_balance", "entities": {}, "faq": {}}


async def test_a_second_wish_of_the_same_message_is_offered_after_the_first(talk: Conversation):
    said = await talk.says("where is JL-100200", "order_status", order_number="JL-100200", also=[WISH])
    assert said == ["utter_order_status_delivered", "utter_also_asked"]
    assert await talk.says("yes", "affirm") == ["utter_loyalty_points_expiring"]


async def test_a_second_wish_waits_until_a_form_has_ended(talk: Conversation):
    said = await talk.says("cancel my order", "order_cancel", also=[WISH])
    assert said == ["utter_kept_for_later", "utter_order_cancel_recap"]
    assert await talk.says("no", "deny") == ["utter_order_cancel_kept", "utter_also_asked"]
    assert await talk.says("yes", "affirm") == ["utter_loyalty_points_expiring"]
    assert not talk.slots["kept"]


async def test_start_over_asks_the_first_question_of_the_same_form_again(talk: Conversation):
    await talk.says("return the linen shirt from JL-100200", "return_start", order_number="JL-100200")
    before = talk.slots["form_instance"]
    said = await talk.says("start over", "restart")
    assert said == ["utter_restart_form", "utter_question_return_order"]
    assert talk.slots["return_items"] is None
    assert talk.slots["form_instance"] != before


async def test_start_over_outside_of_a_form_forgets_the_conversation(talk: Conversation):
    await talk.says("hello", "greet")
    assert await talk.says("start over", "restart") == ["utter_restart"]
    assert talk.events[-1]["name"] == "action_restart"
