"""How a return comes back: by the shop's methods, with the places that it tells, a label or a code."""

import pytest

from backends.models import Place, ReturnMethod
from tests.actions.conversation import Conversation
from tests.fakes.commerce import FREE, METHODS, FakeCommerce

DESK = Place("Parcel desk Cork", "3 Old Brewery Yard, Cork", "Mon-Sat 8:00-19:00")
CODE = ReturnMethod(
    "code", "Show a code on your phone, nothing to print", FREE, (DESK, Place("Kiosk", "1 Main Street"))
)


async def to_method(talk: Conversation, shop: FakeCommerce) -> Conversation:
    shop.methods = (*METHODS, CODE)
    await talk.says("return the rain coat", "return_start", order_number="JL-100100")
    await talk.presses("inform", reason="changed_mind")
    assert await talk.presses("inform", resolution="refund") == ["utter_question_return_method"]
    return talk


@pytest.mark.parametrize("text", ["the code please", "I have no printer", "on my phone", "the QR code"])
async def test_a_code_is_chosen_in_many_words(talk: Conversation, shop: FakeCommerce, text: str):
    await to_method(talk, shop)
    assert await talk.says(text, "inform") == ["utter_return_recap_refund"]
    assert talk.slots["return_method"] == "code"


async def test_the_recap_and_the_return_say_where(talk: Conversation, shop: FakeCommerce):
    await to_method(talk, shop)
    await talk.presses("inform", method="code")
    where = "Parcel desk Cork, 3 Old Brewery Yard, Cork (Mon-Sat 8:00-19:00); Kiosk, 1 Main Street"
    assert talk.messages[0].card()["Where"] == where
    assert await talk.says("yes", "affirm") == ["utter_return_created_code"]
    assert talk.messages[0].card()["Where"] == where
    assert talk.messages[0].custom["cards"][0]["link"] == {
        "title": "Show the code",
        "url": "https://shop.example/codes/1",
    }


async def test_a_shop_that_tells_no_places_shows_none(talk: Conversation, shop: FakeCommerce):
    await to_method(talk, shop)
    await talk.presses("inform", method="label")
    assert "Where" not in talk.messages[0].card()
    assert await talk.says("yes", "affirm") == ["utter_return_created"]
    assert talk.messages[0].custom["cards"][0]["link"]["title"] == "Open the label"


async def test_another_way_has_its_own_places(talk: Conversation, shop: FakeCommerce):
    await to_method(talk, shop)
    await talk.presses("inform", method="code")
    said = await talk.says("no, the prepaid label", "inform")
    assert said == ["utter_changed_return_method", "utter_return_recap_refund"]
    assert "Where" not in talk.messages[1].card()
