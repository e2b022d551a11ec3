"""What a curator publishes is what customers read."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

EDITED = "We wrap presents in recycled paper with a sprig of juniper for {{ gift_wrap_fee }}."


async def test_an_edited_answer_is_what_the_widget_says_next(new_chat: NewChat, new_tab: NewTab, password: str) -> None:
    cleo = await new_tab()
    await cleo.log_in("cleo", password)
    await cleo.open("/faq/entries/gift-wrap")
    answer = cleo.page.get_by_label("Answer")
    original = await answer.input_value()
    chat = await new_chat()
    await chat.open()
    await chat.ask("do you wrap gifts?", "€3.50")
    try:
        await answer.fill(EDITED)
        await published(cleo)
        await chat.ask("do you wrap gifts?", "sprig of juniper for €3.50")
    finally:
        await cleo.page.get_by_label("Answer").fill(original)
        await published(cleo)


async def published(cleo: Tab) -> None:
    await cleo.page.get_by_role("button", name="Save and publish").click()
    await expect(cleo.page.get_by_text("Live. Customers get this answer")).to_be_visible()
