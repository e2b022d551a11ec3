"""Vectors are computed once and stored as they are made."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from common.database import create_pool
from faq.encoder.batching import BatchingEncoder
from faq.encoder.hashing import HashingEncoder
from faq.encoder.ports import Vectors
from faq.live.vectors import ensure_vectors


class Counting(HashingEncoder):
    def __init__(self, fails_on: str = "") -> None:
        super().__init__()
        self.seen = 0
        self._fails_on = fails_on

    def encode(self, texts: Sequence[str]) -> Vectors:
        if self._fails_on in texts:
            raise RuntimeError("out of memory")
        self.seen += len(texts)
        return super().encode(texts)


async def test_what_is_stored_is_not_computed_again_and_a_failure_keeps_what_was_made(
    fresh_database: Callable[[str, str], str],
):
    texts = [f"phrasing number {number}" for number in range(650)]
    last = texts[-1]
    async with create_pool(fresh_database("faq", "faq"), schema="faq") as pool:
        failing = BatchingEncoder(Counting(fails_on=last))
        with pytest.raises(RuntimeError, match="out of memory"):
            await ensure_vectors(pool, failing, texts)
        await failing.close()
        counting = Counting()
        batching = BatchingEncoder(counting)

        found = await ensure_vectors(pool, batching, [*texts, *texts[:5]])
        again = await ensure_vectors(pool, batching, texts)
        await batching.close()

    assert 1 <= counting.seen <= 450
    for text in texts:
        assert np.array_equal(found[text], HashingEncoder().encode([text])[0])
        assert np.array_equal(again[text], found[text])
