from collections.abc import Sequence
from uuid import UUID

from api.photos.models import Photo
from api.photos.pictures import Picture
from common.database import Connection, fetch_all, fetch_one

COLUMNS = "id, seq, width, height, sent_at"
# ruff: noqa: S608 - every query below is put together from constants


async def by_key(connection: Connection, conversation_id: UUID, key: str) -> Photo | None:
    row = await fetch_one(
        connection,
        f"SELECT {COLUMNS} FROM photos WHERE conversation_id = %s AND idempotency_key = %s",
        *(conversation_id, key),
    )
    return Photo(**row) if row else None


async def insert(
    connection: Connection, photo_id: UUID, conversation_id: UUID, *, key: str, seq: int, picture: Picture
) -> Photo:
    row = await fetch_one(
        connection,
        "INSERT INTO photos (id, conversation_id, idempotency_key, seq, width, height, content)"
        f" VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING {COLUMNS}",
        *(photo_id, conversation_id, key, seq, picture.width, picture.height, picture.content),
    )
    assert row is not None
    return Photo(**row)


async def of(connection: Connection, conversation_id: UUID) -> Sequence[Photo]:
    rows = await fetch_all(
        connection, f"SELECT {COLUMNS} FROM photos WHERE conversation_id = %s ORDER BY seq", conversation_id
    )
    return [Photo(**row) for row in rows]


async def content(connection: Connection, conversation_id: UUID, photo_id: UUID) -> bytes | None:
    row = await fetch_one(
        connection,
        "SELECT content FROM photos WHERE conversation_id = %s AND id = %s",
        *(conversation_id, photo_id),
    )
    return bytes(row["content"]) if row else None
