import asyncio
from collections.abc import Sequence

from common.database import Pool
from faq.encoder.batching import BatchingEncoder
from faq.encoder.ports import Views
from faq.entries import repository

_CHUNK = 200  # stored as they are made: a re-embedding that is interrupted goes on where it stopped
_AT_ONCE = 2  # chunks: while one is stored, the other is encoded


async def ensure_vectors(pool: Pool, encoder: BatchingEncoder, texts: Sequence[str]) -> dict[str, Views]:
    """The vectors of all `texts` under this encoder; what is not stored yet is computed and stored."""
    async with pool.connection() as connection:
        found = await repository.known_vectors(connection, encoder.model, texts, encoder.width)
    missing = sorted({text for text in texts if text not in found}, key=lambda text: (len(text), text))
    chunks = iter([missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)])

    async def work() -> None:
        for chunk in chunks:
            made = list(zip(chunk, await encoder.many(chunk), strict=True))
            async with pool.connection() as connection:
                await repository.store_vectors(connection, encoder.model, made)
            found.update(made)

    workers = [asyncio.create_task(work()) for _ in range(_AT_ONCE)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
    return found
