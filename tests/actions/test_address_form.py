"""address_form: in one line or part by part, checked by the shop before the yes, changed once."""

import pytest

from backends.errors import AddressRefused, Conflict, TimedOut
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FakeCommerce
from tests.fakes.journal import FakeJournal

NEW = "12 Main Street, Cork, T12 XY83"


async def begun(talk: Conversation) -> Conversation:
    said = await talk.says("change the delivery address of JL-100300", "order_change", order_number="JL-100300")
    assert said == ["utter_question_address_street"]
    return talk


def line1(shop: FakeCommerce) -> str:
    address = shop.shelves["emma"].orders[0].shipping_address
    assert address
    return address.line1


async def test_in_one_line_with_a_recap_and_a_yes(talk: Conversation, shop: FakeCommerce, journal: FakeJournal):
    await begun(talk)
    assert await talk.says(NEW, "nlu_fallback") == ["utter_address_recap"]
    card = talk.messages[0].card()
    assert card["New address"] == "Emma Byrne, 12 Main Street, Cork, T12 XY83, Ireland"
    assert card["Until now"] == "Emma Byrne, 4 Sycamore Row, Dublin, D06 F1N2, Ireland"
    assert line1(shop) == "4 Sycamore Row"
    assert await talk.says("yes", "affirm") == ["utter_address_changed"]
    assert line1(shop) == "12 Main Street"
    [intent] = journal.intents
    assert (intent.write.kind, intent.write.subject) == ("change_address", "order-JL-100300")
    assert shop.keys("change_address") == [intent.key]


async def test_part_by_part_the_country_is_that_of_before(talk: Conversation):
    await begun(talk)
    assert await talk.says("12 Main Street") == ["utter_question_address_city"]
    assert await talk.says("it's cork", "nlu_fallback") == ["utter_question_address_postal_code"]
    assert await talk.says("t12 xy83", "nlu_fallback") == ["utter_address_recap"]
    assert talk.messages[0].card()["New address"] == "Emma Byrne, 12 Main Street, Cork, T12 XY83, Ireland"


async def test_told_with_the_wish_it_is_not_asked_for(talk: Conversation):
    text = "please send JL-100300 to 12 Main Street, Cork, T12 XY83 instead"
    assert await talk.says(text, "order_change", order_number="JL-100300") == ["utter_address_recap"]


@pytest.mark.parametrize(
    ("text", "changed", "told"),
    [
        ("no, 14 Main Street", "utter_changed_address_street", "14 Main Street, Cork, T12 XY83"),
        ("the town is Cobh", "utter_changed_address_city", "Cobh"),
        ("sorry, the town is Oranmore", "utter_changed_address_city", "Oranmore"),
        ("T12 XY84", "utter_changed_address_postal_code", "T12 XY84"),
    ],
)
async def test_a_correction_after_the_recap_is_echoed_and_shown_again(
    talk: Conversation, text: str, changed: str, told: str
):
    await begun(talk)
    await talk.says(NEW)
    assert await talk.says(text, "nlu_fallback") == [changed, "utter_address_recap"]
    assert talk.messages[0].values["to"] == told
    assert told in talk.messages[1].card()["New address"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("it's for Mary Smith", "Mary Smith"),
        ("no, the name is mary o'brien", "Mary O'Brien"),
        ("c/o Acme Books & Sons", "Acme Books & Sons"),
        ("Sorry, the recipient is José van der Berg.", "José van der Berg"),
    ],
)
async def test_another_recipient_is_echoed_and_stands_on_the_parcel(
    talk: Conversation, shop: FakeCommerce, text: str, name: str
):
    await begun(talk)
    await talk.says(NEW)
    assert await talk.says(text, "nlu_fallback") == ["utter_changed_address_recipient", "utter_address_recap"]
    assert talk.messages[1].card()["New address"].startswith(f"{name}, 12 Main Street")
    await talk.says("yes", "affirm")
    address = shop.shelves["emma"].orders[0].shipping_address
    assert address
    assert address.name == name


async def test_who_receives_it_is_asked_for_after_a_no_and_no_address_or_question_is_taken_for_a_name(
    talk: Conversation,
):
    await begun(talk)
    await talk.says(NEW)
    assert await talk.says("no", "deny") == ["utter_address_what_to_change"]
    assert await talk.presses("inform", change="address_recipient") == ["utter_question_address_recipient"]
    for text, intent in [
        ("14 Main Street", "inform"),
        ("why?", "why"),
        ("I don't know", "deny"),
        ("x" * 101, "inform"),
    ]:
        await talk.says(text, intent)
        assert talk.slots["address_recipient"] is None
    assert await talk.says("Mary Smith", "nlu_fallback") == ["utter_address_recap"]
    assert talk.messages[0].card()["New address"].startswith("Mary Smith, ")


