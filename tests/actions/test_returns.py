import pytest

from backends.models import Resolution
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FakeCommerce


async def to_recap(talk: Conversation, items: str = "the blue shirt", resolution: str = "refund"):
    await talk.says("I want to return something", "return_start")
    await talk.says("JL-100200", "inform", order_number="JL-100200")
    await talk.says(items, "inform")
    await talk.says("too small", "inform")
    await talk.presses("inform", resolution=resolution)
    return await talk.presses("inform", method="label")


async def test_a_return_is_registered_once_the_recap_was_confirmed(talk: Conversation, shop: FakeCommerce):
    assert await talk.says("I want to return something", "return_start") == ["utter_question_return_order"]
    assert await talk.says("the one with the linen shirt", "inform") == ["utter_question_return_items_some_blocked"]
    assert await talk.says("the blue shirt", "inform") == ["utter_question_return_reason"]
    assert await talk.says("it's too tight", "complaint") == ["utter_question_return_resolution"]
    assert await talk.says("money back on my card please", "refund_request") == ["utter_question_return_method"]
    assert await talk.says("with the label", "inform") == ["utter_return_recap_refund"]
    assert talk.messages[0].values["total"] == "€55.05"
    assert talk.messages[0].card()["Effect on points"] == "-59"
    assert not shop.keys("create_return")

    assert await talk.says("yes that's right", "affirm") == ["utter_return_created"]
    assert talk.messages[0].source == {"kind": "backend", "call": "POST /returns → RT-200100"}
    assert shop.shelves["emma"].returns[0].resolution is Resolution.REFUND
    assert talk.form is None


@pytest.mark.parametrize(
    ("photos", "reason", "offered"),
    [(True, "damaged", True), (True, "defective", True), (True, "too_small", False), (False, "damaged", False)],
)
async def test_a_photo_is_proposed_where_it_says_more_than_words_and_never_asked_for(
    talk: Conversation, photos: bool, reason: str, offered: bool
):
    talk.photos = photos
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    await talk.presses("inform", reason=reason)
    await talk.presses("inform", resolution="refund")
    assert await talk.presses("inform", method="label") == ["utter_return_recap_refund"]
    assert ("Photo" in talk.messages[0].card()) is offered
    assert await talk.says("yes", "affirm") == ["utter_return_created"]


async def test_an_opening_sentence_answers_the_questions_that_it_can(talk: Conversation):
    said = "I want to return the blue linen shirt from order JL-100200, it is too small"
    assert await talk.says(said, "return_start", order_number="JL-100200") == ["utter_question_return_resolution"]
    assert [line["line_id"] for line in talk.slots["return_items"]] == ["line-1"]
    assert talk.slots["return_reason"] == "too_small"


async def test_how_many_is_asked_only_where_it_is_open(talk: Conversation):
    await talk.says("I want to return something", "return_start", order_number="JL-100200")
    assert await talk.says("the socks", "inform") == ["utter_question_return_quantity"]
    assert await talk.says("9", "inform", quantity="9") == [
        "utter_return_quantity_too_many",
        "utter_question_return_quantity",
    ]
    assert await talk.says("two", "inform") == ["utter_question_return_reason"]
    assert talk.slots["return_items"][0]["quantity"] == 2


