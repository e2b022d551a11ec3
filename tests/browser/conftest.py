from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from ops.stack import Stack
from tests.browser.chat import Chat
from tests.browser.tab import PATIENCE_MS, Tab, chromium, tab

NewTab = Callable[..., Awaitable[Tab]]
NewChat = Callable[..., Awaitable[Chat]]


@pytest.fixture(scope="session", autouse=True)
def nobody_waits(stack: Stack) -> None:
    """Of the tests before, for a person: advisors take who is first in line."""
    with psycopg.connect(stack.settings.database_url, options="-c search_path=api", autocommit=True) as connection:
        connection.execute("DELETE FROM conversations WHERE state <> 'bot'")


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture
async def new_tab(stack: Stack, browser: Browser) -> AsyncIterator[NewTab]:
    """Tabs that must have made no complaint and asked no other origin when the test is over."""
    tabs: list[Tab] = []
    async with AsyncExitStack() as opened:

        async def open_tab(**options: Any) -> Tab:
            tabs.append(await opened.enter_async_context(tab(browser, stack.url("api"), **options)))
            return tabs[-1]

        yield open_tab
        assert [complaint for each in tabs for complaint in each.complaints] == []
        assert [address for each in tabs for address in each.strangers] == []


@pytest_asyncio.fixture
async def new_chat(new_tab: NewTab) -> NewChat:
    async def visit(customer: str = "", *, lang: str = "", **options: Any) -> Chat:
        chat = Chat(await new_tab(**options), lang.split("-", maxsplit=1)[0] or "en")
        await chat.visit(customer, lang=lang)
        return chat

    return visit


@pytest_asyncio.fixture
async def cleo(new_tab: NewTab, password: str) -> AsyncIterator[Tab]:
    """A curator, after whom the FAQ is as it was: every release of the test is gone back from."""
    cleo = await new_tab()
    await cleo.log_in("cleo", password)
    answer = await cleo.page.request.get(f"{cleo.url}/v1/faq/releases?limit=1")
    first = (await answer.json())["releases"][0]["id"]
    yield cleo
    await cleo.open("/faq/releases")
    back = cleo.page.get_by_role("button", name=f"Go back to release {first}", exact=True)
    if await back.count():
        await back.click()
        await expect(cleo.page.get_by_text("Customers get what was live then.")).to_be_visible()


@pytest.fixture
def password(stack: Stack) -> str:
    """Of the demo logins."""
    return stack.environment["AFTERCARE_DEMO_PASSWORD"]
