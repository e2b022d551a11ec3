from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from backends.http import CommerceSettings, HttpCommerce, create_commerce
from tests.fakes.broken_shop import BrokenShop

Connect = Callable[..., HttpCommerce]


@pytest.fixture
async def shop() -> AsyncIterator[BrokenShop]:
    async with BrokenShop() as shop:
        yield shop


@pytest.fixture
async def connect(shop: BrokenShop) -> AsyncIterator[Connect]:
    """`connect(**settings)` → a client of the broken shop; tests of its patience say how long it waits."""
    async with AsyncExitStack() as stack:

        def make(**changes: Any) -> HttpCommerce:
            settings: dict[str, Any] = {
                "commerce_url": shop.url,
                "commerce_client_id": "aftercare",
                "commerce_client_secret": "s3cret",
                "commerce_backoff": 0.001,
                "commerce_attempt_timeout": 6,
                "commerce_read_timeout": 8,
                "commerce_write_timeout": 8,
            }
            client = create_commerce(CommerceSettings(**(settings | changes), _env_file=None))  # type: ignore[call-arg]
            stack.push_async_callback(client.aclose)
            return client

        yield make
