"""What every desk promises to a customer who asks for a person, whoever answers there."""

from typing import Any

from tests.api.conftest import Customer, Gateway
from tests.contracts.desks.people import People

Desk = tuple[Gateway, People]


async def ask(gateway: Gateway, *, first: str = "My parcel arrived open.") -> tuple[Customer, str]:
    """A customer who has talked to the assistant and asks for a person; the reference that they were told."""
    customer = await gateway.customer()
    await customer.say(first)
    await customer.reply()
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    told = await customer.until(lambda event: event.get("state") == "queued")
    return customer, told["reference"]


def spoken(customer: Customer) -> list[tuple[str, str]]:
    """Who said what for the shop's people, as far as the customer has read."""
    return [(each["advisor"], each["text"]) for each in customer.seen if each["author"] == "advisor"]


async def said(customer: Customer, text: str) -> dict[str, Any]:
    return await customer.until(lambda event: event["type"] == "message" and event["text"] == text)


async def test_people_read_who_asks_why_and_what_was_said_before(desk: Desk) -> None:
    gateway, people = desk
    _, reference = await ask(gateway)
    wish = await people.wish(reference)
    for expected in ("Guest", "customer", "My parcel arrived open.", "re: My parcel arrived open."):
        assert expected in wish


async def test_what_the_customer_writes_gets_there_once_and_in_order_and_the_assistant_is_silent(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    turns = len(gateway.rasa.calls)
    texts = ["one shirt is missing", "two lines\nof text", "{{ ticket.title }} {% now %} {{ }} #1 *bold* <b>"]
    for text in texts:
        await customer.say(text)
    heard = await people.heard(reference, 3)
    assert [text.replace("\u2060", "") for text in heard] == texts
    await people.answer(reference, "I see.")
    await said(customer, "I see.")
    await customer.say("thank you")
    assert (await people.heard(reference, 4))[-1] == "thank you"
    assert len(gateway.rasa.calls) == turns


async def test_an_answer_reaches_the_customer_once_after_they_were_told_who_joined(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    await people.answer(reference, "Hello, Nora here.")
    await people.answer(reference, "Which shirt is it?")
    await said(customer, "Which shirt is it?")
    joined = next(each for each in customer.seen if each.get("state") == "assigned")
    assert joined["advisor"] == "Nora"
    assert joined["seq"] < next(each["seq"] for each in customer.seen if each["author"] == "advisor")
    assert spoken(customer) == [("Nora", "Hello, Nora here."), ("Nora", "Which shirt is it?")]


async def test_closing_hands_the_conversation_back_and_the_next_message_is_answered(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    await people.answer(reference, "It is on its way.")
    await people.close(reference)
    ended = await customer.until(lambda event: event.get("state") == "resolved")
    assert "Nora has closed this conversation" in ended["text"]
    await customer.say("and my points?")
    assert (await customer.reply())["text"] == "re: and my points?"


async def test_an_answer_reaches_a_customer_who_went_on_with_the_assistant(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    left = await gateway.http.delete(f"{customer.path}/handoff", headers=customer.headers)
    assert left.json() == {"state": "bot"}
    await customer.say("do you wrap gifts?")
    await customer.reply()
    await people.answer(reference, "We have found your shirt.")
    await said(customer, "We have found your shirt.")
    turns = len(gateway.rasa.calls)
    await customer.say("great")
    assert "great" in (await people.heard(reference, 1))[-1]
    assert len(gateway.rasa.calls) == turns


async def test_a_colleague_goes_on_and_the_customer_is_told(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    await people.answer(reference, "One moment.")
    await people.leave("nora")
    await people.answer(reference, "Nora has gone home, I can help.", name="sam")
    await said(customer, "Nora has gone home, I can help.")
    joined = [each["advisor"] for each in customer.seen if each.get("state") == "assigned"]
    assert joined == ["Nora", "Sam"]
    assert [name for name, _ in spoken(customer)] == ["Nora", "Sam"]


async def test_an_answer_goes_to_the_address_that_the_customer_left(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    later = {"email": "emma@example.com"}
    await gateway.http.post(f"{customer.path}/handoff/later", json=later, headers=customer.headers)
    await people.answer(reference, "Here is your label.")
    event = await said(customer, "Here is your label.")
    rows = await gateway.sql("SELECT seq FROM outbox WHERE conversation_id = %s AND channel = 'email'", customer.id)
    assert rows == [(event["seq"],)]


async def test_a_customer_who_asks_again_after_the_end_is_served_again(desk: Desk) -> None:
    gateway, people = desk
    customer, reference = await ask(gateway)
    await people.answer(reference, "Done.")
    await people.close(reference)
    await customer.until(lambda event: event.get("state") == "resolved")
    await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    again = await customer.until(lambda event: event.get("state") == "queued")
    assert again["reference"] != reference
    await customer.say("it is still broken")
    await eventually_answered(desk, reference, again["reference"], "I am sorry. A new one is on its way.")
    await said(customer, "I am sorry. A new one is on its way.")
    states = [each["state"] for each in customer.seen if each.get("state")]
    assert states[-2:] == ["queued", "assigned"]


async def eventually_answered(desk: Desk, before: str, reference: str, text: str) -> None:
    """A ticket system goes on in the ticket that it had."""
    gateway, people = desk
    reference = before if gateway.services.tickets else reference
    assert "it is still broken" in (await people.heard(reference, 1))[-1]
    await people.answer(reference, text)
