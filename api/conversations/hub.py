"""Wakes whoever waits for something new: at once within the process, by NOTIFY between processes.

A signal only says "look again"; what happened is read from the database. So a signal that arrives twice does no harm,
and after a lost connection everybody is told to look again. Within the process it brings along what was appended, for
readers who have everything before that. Transient signals (typing) carry their content and are never stored.
"""

import asyncio
import json
from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import structlog

from api.conversations.models import Event
from common.database import Connection

log = structlog.get_logger(__name__)

CHANNEL = "aftercare_events"
REMEMBERED_TOPICS = 4096
RECONNECT_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Signal:
    """`seq` is None where the waiter should simply look again; `transient` is the content of an unstored event.

    `events` end with number `seq`; none where the process does not have them at hand.
    """

    seq: int | None
    transient: dict[str, Any] | None = None
    events: tuple[Event, ...] = ()

    def following(self, after: int) -> tuple[Event, ...]:
        """The events, if they are all that came after number `after`."""
        return self.events if self.events and self.events[0].seq == after + 1 else ()


class Hub:
    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._origin = uuid4().hex
        self._waiters: defaultdict[str, set[tuple[int, asyncio.Future[Signal]]]] = defaultdict(set)
        self._latest: OrderedDict[str, int] = OrderedDict()
        self._listener: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        self.closing = False

    async def start(self) -> None:
        self._listener = asyncio.create_task(self._listen(), name="hub-listener")

    async def stop(self) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def let_go(self) -> None:
        """The process stops: nobody waits any longer, from now on."""
        self.closing = True
        self._wake_all()

    async def wait(self, topic: str, after: int, timeout: float) -> Signal | None:  # noqa: ASYNC109 - a long-poll's own wait
        """Until the topic is past `after`, or a transient signal comes.

        None when `timeout` seconds have passed or the process stops.

        Look at the database first, wait then: what was published in between is remembered.
        """
        latest = self._latest.get(topic, 0)
        if latest > after:
            return Signal(latest)
        if self.closing:
            return None
        future: asyncio.Future[Signal] = asyncio.get_running_loop().create_future()
        entry = (after, future)
        self._waiters[topic].add(entry)
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            return None
        finally:
            self._waiters[topic].discard(entry)
            if not self._waiters[topic]:
                del self._waiters[topic]

    def publish(self, topic: str, seq: int, events: Sequence[Event] = ()) -> None:
        """Wake the waiters of this process. Others hear it by NOTIFY with `{"topic", "seq"}` in the transaction."""
        self._latest[topic] = max(seq, self._latest.get(topic, 0))
        self._latest.move_to_end(topic)
        if len(self._latest) > REMEMBERED_TOPICS:
            self._latest.popitem(last=False)
        self._wake(topic, Signal(seq, events=tuple(events)))

    async def notify_transient(self, connection: Connection, topic: str, content: dict[str, Any]) -> None:
        """Tell those who wait now, here and in other processes, something that is not worth keeping."""
        payload = json.dumps({"origin": self._origin, "topic": topic, "transient": content})
        await connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
        self._wake(topic, Signal(None, content))

    def _wake(self, topic: str, signal: Signal) -> None:
        for after, future in tuple(self._waiters.get(topic, ())):
            if not future.done() and (signal.seq is None or signal.seq > after):
                future.set_result(signal)

    def _wake_all(self) -> None:
        for topic in tuple(self._waiters):
            self._wake(topic, Signal(None))

    def _receive(self, payload: str) -> None:
        message = json.loads(payload)
        if "seq" in message:
            self.publish(message["topic"], message["seq"])
        elif message["origin"] != self._origin:
            self._wake(message["topic"], Signal(None, message["transient"]))

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.listening.set()
                    self._wake_all()
                    async for notification in connection.notifies():
                        self._receive(notification.payload)
            except psycopg.Error as error:
                log.warning("hub_disconnected", error=type(error).__name__)
            self.listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS)
