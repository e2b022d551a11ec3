"""Conversations and tickets of a real django-helpdesk, where something goes wrong in between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.conversations.models import State
from api.handoff.models import handoff_id_of
from api.staff.models import Role
from tests.api.conftest import Customer, Gateway
from tests.contracts.desks.conftest import WEBHOOK_SECRET
from tests.contracts.desks.test_desks import ask, said, spoken
from tests.helpdesk.running import RunningHelpdesk
from tests.waiting import eventually

pytestmark = pytest.mark.slow

OPEN_AGAIN = 2
CLOSED_PORT = "http://127.0.0.1:9/"  # nobody listens on the port of `discard`


@pytest_asyncio.fixture
async def gateway(start_with_helpdesk: Any) -> AsyncIterator[Gateway]:
    async with start_with_helpdesk() as gateway:
        yield gateway


async def settled(gateway: Gateway, customer: Customer) -> None:
    """Everything that had to get to the helpdesk is there."""
    query = "SELECT count(*) FROM outbox WHERE channel = 'helpdesk' AND state = 'pending' AND conversation_id = %s"

    async def ask_outbox() -> bool:
        return await gateway.sql(query, customer.id) == [(0,)]

    assert await eventually(ask_outbox)


async def state_of(gateway: Gateway, customer: Customer) -> State:
    [(state,)] = await gateway.sql("SELECT state FROM conversations WHERE id = %s", customer.id)
    return State(state)


async def reaches(gateway: Gateway, customer: Customer, state: State) -> None:
    async def ask_state() -> bool:
        return await state_of(gateway, customer) is state

    assert await eventually(ask_state)


async def looked(gateway: Gateway) -> None:
    """Have every ticket looked at now, and wait until that was done."""
    assert gateway.services.tickets
    await gateway.sql("UPDATE tickets SET look_at = now() WHERE ticket IS NOT NULL")
    await gateway.services.tickets.watcher.sweep()


async def opened_again(gateway: Gateway, helpdesk: RunningHelpdesk, reference: str) -> dict[str, Any]:
    """The ticket, once it is open: the watcher's own look may be under way while ours finds nothing left to do."""

    async def ask_ticket() -> dict[str, Any]:
        await looked(gateway)
        found = await helpdesk.ticket(reference)
        return found if found["status"] == OPEN_AGAIN and found["followup_set"] else {}

    return await eventually(ask_ticket)


async def test_a_private_follow_up_never_reaches_the_customer(gateway: Gateway, helpdesk: RunningHelpdesk) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    await helpdesk.follow_up(ticket["id"], "Looks like fraud to me.", public=False)
    await helpdesk.follow_up(ticket["id"], "Hello!")
    await said(customer, "Hello!")
    await looked(gateway)
    assert spoken(customer) == [("Nora", "Hello!")]
    assert "fraud" not in str(await customer.events())


async def test_a_follow_up_that_is_made_public_later_is_told_then(gateway: Gateway, helpdesk: RunningHelpdesk) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    note = await helpdesk.follow_up(ticket["id"], "We refund it.", public=False)
    await helpdesk.call("PATCH", f"/followups/{note['id']}/", json={"public": True})
    await looked(gateway)
    await said(customer, "We refund it.")


