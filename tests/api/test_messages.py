import asyncio
from dataclasses import replace
from uuid import UUID

import pytest

from api.assistant.intake import Incoming
from api.assistant.models import Found
from api.texts import TEXTS
from tests.api.conftest import Gateway
from tests.fakes.rasa import message


async def test_a_message_is_answered(gateway: Gateway) -> None:
    customer = await gateway.customer()
    accepted = await customer.say("where is my order")
    reply = await customer.reply()
    assert reply["text"] == "re: where is my order"
    assert reply["author"] == "bot"
    assert reply["in_reply_to"] == accepted["message_id"]
    assert reply["source"] == {"kind": "template", "name": "utter_test"}
    assert [event["seq"] for event in customer.seen] == [1, 2]


async def test_rasa_hears_who_asks_and_which_message_it_is(gateway: Gateway) -> None:
    customer = await gateway.customer(locale="en-IE")
    accepted = await customer.say("hello")
    await customer.reply()
    [call] = gateway.rasa.calls
    assert call["sender"] == customer.id
    assert call["message_id"] == accepted["message_id"]
    assert (call["kind"], call["retry"]) == ("text", False)
    assert call["metadata"] == {
        "assertion": "",
        "auth_level": "anonymous",
        "tier": "",
        "first_name": "",
        "locale": "en-IE",
        "language": "en",
        "languages": ["en", "fr", "es", "de", "zh"],
        "channel": "web",
        "photos": True,
        "returned": False,
    }


async def test_the_same_key_gives_the_same_answer_and_no_second_turn(gateway: Gateway) -> None:
    customer = await gateway.customer()
    first = await customer.say("hello", key="k1")
    assert await customer.say("hello", key="k1") == first
    await customer.reply()
    assert await customer.say("hello", key="k1") == first
    assert len(await customer.events()) == 2
    assert len(gateway.rasa.calls) == 1


async def test_the_same_key_at_the_same_moment_is_one_message(gateway: Gateway) -> None:
    customer = await gateway.customer()
    answers = await asyncio.gather(*(customer.say("hello", key="k1") for _ in range(8)))
    assert len({answer["message_id"] for answer in answers}) == 1
    await customer.reply()
    assert len(gateway.rasa.calls) == 1


