"""What customers ask in vain, a curator mends with one click, or with a few keys."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import NewChat, NewTab
from tests.browser.keys import Keys
from tests.browser.tab import PATIENCE_MS
from tests.browser.test_studio import published

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

ASKED = "do you rent out bagpipes"
MEANT = "Do you repair clothes and shoes?"


async def test_what_was_asked_in_vain_becomes_a_phrasing_and_is_answered_from_then_on(
    new_chat: NewChat, new_tab: NewTab, password: str
) -> None:
    chat, cleo = await new_chat(), await new_tab()
    await chat.open()
    await chat.ask(f"{ASKED}? I am emma@example.com", "colleague|other words|differently")
    await cleo.log_in("cleo", password)
    await cleo.open("/faq/unanswered")
    gap = cleo.page.get_by_role("listitem").filter(has=cleo.page.get_by_role("heading", name=ASKED))
    await expect(gap).to_contain_text("[e-mail]")
    keys = Keys(cleo.page)
    await gap.get_by_role("link", name="Conversation of").first.focus()
    await keys.press(gap.get_by_role("link", name="Conversation of").first)
    await expect(cleo.page.get_by_role("main")).to_contain_text(ASKED)
    await expect(cleo.page.get_by_role("main")).not_to_contain_text("emma@example.com")
    await cleo.page.go_back()
    assert await cleo.violations() == []
    await gap.get_by_label("Phrasing").focus()
    await keys.write(gap.get_by_label("Phrasing"), ASKED)
    await keys.choose(gap.get_by_label("of the entry"), MEANT, "repair-service")
    await keys.press(gap.get_by_role("button", name="Add phrasing"))
    await keys.link("Look at it and publish it")
    try:
        await keys.submit("Save and publish")
        await expect(cleo.page.get_by_text("Live. Customers get")).to_be_visible(timeout=PATIENCE_MS)
        await chat.ask(ASKED, "From our FAQ")
        await chat.log.get_by_role("button", name="Yes, it helped").click()
        await expect(chat.log).to_contain_text("Thank you for telling us", timeout=PATIENCE_MS)
        await cleo.page.reload()
        await expect(cleo.page.get_by_role("region", name="How it does")).to_contain_text("Helped")
        await cleo.open("/faq/unanswered")
        await expect(gap).to_have_count(0)
    finally:
        await taken_back(cleo.page)
        await published(cleo)


async def taken_back(page: Page) -> None:
    """The entry as it was."""
    await page.goto(f"{page.url.split('/faq')[0]}/faq/entries/repair-service")
    phrasings = page.get_by_label("Phrasings", exact=True)
    await phrasings.fill((await phrasings.input_value()).replace(ASKED, ""))