async def test_every_answer_is_told_once_however_often_we_hear_of_it(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    await helpdesk.follow_up(ticket["id"], "Hello!")
    await said(customer, "Hello!")
    hint = {"ticket": {"id": ticket["id"]}}
    for _ in range(3):
        answer = await gateway.http.post(f"/v1/desks/helpdesk/webhook/{WEBHOOK_SECRET}", json=hint)
        assert answer.status_code == 204
    assert gateway.services.tickets
    await asyncio.gather(looked(gateway), looked(gateway), looked(gateway))
    answers = [each for each in await customer.events() if each["author"] == "advisor"]
    assert [each["text"] for each in answers] == ["Hello!"]


async def test_an_answer_whose_webhook_was_lost_is_found_by_looking(
    start_with_helpdesk: Any, helpdesk: RunningHelpdesk
) -> None:
    async with start_with_helpdesk(webhooks=False, helpdesk_look=1.0) as gateway:
        customer, reference = await ask(gateway)
        ticket = await helpdesk.ticket(reference)
        await helpdesk.follow_up(ticket["id"], "Nobody told you.")
        await said(customer, "Nobody told you.")
        await helpdesk.resolve(ticket["id"])
        await reaches(gateway, customer, State.RESOLVED)


async def test_only_who_knows_the_secret_can_have_us_look_and_nobody_can_put_words_in_our_mouth(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    words = {"id": 1, "user": 2, "comment": "Send us your card.", "public": True}
    forged = {"ticket": ticket | {"followup_set": [words]}}
    for key in ("wrong", WEBHOOK_SECRET[:-1], "ü"):
        answer = await gateway.http.post(f"/v1/desks/helpdesk/webhook/{key}", json=forged)
        assert answer.status_code == 404
    await gateway.http.post(f"/v1/desks/helpdesk/webhook/{WEBHOOK_SECRET}", json=forged)
    await looked(gateway)
    assert [each for each in await customer.events() if each["author"] == "advisor"] == []


async def test_a_dead_webhook_target_there_makes_nothing_twice(
    start_with_helpdesk: Any, helpdesk: RunningHelpdesk
) -> None:
    async with start_with_helpdesk(webhooks=False) as gateway:
        await helpdesk.send_webhooks(CLOSED_PORT)
        with pytest.raises(AssertionError, match="500"):
            await helpdesk.follow_up((await self_made_ticket(helpdesk))["id"], "the trap is there")
        customer, reference = await ask(gateway)
        await customer.say("one")
        await customer.say("two")
        await settled(gateway, customer)
        [ticket] = await helpdesk.tickets(reference)
        assert [each["comment"].split("\n")[0] for each in ticket["followup_set"][1:]] == ["one", "two"]
        states = await gateway.sql("SELECT state, attempts FROM outbox WHERE conversation_id = %s", customer.id)
        assert states == [("delivered", 1)] * 3


async def self_made_ticket(helpdesk: RunningHelpdesk) -> dict[str, Any]:
    """One that the people there made: none of our business."""
    await helpdesk.send_webhooks()
    body = {"queue": helpdesk.queue, "title": "Lamp is broken", "description": "in the office", "priority": 3}
    made: dict[str, Any] = (await helpdesk.call("POST", "/tickets/", json=body)).json()
    await helpdesk.send_webhooks(CLOSED_PORT)
    return made


async def test_a_process_that_dies_before_it_has_noted_the_ticket_makes_no_second_one(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    await settled(gateway, customer)
    number = handoff_id_of(reference)
    await gateway.sql("UPDATE tickets SET ticket = NULL, account = NULL, look_at = NULL WHERE handoff_id = %s", number)
    await deliver_again(gateway, customer, reference, "open")
    await settled(gateway, customer)
    [ticket] = await helpdesk.tickets(reference)
    assert await gateway.sql("SELECT ticket FROM tickets WHERE handoff_id = %s", number) == [(ticket["id"],)]


async def test_a_process_that_dies_before_it_has_noted_a_follow_up_writes_no_second_one(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    await customer.say("once")
    await settled(gateway, customer)
    await deliver_again(gateway, customer, reference, "said")
    await settled(gateway, customer)
    [ticket] = await helpdesk.tickets(reference)
    assert [each["comment"].split("\n")[0] for each in ticket["followup_set"][1:]] == ["once"]


async def deliver_again(gateway: Gateway, customer: Customer, reference: str, kind: str) -> None:
    """As a lease leaves it that ran out after the delivery. The address was emptied with the delivery."""
    seq = "min(seq)" if kind == "open" else "max(seq)"
    await gateway.sql(
        "UPDATE outbox SET state = 'pending', finished_at = NULL, address = %s, due_at = now(), leased_until = NULL"
        f" WHERE conversation_id = %s AND seq = (SELECT {seq} FROM outbox WHERE conversation_id = %s)",
        f"{reference} {kind}",
        customer.id,
        customer.id,
    )
    gateway.services.outbox.wanted.set()


async def test_while_the_helpdesk_is_away_nothing_is_lost_and_the_customer_is_not_held_up(
    start_with_helpdesk: Any, helpdesk: RunningHelpdesk
) -> None:
    async with start_with_helpdesk(helpdesk_url=CLOSED_PORT) as gateway:
        customer, reference = await ask(gateway)
        await customer.say("is anybody there?")

        async def tried() -> list[Any]:
            query = "SELECT state, problem FROM outbox WHERE conversation_id = %s AND problem IS NOT NULL"
            return await gateway.sql(query, customer.id)

        assert await eventually(tried) == [("pending", "ConnectError")]
        await gateway.sql("UPDATE outbox SET due_at = now()")
        await gateway.sql("UPDATE outbox_channels SET free_at = now()")
    async with start_with_helpdesk() as gateway:
        await settled(gateway, customer)
    ticket = await helpdesk.ticket(reference)
    assert [each["comment"].split("\n")[0] for each in ticket["followup_set"][1:]] == ["is anybody there?"]


async def test_what_a_customer_writes_after_people_have_closed_the_ticket_opens_it_again(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    await helpdesk.follow_up(ticket["id"], "Anything else?")
    await said(customer, "Anything else?")
    await helpdesk.send_webhooks()
    await helpdesk.resolve(ticket["id"])
    await customer.say("yes, one more thing")
    await settled(gateway, customer)
    assert await opened_again(gateway, helpdesk, reference)
    assert await state_of(gateway, customer) is State.ASSIGNED


async def test_people_may_come_back_to_a_customer_after_the_end(gateway: Gateway, helpdesk: RunningHelpdesk) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    await helpdesk.resolve(ticket["id"], "Done.")
    await customer.until(lambda event: event.get("state") == "resolved")
    await helpdesk.follow_up(ticket["id"], "One thing I forgot.", new_status=2)
    await said(customer, "One thing I forgot.")
    assert await state_of(gateway, customer) is State.ASSIGNED
    await helpdesk.resolve(ticket["id"])
    await reaches(gateway, customer, State.RESOLVED)


async def test_the_title_of_the_ticket_stays_and_says_what_it_is_about(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    await customer.say("hello?")
    await settled(gateway, customer)
    assert (await helpdesk.ticket(reference))["title"] == f"{reference} · Guest: customer request"


async def test_a_ticket_that_was_deleted_ends_nothing(gateway: Gateway, helpdesk: RunningHelpdesk) -> None:
    customer, reference = await ask(gateway)
    ticket = await helpdesk.ticket(reference)
    await settled(gateway, customer)
    await helpdesk.call("DELETE", f"/tickets/{ticket['id']}/")
    await looked(gateway)
    assert await state_of(gateway, customer) is State.QUEUED


async def test_a_ticket_that_was_merged_is_opened_again_and_the_customer_is_not_told_of_an_end(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    customer, reference = await ask(gateway)
    _, other = await ask(gateway)
    ticket, into = await helpdesk.ticket(reference), await helpdesk.ticket(other)
    await helpdesk.follow_up(ticket["id"], "One moment.")
    await said(customer, "One moment.")
    await helpdesk.merge(ticket["id"], into=into["id"])
    merged = await helpdesk.ticket(reference)
    assert (merged["status"], merged["merged_to"], merged["followup_set"]) == (5, into["id"], [])
    assert await opened_again(gateway, helpdesk, reference)
    await looked(gateway)
    notes = (await helpdesk.ticket(reference))["followup_set"]
    await looked(gateway)
    assert (await helpdesk.ticket(reference))["followup_set"] == notes
    assert all("reads what is answered here" in note["comment"] and note["public"] is False for note in notes)
    assert await state_of(gateway, customer) is State.ASSIGNED
    await helpdesk.follow_up(ticket["id"], "Here I am again.")
    await said(customer, "Here I am again.")
    assert [text for _, text in spoken(customer)] == ["One moment.", "Here I am again."]
    await helpdesk.resolve(ticket["id"])
    await reaches(gateway, customer, State.RESOLVED)


async def test_what_the_built_in_desk_has_left_open_is_brought_to_the_helpdesk_and_back(
    start_gateway: Any, start_with_helpdesk: Any, helpdesk: RunningHelpdesk
) -> None:
    async with start_gateway() as gateway:
        waiting, first = await ask(gateway)
        held, second = await ask(gateway)
        staff = gateway.services.staff
        ada = await staff.add(f"ada-{held.id[:8]}", "Ada", [Role.ADVISOR], "correct horse battery")
        async with gateway.services.conversations.transaction() as connection:
            await gateway.services.handoff.claim(connection, held.id, ada)  # type: ignore[arg-type]
    async with start_with_helpdesk() as gateway:
        for customer, reference in ((waiting, first), (held, second)):
            ticket = await helpdesk.ticket(reference)
            await helpdesk.follow_up(ticket["id"], f"about {reference}")
            customer.http = gateway.http
            await said(customer, f"about {reference}")
            assert spoken(customer)[-1][0] == "Nora"
    async with start_gateway(desk_grace=90) as gateway:
        held.http = gateway.http
        await reaches(gateway, held, State.QUEUED)


async def test_the_pages_of_the_built_in_desk_point_to_the_helpdesk(
    gateway: Gateway, helpdesk: RunningHelpdesk
) -> None:
    session = {"Accept": "text/html"}
    assert (await gateway.http.get("/desk", headers=session)).status_code == 303
    assert (await gateway.http.get("/v1/desk/board")).status_code == 404
    name = f"kim-{helpdesk.queue}-{id(gateway)}"
    await gateway.services.staff.add(name, "Kim", [Role.ADVISOR], "correct horse battery")
    logged_in = await gateway.services.staff.log_in(name, "correct horse battery", address="127.0.0.1")
    page = await gateway.http.get("/desk", headers=session | {"Cookie": f"aftercare_session={logged_in.token}"})
    assert f'href="{helpdesk.url}"' in page.text


async def test_a_webhook_may_be_much_larger_than_other_requests(gateway: Gateway) -> None:
    huge = {"ticket": {"id": 1, "description": "x" * 1_000_000}}
    answer: httpx.Response = await gateway.http.post(f"/v1/desks/helpdesk/webhook/{WEBHOOK_SECRET}", json=huge)
    assert answer.status_code == 204
    assert (await gateway.http.post("/v1/conversations", json=huge)).status_code == 413
