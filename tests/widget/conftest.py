"""The widget against a real gateway, with an assistant that says what the test wants."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import jwt
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser

from tests.api.conftest import (  # noqa: F401 - fixtures
    CUSTOMER_SECRET,
    Gateway,
    Start,
    api_database,
    quiet_logs,
    rasa,
    rasa_url,
    settings,
    start_gateway,
)
from tests.browser.chat import Chat
from tests.browser.conftest import browser  # noqa: F401 - fixture
from tests.browser.tab import tab
from tests.fakes.server import served

NewChat = Callable[..., Awaitable[Chat]]


def customer_token(customer: str, *, expires_in: int = 3600) -> str:
    now = int(time.time())
    claims = {"sub": f"cus_{customer}", "aud": "aftercare", "exp": now + expires_in}
    return jwt.encode(claims, CUSTOMER_SECRET, algorithm="HS256")


def sample_shop() -> FastAPI:
    """The sample shop's login: anybody who is asked for."""
    app = FastAPI()

    @app.get("/shop/customers")
    async def customers() -> dict[str, Any]:
        names = [("emma", "Emma Byrne"), ("liam", "Liam Walsh")]
        return {"items": [{"reference": ref, "name": name, "interest": "", "orders": []} for ref, name in names]}

    @app.post("/shop/token")
    async def token(body: dict[str, str]) -> dict[str, str]:
        return {"customer_token": customer_token(body["customer"]), "expires_at": "2030-01-01T00:00:00Z"}

    return app


@pytest.fixture
def limits() -> dict[str, Any]:
    """Settings of the gateway that a test changes."""
    return {}


@pytest_asyncio.fixture
async def gateway(start_gateway: Start, limits: dict[str, Any]) -> AsyncIterator[Gateway]:  # noqa: F811 - the fixture
    async with served(sample_shop()) as shop, start_gateway(sandbox=True, commerce_url=shop, **limits) as gateway:
        yield gateway


@pytest_asyncio.fixture
async def new_chat(gateway: Gateway, browser: Browser) -> AsyncIterator[NewChat]:  # noqa: F811 - the fixture
    async with AsyncExitStack() as opened:

        async def visit(customer: str = "", *, lang: str = "", **options: Any) -> Chat:
            opened_tab = await opened.enter_async_context(tab(browser, gateway.url, **options))
            chat = Chat(opened_tab, lang.split("-", maxsplit=1)[0] or "en")
            await chat.visit(customer, lang=lang)
            await chat.open()
            return chat

        yield visit


@pytest_asyncio.fixture
async def chat(new_chat: NewChat) -> Chat:
    return await new_chat()
