"""Rasa is told once that people have had the conversation, so that it begins afresh."""

from tests.api.conftest import Customer, Gateway
from tests.fakes.rasa import FakeRasa


def told(rasa: FakeRasa) -> list[bool]:
    return [call["metadata"]["returned"] for call in rasa.calls]


async def waits_for_nobody(gateway: Gateway, customer: Customer) -> None:
    """The customer asks for a person past the bot, and goes on with the bot."""
    for method in ("POST", "DELETE"):
        answer = await gateway.http.request(method, f"{customer.path}/handoff", headers=customer.headers)
        assert answer.is_success


async def test_the_first_turn_after_a_hand_off_says_so_and_no_other(gateway: Gateway, rasa: FakeRasa) -> None:
    customer = await gateway.customer()
    await customer.say("hello")
    await customer.reply()
    await waits_for_nobody(gateway, customer)
    for text in ("what about my return?", "and my points?"):
        await customer.say(text)
        assert (await customer.reply())["text"] == f"re: {text}"
    assert told(rasa) == [False, True, False]


async def test_a_conversation_that_begins_with_people_says_so_too(gateway: Gateway, rasa: FakeRasa) -> None:
    customer = await gateway.customer()
    await waits_for_nobody(gateway, customer)
    await customer.say("hello")
    await customer.reply()
    assert told(rasa) == [True]


async def test_it_is_said_again_where_the_first_turn_ended_with_an_apology(gateway: Gateway, rasa: FakeRasa) -> None:
    """Rasa may never have heard of it."""
    customer = await gateway.customer()
    rasa.then(rasa.raw("no", 500))
    await customer.say("hello")
    assert (await customer.press((await customer.reply())["buttons"][0]["payload"])).status_code == 202
    await gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)
    rasa.then(rasa.raw("no", 500))
    for text in ("hello?", "hello again", "thanks"):
        await customer.say(text)
        await customer.reply()
    assert told(rasa) == [False, True, True, False]
