"""The pages of this domain in Chromium: accessible in light, dark and on a phone, and usable without JavaScript."""

import asyncio
import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from api.staff.models import Role
from tests.api_staff.site import PASSWORD, Site
from tests.browser.keys import Keys
from tests.browser.tab import Tab, tab
from tests.fakes.faq import FakeFaq
from tests.insight.conftest import Talks

pytestmark = pytest.mark.browser


async def look(opened: Tab, name: str) -> None:
    """Keep a picture where AFTERCARE_SCREENSHOTS names a folder."""
    if folder := os.environ.get("AFTERCARE_SCREENSHOTS"):
        await opened.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


async def some_history(talks: Talks, site: Site) -> str:
    """The conversation of a customer who asked in vain."""
    async with site.customer() as emma, site.customer() as liam:
        await talks.ask(emma, "can I bring my dog to the shop on Saturday", "unknown")
        await talks.ask(emma, "may I bring my dog to the shop", "unknown")
        await talks.ask(emma, "do you sell boats", "not_understood")
        await talks.rate(emma, await talks.ask(emma, "return", "answered", answers="return-window"), 1)
        await talks.ask(liam, "pretty paper for a present", "clarified")
        await talks.choose(liam, "gift-wrap")
        await talks.rate(liam, await talks.ask(liam, "return worn shoes", "answered", answers="return-window"), 0)
        for kind, score in (("csat", 4), ("nps", 9), ("ces", 6)):
            path = f"/v1/conversations/{liam.id}/feedback"
            await liam.http.post(path, json={"kind": kind, "score": score}, headers=liam.headers)
        await liam.ask_for_a_person()
        return emma.id


@pytest.mark.parametrize(("scheme", "width"), [("dark", 1280), ("light", 360)])
async def test_every_page_is_accessible_and_fits(
    talks: Talks, site: Site, browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    conversation = await some_history(talks, site)
    await site.staff.add("olga", "Olga", [Role.CURATOR, Role.OPERATOR], PASSWORD)
    found: dict[str, list[str]] = {}
    async with tab(browser, site.url, scheme=scheme, width=width) as olga:
        await olga.log_in("olga", PASSWORD)
        for name, path in {
            "unanswered": "/faq/unanswered",
            "transcript": f"/faq/conversations/{conversation}",
            "statistics": "/faq/entries/return-window/statistics",
            "figures": "/faq/figures",
            "reports": "/reports",
            "no-reports": "/reports?first=2020-01-01&last=2020-01-03",
            "entry": "/faq/entries/return-window",
        }.items():
            await olga.open(path)
            if name == "entry":
                await expect(olga.page.get_by_role("table")).to_be_visible()
            await look(olga, f"insight-{name}-{scheme}-{width}")
            found[name] = await olga.violations()
            wide = await olga.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, name
        assert {name: violations for name, violations in found.items() if violations} == {}
        assert olga.complaints == []


async def test_a_gap_is_settled_with_the_keyboard_and_without_javascript(
    talks: Talks, site: Site, browser: Browser, faq: FakeFaq
) -> None:
    await some_history(talks, site)
    await site.staff.add("cleo", "Cleo", [Role.CURATOR], PASSWORD)
    async with tab(browser, site.url, java_script_enabled=False) as cleo:
        await cleo.log_in("cleo", PASSWORD)
        await cleo.open("/faq")
        await cleo.page.get_by_role("link", name="Unanswered").press("Enter")
        gap = cleo.page.get_by_role("listitem").filter(has=cleo.page.get_by_role("heading", name="bring my dog"))
        await expect(gap).to_contain_text("2 questions")
        await gap.get_by_label("of the entry").select_option("Do you wrap gifts")
        await gap.get_by_label("Phrasing").press("Enter")
        await expect(cleo.page.get_by_role("status")).to_contain_text("Saved as a draft of “Do you wrap gifts”")
        assert faq.versions["gift-wrap"][-1]["phrasings"] == ["may I bring my dog to the shop"]
        await cleo.page.get_by_role("button", name="Add “pretty paper for a present” as a phrasing").press("Enter")
        assert faq.versions["gift-wrap"][-1]["phrasings"][-1] == "pretty paper for a present"
        await cleo.page.get_by_role("link", name="Look at it and publish it").click()
        await expect(cleo.page.get_by_role("heading", name="Do you wrap gifts", level=1)).to_be_visible()


async def test_what_was_asked_in_vain_is_taken_over_while_writing_with_the_keyboard(
    talks: Talks, site: Site, browser: Browser, faq: FakeFaq
) -> None:
    await some_history(talks, site)
    await site.staff.add("vera", "Vera", [Role.CURATOR], PASSWORD)
    asked = "can I bring my dog to the shop on Saturday"
    async with tab(browser, site.url, width=360) as vera:
        await vera.log_in("vera", PASSWORD)
        await vera.open("/faq/unanswered")
        await vera.open("/faq/new")
        keys, phrasings = Keys(vera.page), vera.page.get_by_label("Phrasings", exact=True)
        await keys.field("Question", "Are dogs allowed in the shop")
        await keys.write(phrasings, "can I bring my dog on Saturday")
        missing = vera.page.get_by_role("region", name="Customers asked this in vain")
        await expect(missing).to_contain_text(asked)
        await keys.press(missing.get_by_role("button", name=f"Add “{asked}” to the phrasings"))
        await expect(phrasings).to_have_value(f"can I bring my dog on Saturday\n{asked}")
        await expect(missing.get_by_text(asked)).to_have_count(0)
        await keys.field("Answer", "Yes, on a lead.")
        assert await vera.violations() == []
        await keys.submit("Save as draft")
        assert (vera.complaints, vera.strangers) == ([], [])
    [saved] = [each[-1] for each in faq.versions.values() if each[-1]["answer"] == "Yes, on a lead."]
    assert asked in saved["phrasings"]


async def test_figures_lead_to_an_entry_and_go_out_as_a_file(talks: Talks, site: Site, browser: Browser) -> None:
    await some_history(talks, site)
    await site.staff.add("vera", "Vera", [Role.CURATOR], PASSWORD)
    async with tab(browser, site.url) as vera:
        await vera.log_in("vera", PASSWORD)
        await vera.open("/faq/figures")
        row = vera.page.get_by_role("row").filter(has_text="How long can I return")
        cells = await row.get_by_role("cell").all_inner_texts()
        assert cells[:5] == ["2", "2", "0", "1", "1"]
        async with vera.page.expect_download() as download:
            await vera.page.get_by_role("link", name="Download as CSV").click()
        file = await asyncio.to_thread(Path(await (await download.value).path()).read_text)
        assert "\nreturn-window,How long can I return,1,yes,2,1,1,1," in file.replace("\r", "")
        await row.get_by_role("link", name="How long can I return").click()
        await expect(vera.page.get_by_label("Question", exact=True)).to_have_value("How long can I return")
        assert vera.complaints == []
