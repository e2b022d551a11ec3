"""A curator's way through the studio, to what customers read and back."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

EDITED = "We wrap presents in **recycled paper** with a sprig of juniper for {gift_wrap_fee}."
LIVE = "Live. Customers get"


async def press(cleo: Tab, name: str) -> None:
    await cleo.page.get_by_role("button", name=name, exact=True).click()


async def write(cleo: Tab, **fields: str) -> None:
    for label, text in fields.items():
        await cleo.page.get_by_label(label.replace("_", " "), exact=True).fill(text)


async def published(cleo: Tab, name: str = "Save and publish") -> None:
    async with cleo.page.expect_navigation(timeout=3 * PATIENCE_MS):  # it asks every phrasing
        await cleo.page.get_by_role("button", name=name, exact=True).click(no_wait_after=True)
    await expect(cleo.page.get_by_text(LIVE)).to_be_visible(timeout=PATIENCE_MS)


async def test_an_edited_answer_is_what_the_widget_says_next_until_it_is_rolled_back(
    new_chat: NewChat, cleo: Tab
) -> None:
    chat = await new_chat()
    await chat.open()
    await chat.ask("do you wrap gifts?", "€3.50")
    await cleo.open("/faq/entries/gift-wrap")
    await write(cleo, Answer=EDITED)
    await expect(cleo.page.locator("#preview strong")).to_have_text("recycled paper")
    await published(cleo)
    await chat.ask("do you wrap gifts?", "sprig of juniper for €3.50")
    await expect(chat.said_by("bot").last.locator("strong")).to_have_text("recycled paper")
    versions = cleo.page.get_by_role("region", name="Versions")
    await versions.get_by_text("Version 1", exact=False).last.click()
    await press(cleo, "Put version 1 live")
    await expect(cleo.page.get_by_text(LIVE)).to_be_visible(timeout=PATIENCE_MS)
    await chat.ask("do you wrap gifts?", "€3.50")
    await expect(chat.said_by("bot").last.locator("strong")).to_have_count(0)


async def test_an_answers_buttons_start_a_skill_and_lead_on_to_related_entries(new_chat: NewChat, cleo: Tab) -> None:
    await cleo.open("/faq/entries/gift-wrap")
    await cleo.page.get_by_label("Button starts").select_option("return_start")
    await write(cleo, Button_says="Start a return", Related_entries="gift-card-buy")
    await published(cleo)
    chat = await new_chat("emma")
    await chat.open()
    await chat.ask("do you wrap gifts?", "€3.50")
    await chat.replies.filter(has_text="Can I buy a gift card?").click()
    await chat.answered("gift card", since=2)
    await chat.ask("do you wrap gifts?", "€3.50")
    await chat.replies.filter(has_text="Start a return").click()
    await chat.answered("Which order")


async def test_what_is_for_customers_only_is_never_said_to_a_visitor(new_chat: NewChat, cleo: Tab) -> None:
    await cleo.open("/faq/entries/gift-wrap")
    await cleo.page.get_by_label("Audience").select_option("signed_in")
    await published(cleo)
    visitor, emma = await new_chat(), await new_chat("emma")
    await visitor.open()
    await visitor.ask("do you wrap gifts?", ".")
    assert "€3.50" not in " ".join(await visitor.transcript())
    await emma.open()
    await emma.ask("do you wrap gifts?", "€3.50")
    await cleo.open("/faq/try?q=do+you+wrap+gifts")
    await expect(cleo.page.get_by_text("Not for who asks")).to_be_visible()


PAGES = (
    "/faq",
    "/faq/new",
    "/faq/entries/gift-wrap",
    "/faq/try?q=do+you+wrap+gifts",
    "/faq/goldens",
    "/faq/releases",
    "/faq/check?entry=gift-wrap",
    "/faq/import",
    "/faq/audit",
    "/faq/unanswered",
    "/faq/figures",
)


# 640 by 400 is a window of 1280 by 800 at 200 % zoom.
@pytest.mark.parametrize(("scheme", "width", "height"), [("light", 360, 700), ("dark", 640, 400)])
async def test_every_page_of_the_studio_is_accessible_and_within_its_width(
    new_tab: NewTab, password: str, scheme: Literal["light", "dark"], width: int, height: int
) -> None:
    cleo = await new_tab(scheme=scheme, width=width, height=height)
    await cleo.log_in("cleo", password)
    found = {}
    for path in PAGES:
        await cleo.open(path)
        await cleo.page.wait_for_load_state("networkidle")
        wider = await cleo.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[path] = (await cleo.violations(), max(0, wider))
    assert found == dict.fromkeys(PAGES, ([], 0))
