"""A process that dies between accepting a message and answering it loses nothing and repeats nothing."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from api.assistant.intake import Incoming
from tests.api.conftest import Gateway, Start
from tests.fakes.rasa import FakeRasa


async def accept_and_die(gateway: Gateway, conversation_id: str, text: str) -> None:
    """What a process does that is killed right after its 202: the message is stored, its own lease runs."""
    accepted, turn = await gateway.services.intake.accept(UUID(conversation_id), Incoming("key", "client", text=text))
    assert turn is not None
    assert turn.message_id == accepted.message_id


async def test_an_accepted_message_is_answered_by_another_process_when_the_lease_ends(start_gateway: Start) -> None:
    async with start_gateway() as dying, start_gateway() as other:
        customer = await dying.customer()
        await accept_and_die(dying, customer.id, "hello")
        [(lease_ends,)] = await dying.sql("SELECT leased_until FROM turns WHERE conversation_id = %s", customer.id)
        customer.http = other.http
        reply = await customer.reply()
        assert reply["text"] == "re: hello"
        assert datetime.fromisoformat(reply["at"]) > lease_ends, "the lease is respected while it runs"
        assert [call["retry"] for call in other.rasa.calls] == [True]


async def test_a_restarted_process_takes_up_what_it_had_accepted(start_gateway: Start) -> None:
    async with start_gateway() as dying:
        customer = await dying.customer()
        await accept_and_die(dying, customer.id, "hello")
        await dying.sql(
            "UPDATE turns SET leased_until = now() - interval '1 s' WHERE conversation_id = %s", customer.id
        )
        async with start_gateway() as restarted:
            customer.http = restarted.http
            assert (await customer.reply())["text"] == "re: hello"


async def test_an_answer_that_was_lost_with_the_process_is_recovered_and_the_turn_does_not_run_twice(
    start_gateway: Start, rasa: FakeRasa
) -> None:
    async with start_gateway() as first, start_gateway() as second:
        customer = await first.customer()
        await customer.say("start my return")
        await customer.reply()
        # As if the process had died after Rasa's answer and before storing it.
        await first.sql(
            "UPDATE turns SET finished_at = NULL, outcome = NULL, leased_by = 'dead', leased_until = now() "
            "WHERE conversation_id = %s",
            customer.id,
        )
        await second.services.worker.sweep()
        assert (await customer.reply())["text"] == "re: start my return"
        assert len(rasa.calls) == 2
        assert len(rasa.ran) == 1


async def test_a_process_that_was_only_asleep_cannot_store_a_second_answer(
    start_gateway: Start, rasa: FakeRasa
) -> None:
    gate, arrived = asyncio.Event(), asyncio.Event()
    async with start_gateway() as asleep, start_gateway(turn_lease=30) as awake:
        rasa.then(rasa.held(gate, arrived))
        customer = await asleep.customer()
        await customer.say("hello")
        await arrived.wait()
        for loop in asleep.services.worker._loops:
            loop.cancel()  # its lease is no longer renewed
        await asleep.sql("UPDATE turns SET leased_until = now() WHERE conversation_id = %s", customer.id)
        await awake.services.worker.sweep()
        assert (await customer.reply())["text"] == "re: hello"
        gate.set()
        await asyncio.sleep(0.3)
        assert len(await customer.events()) == 2


@pytest.mark.slow
async def test_a_running_turn_keeps_its_lease(start_gateway: Start, rasa: FakeRasa) -> None:
    async with start_gateway(turn_lease=2) as one, start_gateway(turn_lease=2) as other:
        rasa.then(rasa.slow(3))
        customer = await one.customer()
        await customer.say("hello")
        await customer.reply()
        assert len(rasa.calls) == 1
        assert other.services.worker is not one.services.worker


async def test_two_processes_keep_the_order_of_one_conversation(start_gateway: Start, rasa: FakeRasa) -> None:
    async with start_gateway() as one, start_gateway() as other:
        customer = await one.customer()
        accepted = []
        for number in range(10):
            customer.http = (one, other)[number % 2].http
            accepted.append((await customer.say(f"m{number}"))["message_id"])
        answered: list[str] = []
        while len(answered) < len(accepted):
            answered += (await customer.reply())["answers"]
        assert answered == accepted
        assert rasa.most_at_once[customer.id] == 1


async def test_a_process_that_stops_leaves_its_open_turns_to_others_at_once(
    start_gateway: Start, rasa: FakeRasa
) -> None:
    async with start_gateway(turn_lease=60) as stopping, start_gateway(turn_lease=60) as other:
        customer = await stopping.customer()
        await accept_and_die(stopping, customer.id, "hello")
        await stopping.services.worker.stop()
        await other.services.worker.sweep()
        customer.http = other.http
        assert (await customer.reply())["text"] == "re: hello"
        assert rasa.ran


async def test_a_turn_that_brings_down_every_process_is_given_up(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await accept_and_die(gateway, customer.id, "poison")
    await gateway.sql("UPDATE turns SET attempts = 5, leased_until = now() WHERE conversation_id = %s", customer.id)
    assert (await customer.reply())["source"]["name"] == "assistant_failed"
    assert gateway.rasa.calls == []
