"""The pages in a real Chromium: accessible in light and dark, live without reloads, usable without JavaScript."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from api.staff.models import Role
from tests.api_staff.site import PASSWORD, Customer, Site
from tests.api_staff.test_desk import identified
from tests.api_staff.test_operator_pages import dead_letter
from tests.browser.tab import Tab, tab

pytestmark = pytest.mark.browser


async def look(opened: Tab, name: str) -> None:
    """Keep a picture where AFTERCARE_SCREENSHOTS names a folder."""
    if folder := os.environ.get("AFTERCARE_SCREENSHOTS"):
        await opened.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def waiting_customer(customer: Customer) -> None:
    await identified(customer)
    await customer.say("My parcel arrived open and one shirt is missing.")
    await customer.ask_for_a_person()
    await customer.say("Order JL-100234, it was meant for Saturday")


async def agree_by_today(ada: Tab) -> None:
    await ada.page.get_by_text("Agree on something", exact=True).click()
    await ada.page.get_by_label("We agreed:").fill("the missing shirt is on its way to you")
    await ada.page.get_by_label("by", exact=True).fill(datetime.now(UTC).date().isoformat())
    await ada.page.get_by_role("button", name="Agree and tell the customer").click()
    await expect(ada.page.get_by_role("log")).to_contain_text("We agreed: the missing shirt is on its way to you, by")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 380)])
async def test_no_page_has_an_accessibility_violation(
    site: Site, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR, Role.CURATOR, Role.OPERATOR], PASSWORD)
    await dead_letter(site, "emma@example.com")
    await dead_letter(site, f"{'long' * 15}@example.com")
    found: dict[str, list[str]] = {}
    async with tab(browser, site.url, scheme=scheme, width=width) as ada, site.customer() as customer:

        async def check(name: str) -> None:
            await look(ada, f"{name}-{scheme}-{width}")
            found[name] = await ada.violations()

        await ada.open("/login")
        await check("login")
        await ada.log_in("ada", PASSWORD)
        await check("desk-empty")
        await waiting_customer(customer)
        await ada.page.get_by_role("button", name="Take the conversation").wait_for()
        await check("desk")
        await ada.page.get_by_role("button", name="Take the conversation").click()
        await ada.page.get_by_label("Your reply").fill("I am sorry about that, Emma. I am looking into it.")
        await ada.page.get_by_role("button", name="Send").click()
        await ada.page.get_by_text("I am looking into it.").wait_for()
        await check("conversation")
        await agree_by_today(ada)
        await check("agreed")
        await ada.open("/desk")
        await expect(ada.page.get_by_role("heading", name="Promised for today or before")).to_be_visible()
        await check("desk-due")
        for name, path in [
            ("faq", "/faq"),
            ("entry", "/faq/entries/return-window"),
            ("new", "/faq/new"),
            ("try", "/faq/try?q=how+long+can+i+return"),
            ("missing", "/faq/entries/nothing"),
            ("account", "/account"),
            ("advisors", "/advisors"),
            ("outbox", "/outbox"),
        ]:
            await ada.open(path)
            await check(name)
        assert {name: violations for name, violations in found.items() if violations} == {}
        wide = await ada.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
    assert [line for line in ada.complaints if "404" not in line] == []


async def test_a_talk_between_customer_and_advisor_is_live_and_keeps_what_is_being_written(
    site: Site, browser: Browser
) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with tab(browser, site.url) as ada, site.customer() as customer:
        await ada.log_in("ada", PASSWORD)
        await waiting_customer(customer)
        await ada.page.get_by_role("button", name="Take the conversation").click()
        reply = ada.page.get_by_label("Your reply")
        await reply.fill("I am half-way through")
        await customer.say("one more thing")
        await expect(ada.page.get_by_role("log")).to_contain_text("one more thing")
        await expect(reply).to_have_value("I am half-way through")
        await expect(reply).to_be_focused()
        await reply.press("Shift+Enter")
        await reply.press_sequentially("done")
        await reply.press("Enter")
        await expect(ada.page.get_by_role("log")).to_contain_text("I am half-way through")
        await expect(reply).to_have_value("")
        said = [event for event in await customer.events() if event["author"] == "advisor"]
        assert [event["text"] for event in said] == ["I am half-way through\ndone"]
        await ada.page.get_by_role("button", name="Hand back").click()
        await expect(ada.page.get_by_text("back with the assistant")).to_be_visible()
    assert ada.complaints == []


async def test_a_reply_that_could_not_be_sent_stays_in_the_field_and_says_why(site: Site, browser: Browser) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with tab(browser, site.url) as ada, site.customer() as customer:
        await ada.log_in("ada", PASSWORD)
        await waiting_customer(customer)
        await ada.page.get_by_role("button", name="Take the conversation").click()
        reply = ada.page.get_by_label("Your reply")
        await reply.fill("Will this arrive?")
        await ada.page.context.set_offline(True)
        await reply.press("Enter")
        await expect(ada.page.get_by_text("Not sent.")).to_be_visible()
        await expect(reply).to_have_value("Will this arrive?")
        await ada.page.context.set_offline(False)
        await reply.press("Enter")
        await expect(ada.page.get_by_role("log")).to_contain_text("Will this arrive?")


async def test_the_board_renews_itself_without_taking_the_focus(site: Site, browser: Browser) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with tab(browser, site.url) as ada, site.customer() as first, site.customer() as second:
        await first.ask_for_a_person()
        await ada.log_in("ada", PASSWORD)
        button = ada.page.get_by_role("button", name="Take the conversation")
        await button.focus()
        await second.ask_for_a_person()
        await expect(button).to_have_count(2)
        await expect(button.first).to_be_focused()


async def test_everything_works_without_javascript(site: Site, browser: Browser) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR, Role.CURATOR], PASSWORD)
    async with tab(browser, site.url, java_script_enabled=False) as ada, site.customer() as customer:
        await ada.log_in("ada", PASSWORD)
        await waiting_customer(customer)
        await ada.open("/desk")
        await ada.page.get_by_role("button", name="Take the conversation").click()
        await ada.page.get_by_label("Your reply").fill("Hello Emma")
        await ada.page.get_by_role("button", name="Send").click()
        await expect(ada.page.get_by_role("log")).to_contain_text("Hello Emma")
        await ada.page.get_by_role("button", name="Close as resolved").click()
        await expect(ada.page.get_by_text("The conversation is closed.")).to_be_visible()
        await ada.open("/faq/try")
        await ada.page.get_by_label("A question in a customer's words").fill("how long can i return")
        await ada.page.get_by_role("button", name="What would it say?").click()
        await expect(ada.page.get_by_text("You have 30 days.")).to_be_visible()
