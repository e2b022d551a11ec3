"""A database that can't keep an answer gets it later: the customer waits, and reads no apology."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_full_disk import execute
from tests.api.test_outages import Server
from tests.fakes.rasa import FakeRasa

Logs = list[dict[str, Any]]
TROUBLES = 6  # the loops of the worker and the turn have met the outage


@pytest.fixture
def database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("api", "api")


@contextmanager
def unable_to_store_answers(database: str, sqlstate: str = "53100") -> Iterator[None]:
    """Turns can be taken up, and nothing that the assistant says can be stored."""
    execute(
        database,
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
        f"'no room for it' USING ERRCODE = '{sqlstate}'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON events FOR EACH ROW "
        "WHEN (NEW.author = 'bot') EXECUTE FUNCTION no_room()",
    )
    yield
    execute(database, "DROP TRIGGER full_disk ON events", "DROP FUNCTION no_room")


async def counted(http: httpx.AsyncClient, name: str) -> float:
    """0 before the first."""
    lines = [line for line in (await http.get("/metrics")).text.splitlines() if line.startswith(name)]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


async def until_tried(gateway: Gateway, times: int) -> None:
    name = 'aftercare_database_troubles_total{kind="disk_full"}'
    async with asyncio.timeout(30):
        while await counted(gateway.http, name) < times:  # noqa: ASYNC110 - a number on a page has no event
            await asyncio.sleep(0.05)


async def test_an_answer_is_kept_until_the_database_takes_it(
    start_gateway: Start, database: str, rasa: FakeRasa, logs: Logs
) -> None:
    async with start_gateway(database_url=database) as gateway:
        customer = await gateway.customer()
        with unable_to_store_answers(database):
            await customer.say("hello")
            await until_tried(gateway, 4)
        assert (await customer.reply())["text"] == "re: hello"
        assert len(rasa.calls) == 1, "Rasa is not asked again for what it has answered"
        assert await gateway.sql("SELECT attempts, outcome FROM turns") == [(1, "answered")]
        told = [line["event"] for line in logs if line["event"].startswith("turn_wait")]
        assert told == ["turn_waits_for_database", "turn_waited_for_database"], "once each, however often it was tried"
        await customer.say("and now")
        assert (await customer.reply())["text"] == "re: and now"


async def test_instead_of_an_apology_that_could_not_be_stored_rasa_is_asked_again(
    start_gateway: Start, database: str, rasa: FakeRasa
) -> None:
    """Rasa keeps its conversations in PostgreSQL, too: it fails for as long as the database does."""
    async with start_gateway(database_url=database) as gateway:
        rasa.then(rasa.raw('{"status": "failed"}'), rasa.raw('{"status": "failed"}'))
        customer = await gateway.customer()
        with unable_to_store_answers(database):
            await customer.say("hello")
            await until_tried(gateway, 2)
        assert (await customer.reply())["text"] == "re: hello"
        assert [call["retry"] for call in rasa.calls] == [False, True, True]
        assert len(await customer.events()) == 2


async def test_an_answer_is_not_lost_to_processes_that_took_the_turn_up_in_vain(
    start_gateway: Start, database: str, rasa: FakeRasa
) -> None:
    """The database can be written to now and then: long enough to take the turn up, not to store what Rasa said."""
    async with start_gateway(database_url=database) as gateway:
        customer = await gateway.customer()
        with unable_to_store_answers(database):
            await customer.say("hello")
            await until_tried(gateway, 1)
            await taken_up_elsewhere(gateway, lease="-1 s")
            await until_tried(gateway, 3)
        assert (await customer.reply())["text"] == "re: hello"
        assert len(rasa.calls) == 1
        assert await gateway.sql("SELECT attempts, outcome FROM turns") == [(5, "answered")]
        assert len(await customer.events()) == 2


async def test_an_answer_is_left_to_the_process_that_is_at_the_turn_now(
    start_gateway: Start, database: str, rasa: FakeRasa
) -> None:
    async with start_gateway(database_url=database) as gateway:
        customer = await gateway.customer()
        with unable_to_store_answers(database):
            await customer.say("hello")
            await until_tried(gateway, 1)
            await taken_up_elsewhere(gateway, lease="1 hour", attempts=2)
        async with asyncio.timeout(30):
            while gateway.services.worker.load.room < gateway.services.settings.turns_in_hand:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.05)
        assert [event["text"] for event in await customer.events()] == ["hello"]
        await gateway.sql("UPDATE turns SET leased_until = now()")  # it has died
        assert (await customer.reply())["text"] == "re: hello"
        assert [call["retry"] for call in rasa.calls] == [False, True]
        assert rasa.ran == [rasa.calls[0]["message_id"]]


async def taken_up_elsewhere(gateway: Gateway, *, lease: str, attempts: int = 5) -> None:
    await gateway.sql(
        "UPDATE turns SET attempts = %s, leased_by = 'another', leased_until = clock_timestamp() + %s::interval",
        attempts,
        lease,
    )


async def test_what_no_database_can_take_is_given_up_with_an_apology(
    start_gateway: Start, database: str, logs: Logs
) -> None:
    """Waiting does not make an answer smaller; the conversation must go on."""
    async with start_gateway(database_url=database) as gateway:
        customer = await gateway.customer()
        with unable_to_store_answers(database, sqlstate="54000"):
            await customer.say("hello")
            async with asyncio.timeout(30):
                while not any(line["event"] == "turn_interrupted" for line in logs):  # noqa: ASYNC110 - a log has no event
                    await asyncio.sleep(0.05)
            await gateway.sql("UPDATE turns SET attempts = 5, leased_until = now()")
        assert (await customer.reply())["source"]["name"] == "assistant_failed"
        await customer.say("and now")
        assert (await customer.reply())["text"] == "re: and now"


async def test_a_database_that_was_away_when_the_answer_came_gets_it_once(
    start_gateway: Start, fresh_database: Callable[[str, str], str], postgres_url: str, rasa: FakeRasa
) -> None:
    server = Server(fresh_database("api", "api"), postgres_url)
    gate, arrived = asyncio.Event(), asyncio.Event()
    async with start_gateway(database_url=server.url) as gateway:
        gateway.services.pool.timeout = 1
        rasa.then(rasa.held(gate, arrived))
        customer = await gateway.customer()
        await customer.say("hello")
        await arrived.wait()
        server.execute(f"ALTER DATABASE {server.name} ALLOW_CONNECTIONS false")
        gate.set()
        await until_waiting(customer)
        server.execute(f"ALTER DATABASE {server.name} ALLOW_CONNECTIONS true")
        await until_served(customer)
        assert (await customer.reply())["text"] == "re: hello"
        assert len(rasa.ran) == 1
        assert len(await customer.events()) == 2


async def until_waiting(customer: Customer) -> None:
    """Until the turn has met the outage."""
    async with asyncio.timeout(60):
        while await counted(customer.http, "aftercare_database_troubles_total{") < TROUBLES:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)


async def until_served(customer: Customer) -> None:
    async with asyncio.timeout(60):
        while (await customer.http.get(f"{customer.path}/events", headers=customer.headers)).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
