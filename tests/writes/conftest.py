from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.writes.world import World, running_world


@pytest_asyncio.fixture(scope="session")
async def world(
    fresh_database: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    data: Path = tmp_path_factory.mktemp("writes")
    databases = fresh_database("api", "api"), fresh_database("backends/sandbox", "shop")
    async with running_world(*databases, data) as world:
        yield world
