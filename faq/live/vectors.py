from collections.abc import Sequence

from common.database import Pool
from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Views
from faq.entries import repository

_CHUNK = 200  # stored as they are made: a re-embedding that is interrupted goes on where it stopped


async def ensure_vectors(pool: Pool, encoder: BatchingEncoder, texts: Sequence[str]) -> dict[str, Views]:
    """The vectors of all `texts` under this encoder; what is not stored yet is computed and stored."""
    async with pool.connection() as connection:
        found = await repository.known_vectors(connection, encoder.model, texts, encoder.width)
    missing = [text for text in dict.fromkeys(texts) if text not in found]
    for start in range(0, len(missing), _CHUNK):
        part = missing[start : start + _CHUNK]
        made = list(zip(part, await encoder.many(part), strict=True))
        async with pool.connection() as connection:
            await repository.store_vectors(connection, encoder.model, made)
        found.update(made)
    return found
