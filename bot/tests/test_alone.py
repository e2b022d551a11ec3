"""A turn and its repeat at the same time: over HTTP, with Rasa's own lock and a caller that is killed."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Dict, List

import pytest
from channel.alone import RUN_SECONDS, WAIT_SECONDS, Alone
from components.faq_client import FaqClient
from rasa.core.channels.channel import UserMessage
from rasa.core.constants import DEFAULT_LOCK_LIFETIME
from rasa.core.lock_store import InMemoryLockStore
from tests.test_channel import TURN, PlayedAgent, serve


class SlowAgent(PlayedAgent):
    """Begins, and ends when the gate opens."""

    def __init__(self) -> None:
        super().__init__(lambda message: [{"text": f"answer to {message.message_id}", "utter_action": "utter_x"}])
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.most_at_once = self._inside = 0

    async def handle_message(self, message: UserMessage) -> None:
        self._inside += 1
        self.most_at_once = max(self.most_at_once, self._inside)
        self.began.set()
        try:
            await self.gate.wait()
            await super().handle_message(message)
        finally:
            self._inside -= 1


class Caller:
    """A gateway's connection."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def send(self, **changes: Any) -> "Caller":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = json.dumps({**TURN, **changes}).encode()
        head = f"POST /webhooks/aftercare/turn HTTP/1.1\r\nHost: x\r\nX-Aftercare-Secret: secret\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        await self._writer.drain()
        return self

    async def answer(self) -> Dict[str, Any]:
        head = await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), 5)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        result: Dict[str, Any] = json.loads(await self._reader.readexactly(length))
        self._writer.close()
        return result

    async def die(self) -> None:
        self._writer.transport.abort()
        await asyncio.sleep(0.05)  # until the server has noticed


@asynccontextmanager
async def channel(agent: SlowAgent, client: FaqClient) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = await serve(agent, client).create_server(sock=listener, return_asyncio_server=True)
    await server.startup()
    await server.start_serving()
    try:
        yield listener.getsockname()[1]
    finally:
        server.close()


def test_a_retry_that_overtakes_its_first_run_waits_for_it_and_gets_its_answer(client: FaqClient) -> None:
    async def scene() -> None:
        agent = SlowAgent()
        async with channel(agent, client) as port:
            first = await Caller(port).send()
            await agent.began.wait()
            retry = await Caller(port).send(retry=True)
            await asyncio.sleep(0.2)
            agent.gate.set()
            said, again = await first.answer(), await retry.answer()
        assert again == {**said, "status": "handled_before"}
        assert [message.message_id for message in agent.seen] == ["m1"]

    asyncio.run(scene())


def test_a_turn_whose_caller_was_killed_is_finished_and_the_retry_gets_its_answer(client: FaqClient) -> None:
    async def scene() -> None:
        agent = SlowAgent()
        async with channel(agent, client) as port:
            killed = await Caller(port).send()
            await agent.began.wait()
            await killed.die()
            retry = await Caller(port).send(retry=True)
            await asyncio.sleep(0.1)
            agent.gate.set()
            again = await retry.answer()
        assert (again["status"], again["messages"][0]["text"]) == ("handled_before", "answer to m1")
        assert len(agent.seen) == 1

    asyncio.run(scene())


def test_a_turn_that_had_not_begun_when_its_caller_was_killed_never_begins(client: FaqClient) -> None:
    async def scene() -> None:
        agent = SlowAgent()
        async with channel(agent, client) as port:
            first = await Caller(port).send()
            await agent.began.wait()
            killed = await Caller(port).send(message_id="m2")
            await asyncio.sleep(0.1)
            await killed.die()
            agent.gate.set()
            await first.answer()
            last = await Caller(port).send(message_id="m3")
            await last.answer()
        assert [message.message_id for message in agent.seen] == ["m1", "m3"]

    asyncio.run(scene())


def test_many_turns_of_one_conversation_run_one_at_a_time_in_order(client: FaqClient) -> None:
    async def scene() -> None:
        agent = SlowAgent()
        agent.gate.set()
        async with channel(agent, client) as port:
            callers: List[Caller] = []
            for number in range(5):
                callers.append(await Caller(port).send(message_id=f"m{number}"))
                await asyncio.sleep(0.01)
            answers = [await caller.answer() for caller in callers]
        assert [answer["messages"][0]["text"] for answer in answers] == [f"answer to m{n}" for n in range(5)]
        assert agent.most_at_once == 1

    asyncio.run(scene())


def test_work_that_takes_too_long_ends_and_leaves_the_conversation_free() -> None:
    async def scene() -> None:
        locks, alone = InMemoryLockStore(), Alone(wait=0.2, run=0.1)

        async def quick() -> Dict[str, Any]:
            return {}

        async def endless() -> Dict[str, Any]:
            return await asyncio.get_running_loop().create_future()

        with pytest.raises(asyncio.TimeoutError):
            await alone.do(locks, "c1", endless)
        assert await alone.do(locks, "c1", quick) == {}

    asyncio.run(scene())


def test_a_conversation_that_stays_busy_is_given_up_and_nothing_is_done_later() -> None:
    async def scene() -> None:
        locks, alone = InMemoryLockStore(), Alone(wait=0.1, run=5)
        done: List[str] = []
        gate = asyncio.Event()

        async def hold() -> Dict[str, Any]:
            await gate.wait()
            return {}

        async def note() -> Dict[str, Any]:
            done.append("done")
            return {}

        holding = asyncio.ensure_future(alone.do(locks, "c1", hold))
        await asyncio.sleep(0.01)
        with pytest.raises(asyncio.TimeoutError):
            await alone.do(locks, "c1", note)
        gate.set()
        await holding
        await asyncio.sleep(0.1)
        assert done == []

    asyncio.run(scene())


def test_no_turn_outlives_its_ticket_for_rasas_lock() -> None:
    assert WAIT_SECONDS + RUN_SECONDS < DEFAULT_LOCK_LIFETIME
