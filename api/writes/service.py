import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation

from api.audit import service as audit
from api.conversations.models import Conversation, Proof, State
from api.conversations.service import ConversationService
from api.writes import models, repository
from api.writes.errors import JustDone, NotKnown, NotNow, StepUpNeeded, Underway
from api.writes.models import Confirmed, Identity, Report
from backends.writes import Write
from common.database import Connection

# A parcel that goes elsewhere is as good as money.
MOVES_MONEY = {"create_return", "request_refund", "redeem", "change_address"}
# In which the same is taken for the same wish: confirmed in two tabs, or anew by one who was told late of the first.
SAME_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Intent:
    key: str
    conversation_id: UUID
    message_id: UUID
    write: Write
    facts: str


class WriteService:
    """What customers confirmed, from before it is sent to the shop until they were told what became of it.

    The action server begins a write and reports how it ended; `WriteResolver` finds out about those without a report.
    """

    def __init__(self, conversations: ConversationService, *, step_up: timedelta) -> None:
        """`step_up`: the age of a proof of identity with which no money moves any more; zero: any age will do."""
        self._conversations = conversations
        self._step_up = step_up
        self.wanted = asyncio.Event()  # set when there may be something to find out

    async def begin(self, connection: Connection, intent: Intent) -> None:
        """Write it down; the shop may be asked once this is committed. Again with the same key: nothing changes.

        Raises the problems of `api.writes.errors`, UnknownConversation.
        """
        conversation = await self._conversations.lock(connection, intent.conversation_id)
        identity = _identity(conversation)
        open_turn = await repository.turn_is_open(connection, conversation.id, intent.message_id)
        if conversation.state is not State.BOT or not open_turn:
            raise NotNow
        if self._too_long_ago(conversation, intent.write):
            raise StepUpNeeded
        confirmed = _confirmed(intent, identity)
        if await repository.underway(connection, confirmed):
            raise Underway
        if await repository.just_done(connection, confirmed, within=SAME_SECONDS):
            raise JustDone
        try:
            added = await repository.insert(connection, confirmed)
        except UniqueViolation:
            raise Underway from None  # another conversation of the customer was quicker
        if added:
            await self._record(connection, confirmed, "confirmed")

    async def settle(self, connection: Connection, conversation_id: UUID, reports: Iterable[Report]) -> None:
        """In the transaction that stores the message which tells the customer."""
        for report in reports:
            result = report.number or report.code
            settled = await repository.settle(
                connection, report.key, conversation_id, state=report.outcome, result=result
            )
            if settled:
                await self._record(connection, settled, report.outcome, result=result)

    async def close(self, connection: Connection, confirmed: Confirmed, state: models.State, result: str) -> bool:
        """What was found out afterwards, in the transaction that tells it. False if it is settled already."""
        settled = await repository.settle(
            connection, confirmed.key, confirmed.conversation_id, state=state, result=result
        )
        if settled:
            await self._record(connection, settled, state, result=result, attempts=confirmed.attempts)
        return settled is not None

    async def left_open(self, connection: Connection, message_id: UUID) -> bool:
        """Whether the turn ends with a write of which nobody knows what became of it."""
        found = await repository.open_in_turn(connection, message_id)
        if found:
            self.wanted.set()
        return found

    def _too_long_ago(self, conversation: Conversation, write: Write) -> bool:
        """A channel's word for an address never moves money: numbers are handed on, and mailboxes shared."""
        if write.kind not in MOVES_MONEY:
            return False
        if conversation.proof is Proof.CHANNEL:
            return True
        if not self._step_up or conversation.identified_at is None:
            return False
        return datetime.now(UTC) - conversation.identified_at > self._step_up

    @staticmethod
    async def _record(connection: Connection, confirmed: Confirmed, outcome: str, **more: Any) -> None:
        identity = confirmed.identity
        evidence = {
            "auth_level": identity.auth_level.value,
            "verified_order_id": identity.verified_order_id,
            "message_id": str(confirmed.message_id),
            "seq": await repository.seq_of(connection, confirmed.message_id),
            "key": confirmed.key,
            **more,
        }
        await audit.record(
            connection,
            actor="customer" if outcome == "confirmed" else "system",
            actor_id=identity.customer_id,
            action=f"write.{confirmed.write.kind}",
            conversation_id=confirmed.conversation_id,
            subject=confirmed.write.subject,
            outcome=outcome,
            evidence={name: value for name, value in evidence.items() if value is not None},
        )


def _identity(conversation: Conversation) -> Identity:
    if conversation.customer_id is None or not conversation.known:
        raise NotKnown
    return Identity(conversation.customer_id, conversation.auth_level, conversation.verified_order_id)


def _confirmed(intent: Intent, identity: Identity) -> Confirmed:
    return Confirmed(
        key=intent.key,
        conversation_id=intent.conversation_id,
        message_id=intent.message_id,
        write=intent.write,
        facts=intent.facts,
        identity=identity,
        confirmed_at=datetime.now(UTC),
    )
