"""Customers who ask for a person when too many wait already."""

from tests.api.conftest import Customer, Gateway, Start


async def asked_in_vain(gateway: Gateway) -> Customer:
    """Over a limit of one."""
    first, customer = await gateway.customer(), await gateway.customer()
    await gateway.http.post(f"{first.path}/handoff", headers=first.headers)
    await customer.say("my parcel is lost")
    await customer.reply()
    answer = await gateway.http.post(f"{customer.path}/handoff", headers=customer.headers)
    assert answer.json() == {"state": "bot"}
    told = await customer.until(lambda event: event["type"] == "handoff")
    assert (told["source"]["name"], told["asks"]) == ("handoff_full", "handoff_missing_email")
    assert told["text"].endswith("please type your e-mail address.")
    return customer


async def email_of(gateway: Gateway, customer: Customer) -> str | None:
    [(email,)] = await gateway.sql("SELECT email FROM handoffs WHERE conversation_id = %s", customer.id)
    return email if email is None else str(email)


async def test_they_may_leave_an_address_and_the_assistant_goes_on(start_gateway: Start) -> None:
    async with start_gateway(desk_queue_limit=1) as gateway:
        customer = await asked_in_vain(gateway)
        turns = len(gateway.rasa.calls)
        await customer.say("it is emma@example.com")
        noted = await customer.until(lambda event: event["type"] == "handoff")
        assert (noted["state"], noted["source"]["name"]) == ("bot", "handoff_writes_later")
        assert await email_of(gateway, customer) == "emma@example.com"
        assert len(gateway.rasa.calls) == turns
        await customer.say("or liam@example.com?")
        assert (await customer.reply())["text"] == "re: or liam@example.com?"
        assert await email_of(gateway, customer) == "emma@example.com"


async def test_an_address_that_they_give_the_assistant_later_is_the_assistants(start_gateway: Start) -> None:
    async with start_gateway(desk_queue_limit=1) as gateway:
        customer = await asked_in_vain(gateway)
        await customer.say("where is my order?")
        await customer.reply()
        await customer.say("emma@example.com")
        assert (await customer.reply())["text"] == "re: emma@example.com"
        assert await email_of(gateway, customer) is None