async def test_items_and_counts_in_one_sentence(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    assert await talk.says("2 of the socks and the shirt", "inform") == ["utter_question_return_reason"]
    assert {line["line_id"]: line["quantity"] for line in talk.slots["return_items"]} == {"line-1": 1, "line-2": 2}


async def test_everything_means_everything_that_may_go_back(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    await talk.says("all of it", "inform", quantity="all")
    assert {line["line_id"] for line in talk.slots["return_items"]} >= {"line-1"}
    assert "line-3" not in {line["line_id"] for line in talk.slots["return_items"] or []}


async def test_a_final_sale_item_is_refused_with_its_reason(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    said = await talk.says("the hat", "inform")
    assert said == ["utter_return_item_blocked", "utter_question_return_items_some_blocked"]
    assert talk.messages[0].values["why"] == "Final sale, can't be returned"


async def test_an_order_out_of_its_window_names_the_day(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100050")
    assert [message.template for message in talk.messages] == ["utter_return_nothing_possible"]
    assert "21 September 2026" in talk.messages[0].card()["Old scarf"]
    assert talk.form is None


async def test_no_at_the_recap_asks_what_to_change(talk: Conversation):
    await to_recap(talk)
    assert await talk.says("no", "deny") == ["utter_return_what_to_change"]
    assert await talk.presses("inform", change="return_reason") == ["utter_question_return_reason"]
    assert await talk.says("I changed my mind", "inform") == ["utter_return_recap_refund"]


async def test_corrections_at_the_recap(talk: Conversation):
    await to_recap(talk, items="2 socks")
    assert await talk.says("make it 3", "inform", quantity="3") == [
        "utter_changed_return_items",
        "utter_return_recap_refund",
    ]
    assert talk.messages[0].values["to"].startswith("3")
    assert talk.slots["return_items"][0]["quantity"] == 3
    await talk.says("store credit instead", "inform")
    assert talk.slots["return_resolution"] == "store_credit"
    assert talk.slots["return_items"][0]["quantity"] == 3
    assert talk.slots["requested_slot"] == "return_method"


@pytest.mark.parametrize("items", ["the blue shirt", "1 of the socks"])
async def test_a_number_in_a_reason_is_not_how_many_go_back(talk: Conversation, items: str):
    await talk.says(f"return {items}", "return_start", order_number="JL-100200")
    said = await talk.says("I ordered two by mistake", "inform", quantity="2")
    assert said == ["utter_question_return_resolution"]
    assert talk.slots["return_reason"] == "changed_mind"
    assert talk.slots["return_items"][0]["quantity"] == 1


async def test_the_other_order_starts_over_with_it(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    shop_has_three_sent = await talk.says("no, I meant JL-100100", "deny", order_number="JL-100100")
    assert shop_has_three_sent == ["utter_changed_return_order", "utter_question_return_reason"]
    assert talk.slots["return_order"]["number"] == "JL-100100"
    assert talk.slots["return_items"][0]["line_id"] == "line-4"


async def test_an_exchange_asks_for_the_wanted_variant(talk: Conversation, shop: FakeCommerce):
    await talk.says("exchange the shirt of JL-100200", "exchange", order_number="JL-100200")
    assert await talk.says("too small", "inform") == ["utter_question_return_variants"]
    await talk.says("size L in blue", "inform")
    assert await talk.presses("inform", method="store") == ["utter_return_recap_exchange"]
    assert await talk.presses("affirm") == ["utter_return_created_no_label"]
    assert shop.shelves["emma"].returns[0].lines[0].exchange_for == "size L in blue"


async def test_what_was_settled_in_advance_does_not_disturb_an_open_question(talk: Conversation):
    await talk.says("I want to exchange something", "exchange", order_number="JL-100200")
    said = await talk.says("size 43 please", "out_of_scope")
    assert said == ["utter_rejected_return_items", "utter_question_return_items_some_blocked"]


@pytest.mark.parametrize("intent", ["inform", "exchange", "return_start", "out_of_scope", "repeat", "refund_request"])
async def test_a_size_is_a_size_whatever_it_is_taken_for(talk: Conversation, intent: str):
    await talk.says("exchange the shirt, too small", "exchange", order_number="JL-100200")
    assert await talk.says("size L please", intent) == ["utter_question_return_method"]


async def test_another_resolution_is_no_size(talk: Conversation):
    await talk.says("exchange the shirt, too small", "exchange", order_number="JL-100200")
    assert await talk.says("a refund instead", "inform") == [
        "utter_changed_return_resolution",
        "utter_question_return_method",
    ]
    assert talk.slots["return_resolution"] == "refund"


async def test_a_question_in_between_is_answered_and_the_form_goes_on(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    found = {"available": True, "decision": "answer", "candidates": [candidate("You have {{ return_window }}.")]}
    said = await talk.says("how long do I have to return it?", "faq", faq=found)
    assert said == ["You have 30 days.", "utter_question_return_items_some_blocked"]


async def test_a_question_that_holds_an_option_is_still_a_question(talk: Conversation):
    await talk.says("return the shirt, too small", "return_start", order_number="JL-100200")
    found = {"available": True, "decision": "answer", "candidates": [candidate("Within 7 days.")]}
    said = await talk.says("how long does a refund take?", "faq", faq=found)
    assert said == ["Within 7 days.", "utter_question_return_resolution"]


async def test_a_question_that_nobody_can_answer_is_no_answer_either(talk: Conversation):
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    said = await talk.says("how much is the label if it was damaged", "out_of_scope")
    assert said == ["utter_misunderstood_in_form", "utter_question_return_reason"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [("I don't like it", "changed_mind"), ("it came torn", "damaged"), ("they're a bit tight", "too_small")],
)
async def test_reasons_in_other_words(talk: Conversation, said: str, reason: str):
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    assert await talk.says(said, "chitchat") == ["utter_question_return_resolution"]
    assert talk.slots["return_reason"] == reason


async def test_another_form_in_between_is_offered_to_be_resumed(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    await talk.says("the shirt", "inform")
    assert await talk.says("cancel order JL-100300", "order_cancel", order_number="JL-100300") == [
        "utter_order_cancel_recap"
    ]
    assert await talk.says("yes", "affirm") == ["utter_order_cancelled", "utter_resume_return_form"]
    assert await talk.says("yes", "affirm") == ["utter_question_return_reason"]
    assert talk.slots["return_items"][0]["line_id"] == "line-1"


async def test_stop_leaves_the_form(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    assert await talk.says("stop", "stop") == ["utter_stopped_return_form"]
    assert talk.form is None
    assert talk.slots["return_order"] is None


async def test_return_status_and_cancel(talk: Conversation):
    assert await talk.says("where is my return", "return_status") == ["utter_return_none"]
    await to_recap(talk)
    await talk.presses("affirm")
    assert await talk.says("where is my return", "return_status") == ["utter_return_status_awaiting_items"]
    assert await talk.says("cancel the return", "return_cancel") == ["utter_return_cancel_recap"]
    assert await talk.says("yes please", "affirm") == ["utter_return_cancelled"]


def candidate(answer: str) -> dict[str, object]:
    return {"entry": "return-window", "version": 3, "question": "?", "probability": 0.9, "answer": answer}


@pytest.mark.parametrize(("said", "number"), [("the second one", "JL-100100"), ("the last one", "JL-100200")])
async def test_a_place_in_the_list_names_an_order(talk: Conversation, said: str, number: str):
    await talk.says("return", "return_start")
    await talk.says(said, "inform")
    assert talk.slots["return_order"]["number"] == number


async def test_the_oldest_order_is_the_last_in_the_list(talk: Conversation):
    await talk.says("return", "return_start")
    assert await talk.says("the oldest", "inform") == ["utter_return_nothing_possible"]
    assert talk.messages[0].custom["cards"][0]["title"] == "JL-100050"
