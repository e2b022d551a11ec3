"""What the customer writes while an answer is on its way is answered together, once."""

import asyncio

import pytest
from pydantic import SecretStr

from api.settings import ApiSettings
from tests.api.conftest import Customer, Gateway, Start
from tests.fakes.rasa import FakeRasa, message


async def busy(gateway: Gateway) -> tuple[Customer, asyncio.Event, str]:
    """A customer whose first message is being answered until the gate opens; the message's id."""
    gate, arrived = asyncio.Event(), asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate, arrived))
    customer = await gateway.customer()
    first = await customer.say("first")
    await arrived.wait()
    return customer, gate, first["message_id"]


async def test_messages_that_come_during_a_turn_are_answered_by_one_reply(gateway: Gateway) -> None:
    customer, gate, first = await busy(gateway)
    burst = [(await customer.say(text))["message_id"] for text in ("hi", "I have", "/a question")]
    gate.set()
    assert (await customer.reply())["answers"] == [first]
    reply = await customer.reply()
    assert reply["text"] == "re: hi\nI have\na question"
    assert (reply["answers"], reply["in_reply_to"]) == (burst, burst[-1])
    assert [call["message_id"] for call in gateway.rasa.calls] == [first, burst[-1]]
    outcomes = await gateway.sql("SELECT outcome FROM turns WHERE conversation_id = %s", customer.id)
    assert outcomes == [("answered",)] * 4


async def test_several_messages_of_a_reply_answer_the_same_ones(gateway: Gateway) -> None:
    customer, gate, _ = await busy(gateway)
    gateway.rasa.then(gateway.rasa.answer(message("one"), message("two")))
    burst = [(await customer.say(text))["message_id"] for text in ("a", "b")]
    gate.set()
    await customer.reply()
    assert [(await customer.reply())["answers"] for _ in range(2)] == [burst, burst]


async def test_a_button_stays_a_turn_of_its_own(gateway: Gateway) -> None:
    payload = '/return_start{"order": "JL-100234"}'
    gateway.rasa.then(gateway.rasa.answer(message("so?", buttons=[{"title": "Return it", "payload": payload}])))
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    gate, arrived = asyncio.Event(), asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate, arrived))
    await customer.say("wait")
    await arrived.wait()
    for step in ("a", "b"):
        await customer.say(step)
    await customer.press(payload)
    for step in ("c", "d"):
        await customer.say(step)
    gate.set()
    for _ in range(4):
        await customer.reply()
    assert gateway.rasa.texts() == ["hello", "wait", "a\nb", payload, "c\nd"]


async def test_a_burst_that_does_not_fit_into_one_turn_is_split(gateway: Gateway) -> None:
    customer, gate, _ = await busy(gateway)
    for letter in "xyz":
        await customer.say(letter * 1999)
    gate.set()
    for _ in range(3):
        await customer.reply()
    assert [len(text) for text in gateway.rasa.texts()] == [5, 1999 + 1 + 1999, 1999]


@pytest.mark.slow
async def test_a_repeated_turn_is_the_same_set_of_messages(start_gateway: Start, rasa: FakeRasa) -> None:
    async with start_gateway() as asleep, start_gateway(turn_lease=30) as awake:
        customer, gate, _ = await busy(asleep)
        second, third = asyncio.Event(), asyncio.Event()
        rasa.then(rasa.held(asyncio.Event(), second), rasa.held(gate, third))
        burst = [(await customer.say(text))["message_id"] for text in ("a", "b")]
        gate.set()
        await second.wait()
        for loop in asleep.services.worker._loops:
            loop.cancel()  # as if the process were gone: its lease is no longer renewed
        late = (await customer.say("c"))["message_id"]
        await asleep.sql("UPDATE turns SET leased_until = now() WHERE conversation_id = %s", customer.id)
        await awake.services.worker.sweep()
        await third.wait()
        customer.http = awake.http
        replies = [await customer.reply() for _ in range(3)]
        assert [reply["answers"] for reply in replies[1:]] == [burst, [late]]
        repeated = [call for call in rasa.calls if call["message_id"] == burst[-1]]
        assert [(call["text"], call["retry"]) for call in repeated] == [("a\nb", False), ("a\nb", True)]


async def test_a_burst_that_waits_when_people_take_over_stays_with_them(gateway: Gateway) -> None:
    customer, gate, _ = await busy(gateway)
    for text in ("a", "b"):
        await customer.say(text)
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    gate.set()
    await gateway.services.worker.stop()
    assert gateway.rasa.texts() == ["first"]


async def test_a_channel_may_collect_for_a_moment(start_gateway: Start) -> None:
    async with start_gateway(collect_seconds=(("web", 1.5),)) as gateway:
        customer = await gateway.customer()
        burst = [(await customer.say(text))["message_id"] for text in ("hi", "I have", "a question")]
        assert (await customer.reply())["answers"] == burst
        assert gateway.rasa.texts() == ["hi\nI have\na question"]


async def test_what_a_dead_process_collected_is_answered_by_another(start_gateway: Start) -> None:
    async with start_gateway(collect_seconds=(("web", 0.2),)) as dying, start_gateway() as other:
        customer = await dying.customer()
        await dying.services.worker.stop()
        await customer.say("hello")
        customer.http = other.http
        assert (await customer.reply())["text"] == "re: hello"


async def test_typing_is_shown_for_as_long_as_the_answer_takes(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.assistant.turns.TYPING_AGAIN_SECONDS", 0.2)
    customer, gate, _ = await busy(gateway)
    for _ in range(3):
        [typing] = await customer.events(after=1, wait=5)
        assert (typing["type"], typing["author"]) == ("typing", "bot")
    gate.set()
    await customer.reply()


@pytest.mark.parametrize(
    ("text", "pairs"), [("", ()), ("sms=3", (("sms", 3.0),)), (" sms = 3 , mail=0.5", (("sms", 3.0), ("mail", 0.5)))]
)
def test_the_windows_are_read_from_one_line(
    text: str, pairs: tuple[tuple[str, float], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_COLLECT_SECONDS", text)
    read = ApiSettings(_env_file=None, internal_secret=SecretStr("x"))  # type: ignore[call-arg] # not in its types
    assert read.collect_seconds == pairs
