"""A gateway on a real PostgreSQL with a bot whose answers can be held back, driven step by step from a plain test."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from pydantic import SecretStr

from api.assistant.intake import Incoming
from api.conversations.models import Conversation, Event
from api.desk.service import DeskService
from api.handoff.sweeper import LineSweeper
from api.services import Services, running
from api.settings import ApiSettings
from api.staff.models import Role, Session
from api.wiring import wire
from common.database import Connection, fetch_all
from tests.fakes.customers import CustomerShop
from tests.fakes.rasa import FakeRasa
from tests.fakes.server import served

T = TypeVar("T")

SECRET = "internal-secret-of-the-tests-0123456789"
PASSWORD = "correct horse battery"
TURN_SECONDS = 20  # longer than a lease, so that a turn that was left is taken up in it


class Crash(Exception):
    """The process dies here: nothing of the transaction stays."""


@dataclass(frozen=True)
class Snapshot:
    """`owners`: conversation → state and advisor; `line`: who waits, first in line first."""

    owners: dict[UUID, tuple[str, str | None]]
    logs: dict[UUID, list[Event]]
    open_handoffs: list[dict[str, Any]]
    line: list[UUID]


class World:
    """Owns an event loop; every method runs one step to its end."""

    def __init__(self, database_url: str, data: Path) -> None:
        self._runner = asyncio.Runner()
        self._exits = AsyncExitStack()
        self._database_url = database_url
        self._data = data
        self.rasa = FakeRasa(SECRET)
        self.services: Services
        self.desk: DeskService
        self.sweeper: LineSweeper

    def start(self) -> None:
        self._runner.run(self._start())

    def close(self) -> None:
        self._runner.run(self._exits.aclose())
        self._runner.close()

    def run(self, step: Callable[[], Awaitable[T]]) -> T:
        async def call() -> T:
            return await step()

        return self._runner.run(call())

    def do(self, step: Callable[[Connection], Awaitable[T]], *, crash: bool = False) -> T:
        """In a transaction of its own. With `crash` the process dies just before the commit."""

        async def call() -> T:
            async with self.services.conversations.transaction() as connection:
                result = await step(connection)
                if crash:
                    raise Crash
                return result

        return self._runner.run(call())

    def forget_conversations(self) -> None:
        """And nobody is at the desk any more."""
        self.rows("UPDATE staff_sessions SET present_at = NULL RETURNING 1")
        self.rows("UPDATE staff SET present_at = NULL RETURNING 1")
        self.rows("DELETE FROM handoffs RETURNING 1")
        self.rows("DELETE FROM conversations RETURNING 1")

    def advisor(self, name: str) -> Session:
        async def log_in() -> Session:
            await self.services.staff.add(name, name.capitalize(), [Role.ADVISOR], PASSWORD)
            return await self.services.staff.log_in(name, PASSWORD, address="127.0.0.1")

        return self.run(log_in)

    def come(self, session: Session) -> None:
        self.run(lambda: self.services.staff.note_presence(session))

    def snapshot(self) -> "Snapshot":
        """Everything that the rules speak of, read in one transaction."""

        async def read(connection: Connection) -> Snapshot:
            conversations = await fetch_all(connection, "SELECT id, state, advisor_id FROM conversations")
            events = await fetch_all(
                connection,
                "SELECT conversation_id, seq, type, author, at, body FROM events ORDER BY conversation_id, seq",
            )
            handoffs = await fetch_all(
                connection, "SELECT *, advisor_id::text AS holder FROM handoffs WHERE closed_at IS NULL"
            )
            waiting = await self.services.handoff.waiting(connection)
            return Snapshot(
                {row["id"]: (row["state"], row["advisor_id"]) for row in conversations},
                {row["id"]: [Event(**e) for e in events if e["conversation_id"] == row["id"]] for row in conversations},
                handoffs,
                [each.conversation_id for each in waiting if each.kept_at is None],
            )

        return self.do(read)

    def events(self, conversation_id: UUID) -> list[Event]:
        return self.do(lambda connection: self.services.conversations.events(connection, conversation_id, limit=1000))

    def rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        async def read(connection: Connection) -> list[dict[str, Any]]:
            return await (await connection.execute(query, args)).fetchall()

        return self.do(read)

    def say(self, conversation_id: UUID, text: str) -> None:
        """Accepted as the web channel accepts it; the turn runs beside what follows."""

        async def accept() -> None:
            incoming = Incoming(key=uuid4().hex, client="tests", text=text)
            _, turn = await self.services.intake.accept(conversation_id, incoming)
            self.services.worker.kick(conversation_id, turn)

        self.run(accept)

    def hold_next_answer(self) -> asyncio.Event:
        gate = asyncio.Event()
        self.rasa.then(self.rasa.held(gate))
        return gate

    def until_asked(self, calls: int) -> None:
        """Until Rasa has been asked that often."""
        self._until(lambda: len(self.rasa.calls) >= calls)

    def until_settled(self, conversation_id: UUID) -> None:
        """Until the assistant owes nothing in this conversation."""

        async def settled() -> bool:
            async with self.services.conversations.reading() as connection:
                query = "SELECT 1 FROM turns WHERE conversation_id = %s AND finished_at IS NULL"
                return await (await connection.execute(query, (conversation_id,))).fetchone() is None

        async def wait() -> None:
            async with asyncio.timeout(TURN_SECONDS):
                while not await settled():  # noqa: ASYNC110 - the database, not this process, knows
                    await asyncio.sleep(0.002)

        self.run(wait)

    def kill_turns(self) -> None:
        """As if the process that ran them had died: nobody stores their answers, and in time their leases end."""

        async def kill() -> None:
            turns = [task for task in asyncio.all_tasks() if task.get_name().startswith("turns-")]
            for task in turns:
                task.cancel()
            await asyncio.gather(*turns, return_exceptions=True)
            async with self.services.conversations.transaction() as connection:
                await connection.execute("UPDATE turns SET leased_until = now() - interval '1 s'")

        self.run(kill)

    def sweep_line(self) -> None:
        """As if everybody who is not at the desk had been away for longer than the grace period."""
        away = (
            "UPDATE staff SET present_at = now() - interval '1 hour' WHERE NOT EXISTS (SELECT 1 FROM staff_sessions"
            " WHERE staff_id = staff.id AND staff_sessions.present_at > now() - interval '1 minute') RETURNING id"
        )
        gone = [row["id"] for row in self.rows(away)]
        took = "UPDATE handoffs SET claimed_at = now() - interval '1 hour' WHERE advisor_id = ANY(%s) RETURNING 1"
        self.rows(took, gone)
        self.run(self.sweeper.sweep)

    def sweep_turns(self) -> None:
        self.run(self.services.worker.sweep)

    def _until(self, true: Callable[[], bool]) -> None:
        async def wait() -> None:
            async with asyncio.timeout(TURN_SECONDS):
                while not true():  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.002)

        self.run(wait)

    async def _start(self) -> None:
        rasa_url = await self._exits.enter_async_context(served(self.rasa.app))
        settings = ApiSettings(
            _env_file=None,
            data=self._data,
            database_url=self._database_url,
            internal_secret=SecretStr(SECRET),
            assertion_secret=SecretStr(SECRET),
            rasa_url=rasa_url,
        )
        self.services = wire(settings, CustomerShop().as_commerce())
        await self._exits.enter_async_context(running(self.services))
        for task in asyncio.all_tasks():
            if task.get_name() == "line-sweeper":
                task.cancel()  # the test says when the line is looked after
        self.sweeper = LineSweeper(
            self.services.conversations,
            self.services.handoff,
            automatic=True,
            grace=timedelta(minutes=3),
            tier_of=no_tier,
        )
        self.desk = DeskService(
            self.services.conversations,
            self.services.handoff,
            self.services.staff,
            complaints=self.services.complaints,
            photos=self.services.photos,
        )


async def no_tier(_conversation: Conversation) -> str:
    return ""
