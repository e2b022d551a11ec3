"""A process that is told to stop does so, whatever it is at."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from api.conversations.hub import Hub
from common.database import Pool, create_pool

MOMENTS = range(6)  # passes of the event loop between the end of a wait and the cancellation


@pytest_asyncio.fixture
async def pool(api_database: str) -> AsyncIterator[Pool]:
    async with create_pool(api_database, schema="api", max_size=1) as pool:
        yield pool


async def assert_ends(task: asyncio.Task[None], moment: int) -> None:
    for _ in range(moment):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait({task}, timeout=10)
    assert task.cancelled()


@pytest.mark.parametrize("moment", MOMENTS)
async def test_work_that_is_cancelled_as_its_connection_comes_ends(pool: Pool, moment: int) -> None:
    async def work() -> None:
        while True:
            async with pool.connection():
                pass

    async with pool.connection():
        task = asyncio.create_task(work())
        await asyncio.sleep(0.01)
    await assert_ends(task, moment)
    async with pool.connection(timeout=10):
        pass  # it was given back


async def test_work_that_is_cancelled_while_it_gives_its_connection_back_has_given_it_back(pool: Pool) -> None:
    done = asyncio.Event()

    async def work() -> None:
        async with pool.connection():
            await done.wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    async with pool._lock:  # another task is at the pool
        done.set()
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait({task}, timeout=10)
        assert task.cancelled()
    async with pool.connection(timeout=10):
        pass


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_reader_that_is_cancelled_as_news_come_ends(api_database: str, moment: int) -> None:
    hub = Hub(api_database)

    async def read() -> None:
        while True:
            await hub.wait("topic", 1, 60)

    task = asyncio.create_task(read())
    await asyncio.sleep(0)
    hub._receive('{"topic": "topic", "origin": "another process", "transient": {"type": "typing"}}')
    await assert_ends(task, moment)
