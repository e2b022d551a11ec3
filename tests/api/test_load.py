"""Beyond its bounds the gateway says so at once, and what it accepted is answered."""

import asyncio
import time
from typing import Any

import httpx
import pytest

from api.assistant.load import Load
from api.metrics import Metrics
from api.texts import HUMAN_PAYLOAD
from tests.api.conftest import Customer, Gateway, Start
from tests.fakes.rasa import FakeRasa


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert 3 <= int(answer.headers["retry-after"]) <= 8
    assert answer.headers["content-type"] == "application/problem+json"


async def waits(gateway: Gateway) -> tuple[Customer, asyncio.Event]:
    """A customer whose answer comes when the gate opens."""
    gate, arrived = asyncio.Event(), asyncio.Event()
    gateway.rasa.then(gateway.rasa.held(gate, arrived))
    customer = await gateway.customer()
    await customer.say("first")
    await arrived.wait()
    return customer, gate


async def shown(gateway: Gateway, name: str) -> float:
    lines = (await gateway.http.get("/metrics")).text.splitlines()
    return float(next(line for line in lines if line.startswith(name)).rsplit(" ", 1)[1])


async def until_shown(gateway: Gateway, name: str, value: float) -> None:
    async with asyncio.timeout(30):
        while await shown(gateway, name) != value:  # noqa: ASYNC110 - a number on a page has no event
            await asyncio.sleep(0.05)


async def test_more_conversations_than_a_process_may_have_are_refused_and_stored_nowhere(start_gateway: Start) -> None:
    async with start_gateway(turns_in_hand=1) as gateway:
        customer, gate = await waits(gateway)
        other = await gateway.customer()
        assert_refused(await other.post({"text": "hello"}, key="k"))
        assert await other.events() == []
        assert await shown(gateway, 'aftercare_messages_shed_total{limit="process"}') == 1
        assert await shown(gateway, "aftercare_turns_in_hand") == 1
        gate.set()
        assert (await customer.reply())["text"] == "re: first"
        await until_shown(gateway, "aftercare_turns_in_hand", 0)
        assert (await other.post({"text": "hello"}, key="k")).status_code == 202
        assert (await other.reply())["text"] == "re: hello"


async def test_the_bound_of_all_processes_is_measured_in_the_database(start_gateway: Start) -> None:
    async with start_gateway() as busy, start_gateway(turns_waiting=1) as gateway:
        customer, gate = await waits(busy)
        other = await gateway.customer()
        await until_shown(gateway, "aftercare_turns_waiting", 1)
        assert_refused(await other.post({"text": "hello"}))
        assert await shown(gateway, 'aftercare_messages_shed_total{limit="all"}') == 1
        async with asyncio.timeout(30):
            while await shown(gateway, "aftercare_oldest_turn_seconds") < 0.5:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.1)
        gate.set()
        await customer.reply()


async def test_who_writes_to_people_or_asks_for_them_is_not_refused(start_gateway: Start) -> None:
    async with start_gateway(turns_in_hand=1) as gateway:
        gateway.rasa.then(gateway.rasa.raw("[]"))
        asking, talking = await gateway.customer(), await gateway.customer()
        await asking.say("hello")
        await asking.reply()
        await until_shown(gateway, "aftercare_turns_in_hand", 0)
        await gateway.http.post(f"{talking.path}/handoff", headers=talking.headers)
        waiting, gate = await waits(gateway)
        assert (await talking.post({"text": "to a person"})).status_code == 202
        assert (await asking.press(HUMAN_PAYLOAD)).status_code == 202
        gate.set()
        await waiting.reply()  # nothing is left for the gateways of the next test


@pytest.mark.slow
async def test_rasa_gets_a_bounded_number_of_turns_and_the_others_keep_their_lease(
    start_gateway: Start, rasa: FakeRasa
) -> None:
    async with start_gateway(turns_at_once=2, turn_lease=2.5) as gateway, start_gateway(turn_lease=2.5):
        gate = asyncio.Event()
        rasa.then(*[rasa.held(gate)] * 5)
        customers = [await gateway.customer() for _ in range(5)]
        for customer in customers:
            await customer.say("hello")
        await asyncio.sleep(3.5)
        assert len(rasa.calls) == 2
        gate.set()
        for customer in customers:
            assert (await customer.reply())["text"] == "re: hello"
        assert [call["retry"] for call in rasa.calls] == [False] * 5


async def test_what_a_process_has_no_room_for_is_swept_up_by_another(start_gateway: Start) -> None:
    async with start_gateway(turns_in_hand=1) as full:
        waiting, gate = await waits(full)
        left = await full.customer()
        async with start_gateway() as other:
            await other.services.worker.stop()  # it accepts, and leaves it to others
            left.http = other.http
            await left.say("hello")
        await full.services.worker.sweep()
        assert len(full.rasa.calls) == 1
        async with start_gateway() as free:
            left.http = free.http
            assert (await left.reply())["text"] == "re: hello"
        gate.set()
        await waiting.reply()


def test_a_clock_that_jumps_is_shown_told_once_and_told_again_when_it_is_right(logs: list[dict[str, Any]]) -> None:
    metrics = Metrics()
    load = Load(metrics, in_hand_limit=1, waiting_limit=1)
    for jump, shown_ahead in ((0.0, 0), (3600.0, 3600), (3600.0, 3600), (-1.0, -1), (-86400.0, -86400), (0.0, 0)):
        load.compare_clocks(time.time() - jump)
        value = metrics.registry.get_sample_value("aftercare_clock_ahead_seconds")
        assert value == pytest.approx(shown_ahead, abs=5)
    told = ["clock_differs", "clock_agrees_again"]
    assert [line["event"] for line in logs] == told * 2
    assert logs[0]["seconds_ahead"] == pytest.approx(3600, abs=5)
