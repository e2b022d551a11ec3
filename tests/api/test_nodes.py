"""Several gateway processes on one database, killed at will."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from api.settings import ApiSettings
from ops.ports import free_ports
from tests.api.conftest import ASSERTION_SECRET, CUSTOMER_SECRET, SECRET, Customer, Start
from tests.fakes.rasa import FakeRasa

DAY = 86400.0
LEASE = 3.0  # what a process on a busy machine renews in time

# Two processes are started for each test, which takes its time on a busy machine.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Node:
    """`python -m api`."""

    process: asyncio.subprocess.Process
    http: httpx.AsyncClient

    async def customer(self) -> Customer:
        answer = await self.http.post("/v1/conversations", json={})
        return Customer(self.http, answer.json()["id"], answer.json()["token"])

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def ready(self) -> None:
        async with asyncio.timeout(120):
            while self.process.returncode is None:
                try:
                    await self.http.get("/livez")
                except httpx.ConnectError:
                    await asyncio.sleep(0.1)
                else:
                    return
        raise AssertionError("the gateway ended at its start")


@asynccontextmanager
async def started(settings: ApiSettings, *, clock: float = 0, log: Path | None = None) -> AsyncIterator[Node]:
    """`clock`: seconds by which the process's wall clock is wrong. `log`: where all that it logs goes."""
    [port] = free_ports(1)
    mine = {
        "API_PORT": str(port),
        "DATABASE_URL": settings.database_url,
        "RASA_URL": settings.rasa_url,
        "INTERNAL_SECRET": SECRET,
        "ASSERTION_SECRET": ASSERTION_SECRET,
        "CUSTOMER_TOKEN_SECRET": CUSTOMER_SECRET,
        "TURN_LEASE": str(LEASE),
        "COMMERCE_API_KEY": "not called here",
        "DATA": str(settings.data),
        "LOG_LEVEL": "INFO" if log else "ERROR",
    }
    environment = os.environ | {f"AFTERCARE_{name}": value for name, value in mine.items()}
    module = "tests.api.wrong_clock" if clock else "api"
    environment |= {"WRONG_CLOCK": str(clock)}
    with log.open("w") if log else nullcontext() as stderr:
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, env=environment, stderr=stderr)
    # A new connection for each request: a process that goes on after a stop closes at once what was idle meanwhile.
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=30, limits=limits, trust_env=False
    ) as http:
        try:
            yield Node(process, http)
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


@pytest_asyncio.fixture
async def nodes(settings: ApiSettings) -> AsyncIterator[tuple[Node, Node]]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(started(settings))
        other = await stack.enter_async_context(started(settings))
        await one.ready()
        await other.ready()
        yield one, other


async def clock_ahead(node: Node) -> float:
    """As the node shows it to the operator, in seconds."""
    lines = (await node.http.get("/metrics")).text.splitlines()
    [line] = [line for line in lines if line.startswith("aftercare_clock_ahead_seconds ")]
    return float(line.rsplit(" ", 1)[1])


def at(node: Node, customer: Customer) -> Customer:
    return Customer(node.http, customer.id, customer.token)


