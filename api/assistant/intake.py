"""Takes a customer's message in: checked, stored, queued for the assistant in one transaction.

IntakeError       becomes a 4xx problem with `code`
├── EmptyText
├── TextTooLong
├── UnknownPayload  no button of this conversation carries it
└── KeyReused       the Idempotency-Key came before with another body
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from api.assistant import repository
from api.assistant.models import Accepted, Found, Turn, TurnKind
from api.assistant.ports import Answers, Handoff
from api.assistant.text import MAX_TEXT, clean, without_command
from api.conversations.models import Conversation, Event, State
from api.conversations.service import ConversationService
from api.identity.guests.codes import mask_codes
from api.identity.guests.service import GuestVerification
from api.metrics import Metrics
from api.security.hashing import KeyedHash
from api.texts import HUMAN_PAYLOAD, TEXTS
from common.database import Connection, Statement, fetch_together


class IntakeError(Exception):
    code: ClassVar[str]


class EmptyText(IntakeError):
    code = "empty_text"


class TextTooLong(IntakeError):
    code = "text_too_long"


class UnknownPayload(IntakeError):
    code = "unknown_payload"


class KeyReused(IntakeError):
    code = "idempotency_key_reused"


@dataclass(frozen=True, slots=True)
class Incoming:
    """Either `text` or `payload`; `client` is a keyed hash of the sender's address."""

    key: str
    client: str
    text: str | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What the log shows, and what the assistant gets."""

    shown: str
    kind: TurnKind
    content: str


class Intake:
    def __init__(
        self,
        conversations: ConversationService,
        guests: GuestVerification,
        handoff: Handoff,
        answers: Answers,
        *,
        keyed: KeyedHash,
        metrics: Metrics,
        owner: str,
        lease: float,
        collect: Mapping[str, float],
    ) -> None:
        """`collect`: channel → seconds in which what else comes is answered together with it."""
        self._conversations = conversations
        self._guests = guests
        self._handoff = handoff
        self._answers = answers
        self._keyed = keyed
        self._metrics = metrics
        self._owner = owner
        self._lease = lease
        self._collect = dict(collect)

    def collecting(self, channel: str) -> float:
        """Seconds to wait for more before a message of the channel is answered."""
        return self._collect.get(channel, 0.0)

    async def accept(self, conversation_id: UUID, incoming: Incoming) -> tuple[Accepted, Turn | None]:
        """Store the message; it is durable on return. The turn is this process's to run now, or None.

        Raises IntakeError, UnknownConversation.
        """
        fingerprint = self._fingerprint(incoming)
        async with self._conversations.transaction() as connection:
            conversation, [before] = await self._conversations.lock_and(
                connection, conversation_id, repository.find_accepted(conversation_id, incoming.key)
            )
            known = repository.to_accepted(before)
            if known:
                accepted, first = known
                if first != fingerprint:
                    raise KeyReused
                return accepted, None
            read = await self._read(connection, conversation, incoming)
            accepted = Accepted(uuid4(), conversation.last_seq + 1)
            message = repository.insert_message(
                conversation_id, accepted, idempotency_key=incoming.key, fingerprint=fingerprint
            )
            turn = self._turn(conversation, accepted, read, client=incoming.client)
            if for_the_assistant(conversation, read):
                returned = self._conversations.returned(conversation_id, not_answers=TEXTS)
                _, [_, queued, [row]] = await self._append(
                    connection, conversation, accepted, read, message, turn, returned
                )
                found = Found(replace(conversation, last_seq=accepted.seq), row["returned"])
            else:
                event, _ = await self._append(connection, conversation, accepted, read, message)
                queued = await self._route(connection, conversation, read, event, turn)
                found = None
            own = repository.to_own_turn(queued, found)
        self._metrics.messages.labels(conversation.state.value).inc()
        return accepted, own

    async def _append(
        self, connection: Connection, conversation: Conversation, accepted: Accepted, read: Read, *following: Statement
    ) -> tuple[Event, list[list[DictRow]]]:
        event, rows = await self._conversations.append_and(
            connection,
            conversation.id,
            *following,
            type="message",
            author="customer",
            body={"message_id": str(accepted.message_id), "text": read.shown},
        )
        assert event.seq == accepted.seq, "the conversation is locked"
        return event, rows

    async def _read(self, connection: Connection, conversation: Conversation, incoming: Incoming) -> Read:
        if incoming.payload is not None:
            title = await self._conversations.issued_button_title(connection, conversation.id, incoming.payload)
            if title is None:
                raise UnknownPayload
            return Read(title, "payload", incoming.payload)
        text = clean(incoming.text or "")
        if not text:
            raise EmptyText
        if len(text) > MAX_TEXT:
            raise TextTooLong
        if conversation.state not in (State.BOT, State.RESOLVED):
            awaited = await self._guests.awaits_code(connection, conversation.id, text)
            return Read(mask_codes(text) if awaited else text, "text", text)
        checked = await self._guests.check(connection, conversation.id, text)
        if checked:
            challenge_id, verdict = checked
            return Read(mask_codes(text), "code", f"{challenge_id} {verdict}")
        return Read(text, "text", without_command(text))

    async def _route(
        self, connection: Connection, conversation: Conversation, read: Read, event: Event, turn: Statement
    ) -> list[DictRow]:
        """To the person who has the conversation, to the queue, or to the assistant: then the rows of its turn."""
        if conversation.state is State.RESOLVED:
            await self._handoff.reopen(connection, conversation.id)
        elif conversation.state is not State.BOT:
            await self._handoff.heard(connection, conversation, event)
            return []
        elif read.kind == "text" and await self._handoff.left_address(connection, conversation, event):
            return []
        if read.kind == "payload" and await self._answers.take(connection, conversation, read.content):
            return []
        if read.content == HUMAN_PAYLOAD and read.kind == "payload":
            await self._handoff.request(connection, conversation.id, reason="tool_failure", skill="general", summary="")
            return []
        [queued] = await fetch_together(connection, turn)
        return queued

    def _turn(self, conversation: Conversation, accepted: Accepted, read: Read, *, client: str) -> Statement:
        return repository.insert_turn(
            conversation.id,
            accepted,
            kind=read.kind,
            content=read.content,
            client=client,
            owner=self._owner,
            lease=self._lease,
            collect=self.collecting(conversation.channel) if read.kind == "text" else 0,
        )

    def _fingerprint(self, incoming: Incoming) -> bytes:
        kind = "text" if incoming.payload is None else "payload"
        return self._keyed.digest(kind, incoming.text or "", incoming.payload or "")


def for_the_assistant(conversation: Conversation, read: Read) -> bool:
    """Whether that is sure before anything is looked up, as it nearly always is: then all is stored in one go."""
    return conversation.state is State.BOT and read.kind != "payload" and "@" not in read.shown
