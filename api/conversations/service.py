from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

import psycopg
from psycopg.rows import DictRow
from psycopg_pool import PoolTimeout

from api.conversations import repository
from api.conversations.errors import AnotherCustomer, StateChanged, UnknownConversation
from api.conversations.hub import CHANNEL, Hub
from api.conversations.models import AuthLevel, Author, Conversation, Event, EventType, LocaleBy, Proof, State, Summary
from common.database import Connection, Pool, Statement

# What background work meets while the database is away or has no connection to spare; it goes on afterwards.
DATABASE_TROUBLE = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OSError)


def topic_of(conversation_id: UUID) -> str:
    """The hub's topic that moves with every event of the conversation."""
    return f"conversation/{conversation_id}"


class ConversationService:
    """The log of every conversation and who owns it. Writes take the caller's connection, so they commit together."""

    def __init__(self, pool: Pool, hub: Hub) -> None:
        self._pool = pool
        self.hub = hub
        self._appended: WeakKeyDictionary[Connection, dict[UUID, list[Event]]] = WeakKeyDictionary()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection that commits at the end; then waiters of this process are woken without NOTIFY's detour."""
        appended: dict[UUID, list[Event]] = {}
        async with self._pool.connection() as connection:
            self._appended[connection] = appended
            try:
                yield connection
            finally:
                self._appended.pop(connection, None)
            await connection.commit()
            for conversation_id, events in appended.items():
                self.hub.publish(topic_of(conversation_id), events[-1].seq, events)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for single reads: each statement is its own transaction and costs one round trip, not three."""
        async with self._pool.connection() as connection:
            await connection.set_autocommit(True)
            try:
                yield connection
            finally:
                await connection.set_autocommit(False)

    async def create(
        self, connection: Connection, *, channel: str, locale: str, token_hash: bytes, token_ttl: timedelta
    ) -> tuple[UUID, datetime]:
        """Its id, and when the token expires."""
        conversation_id = uuid4()
        expires_at = await repository.insert_conversation(
            connection,
            conversation_id,
            channel=channel,
            locale=locale,
            token_hash=token_hash,
            token_ttl=token_ttl,
        )
        return conversation_id, expires_at

    async def get(self, connection: Connection, conversation_id: UUID) -> Conversation:
        return self._known(conversation_id, await repository.get_conversation(connection, conversation_id))

    async def lock(self, connection: Connection, conversation_id: UUID) -> Conversation:
        """As `get`; nobody else appends to or moves the conversation before the transaction ends."""
        return (await self.lock_and(connection, conversation_id))[0]

    async def lock_and(
        self, connection: Connection, conversation_id: UUID, *following: Statement
    ) -> tuple[Conversation, list[list[DictRow]]]:
        """As `lock`; and the rows of statements that are to be carried out under the lock, in the same round trip."""
        conversation, rows = await repository.lock_conversation(connection, conversation_id, *following)
        return self._known(conversation_id, conversation), rows

    async def by_token(self, connection: Connection, conversation_id: UUID, token_hash: bytes) -> Conversation | None:
        """The conversation that an unexpired token is bound to."""
        return await repository.get_by_token(connection, conversation_id, token_hash)

    async def append(
        self,
        connection: Connection,
        conversation_id: UUID,
        *,
        type: EventType,  # noqa: A002 - the event's member is called so
        author: Author,
        body: dict[str, Any],
    ) -> Event:
        """Add to the log under the next number and wake all who wait for it when the transaction commits."""
        return (await self.append_and(connection, conversation_id, type=type, author=author, body=body))[0]

    async def append_and(
        self,
        connection: Connection,
        conversation_id: UUID,
        *following: Statement,
        type: EventType,  # noqa: A002 - the event's member is called so
        author: Author,
        body: dict[str, Any],
    ) -> tuple[Event, list[list[DictRow]]]:
        """As `append`; and the rows of statements that come after it, in the same round trip."""
        event, rows = await repository.append_event(
            connection,
            conversation_id,
            type_=type,
            author=author,
            body=body,
            topic=topic_of(conversation_id),
            channel=CHANNEL,
            following=following,
        )
        if event is None:
            raise UnknownConversation(conversation_id)
        self._appended.get(connection, {}).setdefault(conversation_id, []).append(event)
        return event, rows

    async def typing(self, connection: Connection, conversation_id: UUID, author: Author) -> None:
        """Show for a moment that somebody writes. Not stored, has no number of its own."""
        content = {"type": "typing", "author": author, "at": datetime.now(UTC).isoformat()}
        await self.hub.notify_transient(connection, topic_of(conversation_id), content)

    async def events(
        self, connection: Connection, conversation_id: UUID, after: int = 0, limit: int = 200
    ) -> list[Event]:
        return await repository.events_after(connection, conversation_id, after, limit)

    async def for_turn(
        self, connection: Connection, conversation_id: UUID, *, not_answers: Iterable[str]
    ) -> tuple[Conversation, bool]:
        """And whether people were asked for, or had the conversation, since the assistant answered last.

        `not_answers`: the templates of messages that come from elsewhere than the assistant's dialogue.
        Raises UnknownConversation.
        """
        found = await repository.get_for_turn(connection, conversation_id, not_answers=list(not_answers))
        if found is None:
            raise UnknownConversation(conversation_id)
        return found

    @staticmethod
    def returned(conversation_id: UUID, *, not_answers: Iterable[str]) -> Statement:
        """What `for_turn` finds out beside the conversation: one row with `returned`."""
        return repository.returned(conversation_id, not_answers=list(not_answers))

    async def summaries(self, connection: Connection, conversation_ids: Iterable[UUID]) -> dict[UUID, Summary]:
        """Of those that exist, in one query however many there are."""
        found = await repository.summaries(connection, list(conversation_ids))
        return {summary.conversation.id: summary for summary in found}

    async def move(
        self,
        connection: Connection,
        conversation_id: UUID,
        *,
        expected: State,
        to: State,
        advisor_id: str | None = None,
    ) -> Conversation:
        """Change the owner if the conversation is still in `expected`. `advisor_id` exactly for ASSIGNED.

        Which moves are legal is the hand-off's rule (`api/handoff/states.py`); nobody else calls this.
        Raises StateChanged (lost the race), UnknownConversation.
        """
        moved = await repository.move(connection, conversation_id, expected=expected, to=to, advisor_id=advisor_id)
        if moved is None:
            raise StateChanged(expected, (await self.get(connection, conversation_id)).state)
        return moved

    async def link_customer(
        self,
        connection: Connection,
        conversation_id: UUID,
        *,
        customer_id: str,
        name: str | None,
        first_name: str | None,
        auth_level: AuthLevel,
        proof: Proof,
        hours: float,
        verified_order_id: str | None = None,
    ) -> Conversation:
        """Say who the customer is, for so many hours. Raises AnotherCustomer.

        A customer who proves to be a guest as well stays a customer; once that is over, only the guest is left. And a
        channel that vouches again for somebody who has proved more takes nothing of that away.
        """
        conversation = await self.lock(connection, conversation_id)
        if conversation.customer_id not in (None, customer_id):
            raise AnotherCustomer
        if conversation.auth_level is AuthLevel.CUSTOMER and auth_level is AuthLevel.GUEST and conversation.known:
            await repository.proved_again(connection, conversation_id, hours=hours)
            return await self.get(connection, conversation_id)
        more = conversation.known and conversation.auth_level is auth_level and conversation.proof is not Proof.CHANNEL
        if proof is Proof.CHANNEL and more:
            await repository.seen_again(connection, conversation_id, hours=hours)
            return await self.get(connection, conversation_id)
        await repository.link_customer(
            connection,
            conversation_id,
            customer_id=customer_id,
            name=name,
            first_name=first_name,
            auth_level=auth_level,
            verified_order_id=verified_order_id,
            proof=proof,
            hours=hours,
        )
        if conversation.locale_by == "page":
            remembered = await repository.remembered_locale(connection, conversation_id, customer_id)
            if remembered:
                await repository.set_locale(connection, conversation_id, remembered, "detected")
        return await self.get(connection, conversation_id)

    async def last_source(self, connection: Connection, conversation_id: UUID) -> dict[str, str]:
        """What the bot's latest message was made from; empty where it has said nothing."""
        return await repository.last_source(connection, conversation_id)

    async def speak(self, connection: Connection, conversation_id: UUID, locale: str, *, by: LocaleBy) -> Conversation:
        """Go on in this language."""
        await repository.set_locale(connection, conversation_id, locale, by)
        return await self.get(connection, conversation_id)

    async def log_out(self, connection: Connection, conversation_id: UUID) -> Conversation:
        """From now on nobody is known in it. Whose it is stays: no other customer can take it over."""
        await self.lock(connection, conversation_id)
        await repository.log_out(connection, conversation_id)
        return await self.get(connection, conversation_id)

    async def issued_button_title(self, connection: Connection, conversation_id: UUID, payload: str) -> str | None:
        """The title of a button that the assistant offered in this conversation; None if it never did."""
        return await repository.issued_button_title(connection, conversation_id, payload)

    @staticmethod
    def _known(conversation_id: UUID, conversation: Conversation | None) -> Conversation:
        if conversation is None:
            raise UnknownConversation(conversation_id)
        return conversation
