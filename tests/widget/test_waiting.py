"""A customer who waits for a person."""

import re

import pytest
from playwright.async_api import expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.browser.tab import PATIENCE_MS

pytestmark = pytest.mark.browser


async def test_a_customer_who_does_not_want_to_wait_is_written_to_later(gateway: Gateway, chat: Chat) -> None:
    page = chat.tab.page
    later = page.get_by_role("button", name="Write to me later")
    await expect(later).to_be_hidden()
    await page.get_by_role("button", name="Talk to a person").click()
    await later.click()
    await expect(chat.input).to_be_focused()
    await expect(chat.log).to_contain_text("Which e-mail address may we write to?", timeout=PATIENCE_MS)
    await expect(chat.panel).to_contain_text("Your request is recorded")
    await chat.say("emma at example")
    await chat.say("emma@example")
    await expect(chat.log).to_contain_text("does not look like an e-mail address", timeout=PATIENCE_MS)
    await chat.say("emma@example.com")
    await expect(chat.log).to_contain_text("We'll write to e•••@example.com", timeout=PATIENCE_MS)
    await expect(chat.panel).to_contain_text("Digital assistant")
    await expect(later).to_be_hidden()
    assert await gateway.sql("SELECT email FROM handoffs WHERE email IS NOT NULL") == [("emma@example.com",)]
    await chat.ask("and now?", "re: and now")
    assert chat.tab.complaints == []


async def test_the_ways_out_of_the_line_fit_on_a_small_screen(chat: Chat) -> None:
    await chat.tab.page.set_viewport_size({"width": 320, "height": 640})
    await chat.tab.page.get_by_role("button", name="Talk to a person").click()
    for name in ("Go on with the assistant", "Write to me later"):
        button = chat.tab.page.get_by_role("button", name=re.compile(name))
        await expect(button).to_be_visible(timeout=PATIENCE_MS)
        box = await button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
        assert box["height"] >= 44
    assert await chat.tab.violations() == []
