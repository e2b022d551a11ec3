"""A curator's journeys without a mouse, on a screen of 360 pixels: each page on the way is accessible and fits."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import NewChat
from tests.browser.keys import Keys
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

GOLDEN = "is it possible to have my present wrapped"
STOLEN = f"{GOLDEN}\nhave my present wrapped\nmy present wrapped please\ncan you wrap a gift for me"
TABLE = "question,answer,golden,expected\nDo you sell kites?,Not yet.,,\nDo you sell boats?\n,,any kites here,{}\n"
GATE_PATIENCE_MS = 3 * PATIENCE_MS  # it asks every phrasing


@pytest.fixture
def keys(cleo: Tab) -> Keys:
    return Keys(cleo.page)


async def fits(cleo: Tab) -> None:
    wider = await cleo.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (await cleo.violations(), max(0, wider)) == ([], 0)


async def live(cleo: Tab) -> None:
    await expect(cleo.page.get_by_text("Live. Customers get")).to_be_visible(timeout=GATE_PATIENCE_MS)


async def test_an_entry_is_written_collides_is_held_back_is_mended_goes_live_and_is_rolled_back(
    new_chat: NewChat, cleo: Tab, keys: Keys
) -> None:
    await cleo.page.set_viewport_size({"width": 360, "height": 700})
    await keys.link("FAQ")
    await keys.link("Golden questions")
    await keys.field("Question, as a customer asked it", GOLDEN)
    await keys.choose(cleo.page.get_by_label("Entry that must answer"), "gift-wrap", "gift-wrap")
    await keys.submit("Add")
    await expect(cleo.page.get_by_role("listitem").filter(has_text=GOLDEN)).to_contain_text("fits")

    await keys.link("Entries")
    await keys.link("New entry")
    await keys.field("Question", "Do you fold paper cranes?")
    await keys.field("Phrasings", STOLEN)
    await keys.field("Answer", "Yes, a **crane** with every order.")
    await expect(cleo.page.locator(".hints").first).to_contain_text("gift-wrap", timeout=GATE_PATIENCE_MS)
    await expect(cleo.page.locator("#preview strong")).to_have_text("crane", timeout=PATIENCE_MS)
    await fits(cleo)
    await keys.field("Name", "cranes")
    await keys.submit("Save and publish")
    await expect(cleo.page.get_by_role("alert")).to_contain_text("Held back", timeout=GATE_PATIENCE_MS)
    await expect(cleo.page.get_by_role("alert")).to_contain_text(GOLDEN)
    cleo.complaints.clear()  # the browser itself notes the 409
    await fits(cleo)

    await keys.link("Back to the entry")
    await keys.field("Phrasings", "origami cranes\nfolded paper birds\ndo you make paper cranes")
    await keys.submit("Save and publish")
    await live(cleo)
    chat = await new_chat()
    await chat.open()
    await chat.ask("do you make origami paper cranes?", "a crane with every order")

    await keys.field("Answer", "No more cranes, sorry.")
    await keys.submit("Save and publish")
    await live(cleo)
    await chat.ask("do you make origami paper cranes?", "No more cranes")
    await keys.press(cleo.page.get_by_role("region", name="Versions").locator("summary").nth(1))
    await keys.submit("Put version 2 live")
    await live(cleo)
    await chat.ask("do you make origami paper cranes?", "a crane with every order")
    await keys.link("Golden questions")
    await keys.submit(f"Remove “{GOLDEN}”")
    await expect(cleo.page.get_by_text(GOLDEN)).to_have_count(0)


async def test_a_table_with_a_mistake_is_refused_by_line_and_comes_in_once_it_is_mended(cleo: Tab, keys: Keys) -> None:
    await cleo.page.set_viewport_size({"width": 360, "height": 700})
    await keys.link("FAQ")
    await keys.link("Import and export")
    await keys.field("Or its text", TABLE.format("nowhere"))
    await keys.submit("See what it would do")
    alert = cleo.page.get_by_role("alert")
    await expect(alert).to_contain_text("Line 3")
    await expect(alert).to_contain_text("Line 4 expected: names nowhere, which is no entry")
    cleo.complaints.clear()  # the browser itself notes the 422
    await fits(cleo)
    mended = TABLE.format("do-you-sell-kites").replace("boats?", "boats?,Never.,,")
    await keys.field("Or its text", mended)
    await keys.submit("See what it would do")
    await expect(cleo.page.get_by_text("Entries: 2 new, 0 changed")).to_be_visible()
    await expect(cleo.page.get_by_text("Golden questions: 1 new, 0 changed")).to_be_visible()
    await keys.submit("Import as drafts")
    await keys.link("See what publishing them would change")
    await expect(cleo.page.get_by_role("button", name="Publish them")).to_be_visible(timeout=PATIENCE_MS)
    await fits(cleo)

    await keys.link("Golden questions")
    await expect(cleo.page).to_have_url(f"{cleo.url}/faq/goldens")
    await keys.submit("Remove “any kites here”")
    for entry in ("do-you-sell-kites", "do-you-sell-boats"):
        await cleo.open(f"/faq/entries/{entry}")
        await cleo.page.get_by_role("button", name="Archive").click()
        await expect(cleo.page.get_by_text("The entry is in the archive.")).to_be_visible()