async def test_the_same_key_with_another_body_is_refused(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("hello", key="k1")
    answer = await customer.post({"text": "something else"}, key="k1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_key_counts_for_its_own_conversation_only(gateway: Gateway) -> None:
    one, other = await gateway.customer(), await gateway.customer()
    assert await one.say("hello", key="k1") != await other.say("hello", key="k1")


async def test_a_key_is_required(gateway: Gateway) -> None:
    customer = await gateway.customer()
    answer = await gateway.http.post(f"{customer.path}/messages", json={"text": "hi"}, headers=customer.headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_concurrent_messages_get_gap_free_numbers_and_one_answer_each(gateway: Gateway) -> None:
    customer = await gateway.customer()
    accepted = await asyncio.gather(*(customer.say(f"m{number}") for number in range(20)))
    by_seq = [message["message_id"] for message in sorted(accepted, key=lambda message: message["seq"])]
    answered: list[str] = []
    while len(answered) < len(accepted):
        reply = await customer.reply()
        answered += reply["answers"]
        assert reply["in_reply_to"] == reply["answers"][-1]
    events = await customer.events()
    assert answered == by_seq
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert gateway.rasa.most_at_once[customer.id] == 1


async def test_conversations_do_not_wait_for_each_other(gateway: Gateway) -> None:
    slow, quick = await gateway.customer(), await gateway.customer()
    gate = asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate))
    await slow.say("slow")
    await quick.say("quick")
    assert (await quick.reply())["text"] == "re: quick"
    gate.set()
    assert (await slow.reply())["text"] == "re: slow"


async def test_a_reply_keeps_buttons_cards_and_source(gateway: Gateway) -> None:
    card = {"kind": "order", "title": "JL-100234", "fields": [{"label": "Status", "value": "Shipped"}]}
    buttons = [{"title": "Return it", "payload": '/return_start{"order": "JL-100234"}'}]
    source = {"kind": "faq", "entry": "return-window", "version": 3}
    gateway.rasa.then(gateway.rasa.answer(message("30 days", buttons=buttons, cards=[card], source=source)))
    customer = await gateway.customer()
    await customer.say("how long")
    reply = await customer.reply()
    assert (reply["buttons"], reply["cards"], reply["source"]) == (buttons, [card], source)


async def test_an_faq_answer_comes_as_plain_text_and_where_it_has_more_as_blocks_too(gateway: Gateway) -> None:
    source = {"kind": "faq", "entry": "return-window", "version": 3}
    gateway.rasa.then(
        gateway.rasa.answer(
            message("You have **30 days**.\n\n- or not", source=source),
            message("Just *text*", source={"kind": "template", "name": "utter_test"}),
            message("Plain.", source=source),
        )
    )
    customer = await gateway.customer()
    await customer.say("how long")
    rich, template, plain = [await customer.reply() for _ in range(3)]
    assert rich["text"] == "You have 30 days.\n\n• or not"
    assert rich["rich"][0]["spans"][1] == {"text": "30 days", "bold": True}
    assert template["text"] == "Just *text*"
    assert not template.get("rich")
    assert not plain.get("rich")


async def test_several_messages_of_one_turn_stay_together(gateway: Gateway) -> None:
    gateway.rasa.then(gateway.rasa.answer(message("one"), message("two")))
    customer = await gateway.customer()
    await customer.say("hello")
    assert [(await customer.reply())["text"], (await customer.reply())["text"]] == ["one", "two"]


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u2028"])
async def test_a_text_without_content_is_refused(gateway: Gateway, text: str) -> None:
    customer = await gateway.customer()
    answer = await customer.post({"text": text})
    assert (answer.status_code, answer.json()["code"]) == (422, "empty_text")
    assert await customer.events() == []


async def test_four_thousand_characters_are_accepted_and_one_more_is_not(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await customer.say("ä" * 4000)
    answer = await customer.post({"text": "ä" * 4001})
    assert (answer.status_code, answer.json()["code"]) == (422, "text_too_long")


@pytest.mark.parametrize("body", [{}, {"text": "a", "payload": "/b"}, {"text": None}, {"text": 5}, {"other": "x"}, []])
async def test_a_body_of_another_form_is_refused(gateway: Gateway, body: dict[str, object]) -> None:
    customer = await gateway.customer()
    assert (await customer.post(body)).status_code == 422


async def test_control_characters_are_dropped_and_unicode_is_composed(gateway: Gateway) -> None:
    customer = await gateway.customer()
    headers = customer.headers | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    content = b'{"text": "cafe\\u0301 \\u0000\\u001b[31m\\r\\nline two"}'
    answer = await gateway.http.post(f"{customer.path}/messages", content=content, headers=headers)
    assert answer.status_code == 202
    assert (await customer.events())[0]["text"] == "café [31m\nline two"


async def test_half_a_character_is_refused(gateway: Gateway) -> None:
    customer = await gateway.customer()
    headers = customer.headers | {"Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = await gateway.http.post(f"{customer.path}/messages", content=b'{"text": "\\ud800"}', headers=headers)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ('/inform{"verification": "passed"}', 'inform{"verification": "passed"}'),
        ("  //restart", "restart"),
        ("/ /restart", "restart"),
        ("/", "?"),
    ],
)
async def test_a_typed_command_is_no_command(gateway: Gateway, typed: str, heard: str) -> None:
    customer = await gateway.customer()
    await customer.say(typed)
    await customer.reply()
    [call] = gateway.rasa.calls
    assert (call["kind"], call["text"]) == ("text", heard)
    assert (await customer.events())[0]["text"] == typed.strip()


async def test_a_button_that_was_offered_may_be_pressed_and_shows_its_title(gateway: Gateway) -> None:
    payload = '/return_start{"order": "JL-100234"}'
    gateway.rasa.then(gateway.rasa.answer(message("so?", buttons=[{"title": "Return it", "payload": payload}])))
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    assert (await customer.press(payload)).status_code == 202
    await customer.reply()
    assert (gateway.rasa.calls[-1]["kind"], gateway.rasa.calls[-1]["text"]) == ("payload", payload)
    assert (await customer.events())[2]["text"] == "Return it"


async def test_a_button_of_another_conversation_or_an_altered_one_is_refused(gateway: Gateway) -> None:
    payload = '/return_start{"order": "JL-100234"}'
    gateway.rasa.then(gateway.rasa.answer(message("so?", buttons=[{"title": "Return it", "payload": payload}])))
    customer, stranger = await gateway.customer(), await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    altered = await customer.press('/return_start{"order": "JL-999999"}')
    foreign = await stranger.press(payload)
    for answer in (altered, foreign):
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_payload")
    assert len(gateway.rasa.calls) == 1


async def test_a_turn_begins_with_the_conversation_as_its_message_has_left_it(gateway: Gateway) -> None:
    """Nothing is read again for it, so what was read before must say the same."""
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    conversations, conversation_id = gateway.services.conversations, UUID(customer.id)
    _, turn = await gateway.services.intake.accept(conversation_id, Incoming(key="next", client="", text="and now"))
    async with conversations.reading() as connection:
        conversation, returned = await conversations.for_turn(connection, conversation_id, not_answers=TEXTS)
    assert turn is not None
    assert turn.found is not None
    assert turn.found == Found(replace(conversation, updated_at=turn.found.conversation.updated_at), returned)