async def test_what_one_node_appends_the_reader_at_another_sees_at_once(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    customer = await one.customer()
    waiting = asyncio.create_task(customer.events(wait=25))
    await asyncio.sleep(0.3)
    started_at = time.perf_counter()
    await at(other, customer).say("from there")
    assert [event["text"] for event in await waiting] == ["from there"]
    assert time.perf_counter() - started_at < 15  # far below the end of the long poll
    await customer.reply()  # nothing is left for the nodes of the next test


async def test_a_node_that_is_told_to_stop_lets_its_readers_go_at_once(settings: ApiSettings) -> None:
    async with started(settings) as node:
        await node.ready()
        customer = await node.customer()
        stream_url = f"{str(node.http.base_url).replace('http', 'ws', 1)}{customer.path}/stream"
        async with connect(stream_url, proxy=None) as stream:
            await stream.send(json.dumps({"token": customer.token}))
            waiting = asyncio.create_task(customer.events(wait=25))
            await asyncio.sleep(0.5)
            node.signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                assert await waiting == []
                await stream.wait_closed()
                assert stream.close_code == 1012
                assert await node.process.wait() in (0, -signal.SIGTERM)


async def test_what_a_killed_node_accepted_another_answers_once(nodes: tuple[Node, Node], rasa: FakeRasa) -> None:
    one, other = nodes
    gate, arrived = asyncio.Event(), asyncio.Event()
    rasa.then(rasa.held(gate, arrived))
    customer = await one.customer()
    first = await customer.say("hello")
    await arrived.wait()
    burst = [(await customer.say(text))["message_id"] for text in ("and", "more")]
    one.signal(signal.SIGKILL)
    await one.process.wait()
    gate.set()
    survivor = at(other, customer)
    assert (await survivor.reply())["answers"] == [first["message_id"]]
    assert (await survivor.reply())["answers"] == burst
    events = await survivor.events()
    assert [event["author"] for event in events] == ["customer"] * 3 + ["bot"] * 2
    assert [(call["message_id"], call["retry"]) for call in rasa.calls] == [
        (first["message_id"], False),
        (first["message_id"], True),
        (burst[-1], False),
    ]


async def test_a_node_that_was_only_stopped_for_a_while_adds_no_second_answer(
    nodes: tuple[Node, Node], rasa: FakeRasa
) -> None:
    one, other = nodes
    gate, arrived = asyncio.Event(), asyncio.Event()
    rasa.then(rasa.held(gate, arrived))
    customer = await one.customer()
    await customer.say("hello")
    await arrived.wait()
    one.signal(signal.SIGSTOP)
    gate.set()
    survivor = at(other, customer)
    assert (await survivor.reply())["text"] == "re: hello"
    one.signal(signal.SIGCONT)
    await customer.say("again")
    assert (await survivor.reply())["text"] == "re: again"
    await asyncio.sleep(2 * LEASE)
    assert [event["author"] for event in await survivor.events()] == ["customer", "bot"] * 2


async def test_nodes_that_sweep_together_answer_nothing_twice(
    nodes: tuple[Node, Node], start_gateway: Start, rasa: FakeRasa
) -> None:
    async with start_gateway() as dying:
        await dying.services.worker.stop()  # what it accepts is free for both when its leases end
        customers = [await dying.customer() for _ in range(12)]
        for customer in customers:
            await customer.say("hello")
    survivors = [at(nodes[number % 2], customer) for number, customer in enumerate(customers)]
    for survivor in survivors:
        assert (await survivor.reply())["text"] == "re: hello"
    await asyncio.sleep(LEASE)
    assert [len(await survivor.events()) for survivor in survivors] == [2] * 12
    assert len(rasa.ran) == len(set(rasa.ran)) == 12


@pytest_asyncio.fixture
async def wrong_nodes(settings: ApiSettings) -> AsyncIterator[tuple[Node, Node]]:
    """One lives in the past and one in the future, both farther off than a conversation's token is good for."""
    async with AsyncExitStack() as stack:
        past = await stack.enter_async_context(started(settings, clock=-40 * DAY))
        future = await stack.enter_async_context(started(settings, clock=40 * DAY))
        await past.ready()
        await future.ready()
        yield past, future


async def test_leases_and_tokens_go_by_the_databases_clock_whatever_the_nodes_clocks_do(
    wrong_nodes: tuple[Node, Node], rasa: FakeRasa
) -> None:
    past, future = wrong_nodes
    gate, arrived = asyncio.Event(), asyncio.Event()
    rasa.then(rasa.held(gate, arrived))
    customer = await past.customer()
    elsewhere = at(future, customer)
    await customer.say("hello")
    await arrived.wait()
    await asyncio.sleep(LEASE)
    for node in wrong_nodes:
        node.signal(signal.SIGUSR1)  # the clock jumps by eighty days
    await asyncio.sleep(LEASE)
    assert [call["retry"] for call in rasa.calls] == [False], "a lease that is renewed is respected"
    past.signal(signal.SIGKILL)
    assert (await elsewhere.reply())["text"] == "re: hello"
    gate.set()
    await elsewhere.say("and now?")
    assert (await elsewhere.reply())["text"] == "re: and now?"
    newcomer = await future.customer()
    await newcomer.say("hi")
    assert (await newcomer.reply())["text"] == "re: hi"
    ahead = await clock_ahead(future)
    assert abs(ahead) == pytest.approx(40 * DAY, abs=DAY), "the operator can see it"
    shown = datetime.fromisoformat((await newcomer.events())[0]["at"])
    assert abs(shown - datetime.now(UTC)) < timedelta(days=1)
