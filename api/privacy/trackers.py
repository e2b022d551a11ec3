"""What Rasa keeps of a conversation, in its own database.

TrackersAway
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import psycopg

CONNECT_SECONDS = 5


class TrackersAway(Exception):
    """Rasa's database does not answer."""


class Trackers:
    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def read(self, conversation_id: UUID) -> list[Any]:
        """Its events, oldest first. Raises TrackersAway."""
        async with self._connection() as connection:
            cursor = await connection.execute(
                "SELECT data FROM events WHERE sender_id = %s ORDER BY id", (str(conversation_id),)
            )
            return [json.loads(row[0]) for row in await cursor.fetchall()]

    async def erase(self, conversation_ids: Sequence[UUID]) -> None:
        """Raises TrackersAway."""
        async with self._connection() as connection:
            senders = [str(conversation_id) for conversation_id in conversation_ids]
            await connection.execute("DELETE FROM events WHERE sender_id = ANY(%s)", (senders,))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        try:
            async with await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=CONNECT_SECONDS
            ) as connection:
                yield connection
        except psycopg.Error as error:
            raise TrackersAway(type(error).__name__) from error
