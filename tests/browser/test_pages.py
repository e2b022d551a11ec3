"""Every page: accessible, within its width, and quiet (the fixture `new_tab` sees to that)."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

# 640 by 400 is a window of 1280 by 800 at 200 % zoom.
WINDOWS = [("light", 1280, 800), ("dark", 1280, 800), ("light", 320, 640), ("dark", 640, 400)]


async def overflow(tab: Tab) -> int:
    """Pixels that the page is wider than its window."""
    wider: int = await tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, wider)


@pytest.mark.parametrize(("scheme", "width", "height"), WINDOWS)
async def test_the_shop_and_the_widget_are_accessible(
    new_chat: NewChat, scheme: Literal["light", "dark"], width: int, height: int
) -> None:
    chat = await new_chat("noah", scheme=scheme, width=width, height=height)
    found = {"closed": await chat.tab.violations()}
    await chat.open()
    found["open"] = await chat.tab.violations()
    await chat.ask("where is my return RT-200012?", "RT-200012")
    await chat.ask("can I send back a sale item?", "sale")
    found["talking"] = await chat.tab.violations()
    await chat.tab.page.get_by_role("button", name="Talk to a person").click()
    await expect(chat.tab.page.get_by_role("button", name="Go on with the assistant")).to_be_visible()
    found["waiting"] = await chat.tab.violations()
    assert found == {name: [] for name in found}
    assert await overflow(chat.tab) == 0
    await chat.tab.page.get_by_role("button", name="Go on with the assistant").click()
    await expect(chat.panel).to_contain_text("Digital assistant", timeout=PATIENCE_MS)


async def test_every_control_of_the_widget_can_be_hit(new_chat: NewChat) -> None:
    chat = await new_chat("liam", width=320, height=640)
    await chat.open()
    await chat.ask("I want to return something", "Which order")
    await expect(chat.replies.first).to_be_visible()
    for control in await chat.panel.locator("button:visible, textarea").all():
        box = await control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


async def test_the_staff_pages_are_accessible(new_chat: NewChat, new_tab: NewTab, password: str) -> None:
    ada, cleo = await new_tab(), await new_tab()
    await ada.open("/login")
    found = {"login": await ada.violations()}
    await ada.log_in("ada", password)
    await ada.open("/desk")
    found["desk"] = await ada.violations()
    await waiting(await new_chat("aoife"))
    await ada.page.get_by_role("button", name="Take the conversation with Aoife").click()
    await expect(ada.page.get_by_role("heading", name="Aoife Kelly")).to_be_visible()
    found["conversation"] = await ada.violations()
    await ada.page.get_by_role("button", name="Close as resolved").click()
    await cleo.log_in("cleo", password)
    for name, path in {"faq": "/faq", "entry": "/faq/entries/return-window", "new": "/faq/new"}.items():
        await cleo.open(path)
        found[name] = await cleo.violations()
    assert found == {name: [] for name in found}


async def waiting(chat: Chat) -> None:
    await chat.open()
    await chat.tab.page.get_by_role("button", name="Talk to a person").click()
    await expect(chat.panel).to_contain_text("Waiting for a colleague", timeout=PATIENCE_MS)