async def test_what_the_shop_takes_for_no_postcode_is_asked_again(talk: Conversation, shop: FakeCommerce):
    await begun(talk)
    shop.fail("check_address", AddressRefused(reason="postal_code"))
    assert await talk.says("12 Main Street, Cork, 99999") == [
        "utter_address_refused_postal_code",
        "utter_question_address_postal_code",
    ]
    assert await talk.says("T12 XY83") == ["utter_address_recap"]


@pytest.mark.parametrize("reason", ["country", "other_country", "military", ""])
async def test_an_address_that_is_out_of_reach_brings_the_offer_of_a_person(
    talk: Conversation, shop: FakeCommerce, reason: str
):
    await begun(talk)
    shop.fail("check_address", AddressRefused(reason=reason) if reason else AddressRefused())
    template = "utter_address_refused_country" if "country" in reason else "utter_address_refused"
    assert await talk.says(NEW) == [template]
    assert talk.form is None
    await talk.says("yes", "affirm")
    assert talk.directive["handoff"]["reason"] == "policy_restriction"
    assert "address=12 Main Street, Cork, T12 XY83" in talk.directive["handoff"]["summary"]


async def test_the_address_of_before_is_no_change(talk: Conversation, shop: FakeCommerce):
    await begun(talk)
    assert await talk.says("4 Sycamore Row, Dublin, D06 F1N2") == ["utter_address_same"]
    assert talk.form is None
    assert not shop.keys("change_address")


async def test_an_order_that_was_packed_in_between_stays(talk: Conversation, shop: FakeCommerce):
    await begun(talk)
    await talk.says(NEW)
    shop.fail("change_address", Conflict(reason="version"))
    assert await talk.says("yes", "affirm") == ["utter_error_conflict"]
    assert line1(shop) == "4 Sycamore Row"


async def test_an_answer_that_is_lost_is_asked_for_again_with_the_same_key(talk: Conversation, shop: FakeCommerce):
    await begun(talk)
    await talk.says(NEW)
    shop.fail("change_address", TimedOut(outcome_unknown=True), after_work=True)
    assert await talk.says("yes", "affirm") == ["utter_address_changed"]
    assert len(set(shop.keys("change_address"))) == 1


async def test_what_is_sent_can_not_be_changed(talk: Conversation):
    said = await talk.says("change the address of JL-100200", "order_change", order_number="JL-100200")
    assert said == ["utter_order_change_too_late"]
    await talk.says("yes", "affirm")
    assert "order=JL-100200" in talk.directive["handoff"]["summary"]


@pytest.mark.parametrize("text", ["my office", "no", "I don't know"])
async def test_what_is_no_address_is_explained(talk: Conversation, text: str):
    await begun(talk)
    assert await talk.says(text, "nlu_fallback") == [
        "utter_rejected_address_street",
        "utter_question_address_street",
    ]


async def test_without_a_postcode_a_person_is_offered(talk: Conversation):
    await begun(talk)
    await talk.says("12 Main Street, Cork")
    assert await talk.says("I don't know it", "nlu_fallback") == ["utter_without_address_postal_code"]
    assert await talk.says("T12 XY83") == ["utter_address_recap"]


async def test_no_asks_what_is_wrong_and_names_the_parts(talk: Conversation):
    await begun(talk)
    await talk.says(NEW)
    assert await talk.says("no", "deny") == ["utter_address_what_to_change"]
    assert await talk.presses("inform", change="address_city") == ["utter_question_address_city"]
    assert await talk.says("Cobh", "nlu_fallback") == ["utter_address_recap"]


async def test_another_change_names_what_is_done_here(talk: Conversation):
    said = await talk.says("change my order JL-100300", "order_change", order_number="JL-100300")
    assert said == ["utter_order_change_address_or_more"]
    assert talk.messages[0].payloads[0] == '/order_change{"change": "address", "order": "JL-100300"}'
    said = await talk.presses("order_change", change="address", order="JL-100300")
    assert said == ["utter_question_address_street"]


async def test_the_number_of_an_order_is_no_postcode(talk: Conversation):
    await begun(talk)
    await talk.says(NEW)
    said = await talk.says("100300", "inform", order_number="JL-100300")
    assert "utter_changed_address_postal_code" not in said
    assert talk.slots["address_postal_code"] == "T12 XY83"
