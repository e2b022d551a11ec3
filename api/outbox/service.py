import asyncio
from collections.abc import Collection
from uuid import UUID, uuid5

from api.audit import service as audit
from api.conversations.models import Event
from api.outbox import repository
from api.outbox.models import Backlog, DeadLetter
from common.database import Connection
from common.problems import Problem

KEYS = UUID("5f1c2f0e-3a39-4d5c-9b7e-6f0a6f0f3d11")  # namespace of the idempotency keys; any constant


class OutboxService:
    """What has to leave is written in the transaction that decides so; `OutboxWorker` delivers it afterwards."""

    def __init__(self, channels: Collection[str]) -> None:
        self.channels = frozenset(channels)
        # Set when something was written, so that the worker of this process need not wait for its next look.
        self.wanted = asyncio.Event()

    async def enqueue(
        self, connection: Connection, conversation_id: UUID, event: Event, channel: str, address: str
    ) -> UUID:
        """Have the event's text delivered to the address. The same event for the same address again changes nothing.

        Raises ValueError for a channel that does not exist here.
        """
        if channel not in self.channels:
            raise ValueError(f"no outbound channel {channel!r}")
        row_id = uuid5(KEYS, f"{conversation_id}/{event.seq}/{channel}/{address}")
        await repository.insert(
            connection, row_id, conversation_id=conversation_id, seq=event.seq, channel=channel, address=address
        )
        self.wanted.set()
        return row_id

    async def pending(self, connection: Connection, conversation_id: UUID, channel: str) -> bool:
        """Whether something of the conversation has still to leave by the channel."""
        return await repository.pending(connection, conversation_id, channel)

    async def dead(self, connection: Connection, *, limit: int = 100) -> list[DeadLetter]:
        """What was given up, the latest first."""
        return await repository.dead(connection, limit=limit)

    async def backlog(self, connection: Connection) -> list[Backlog]:
        return sorted(await repository.backlog(connection), key=lambda each: each.channel)

    async def resend_all(self, connection: Connection, *, by: str) -> None:
        """Try every dead letter again from the start. `by`: the operator."""
        evidence = {"letters": await repository.revive_all(connection)}
        await audit.record(
            connection, actor="staff", actor_id=by, action="outbox.resend", outcome="done", evidence=evidence
        )
        self.wanted.set()

    async def resend(self, connection: Connection, row_id: UUID, *, by: str) -> None:
        """Try a dead letter again from the start. Raises a 404 problem for what is none."""
        if not await repository.revive(connection, row_id):
            raise Problem(404, "not_found", "There is no such dead letter.")
        await audit.record(
            connection, actor="staff", actor_id=by, action="outbox.resend", subject=str(row_id), outcome="done"
        )
        self.wanted.set()
