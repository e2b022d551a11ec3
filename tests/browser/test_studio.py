"""A curator's way through the studio, to what customers read and back."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

EDITED = "We wrap presents in **recycled paper** with a sprig of juniper for {gift_wrap_fee}."
LIVE = "Live. Customers get"


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


async def press(cleo: Tab, name: str) -> None:
    await cleo.page.get_by_role("button", name=name, exact=True).click()


async def write(cleo: Tab, **fields: str) -> None:
    for label, text in fields.items():
        await cleo.page.get_by_label(label.replace("_", " "), exact=True).fill(text)


async def published(cleo: Tab, name: str = "Save and publish") -> None:
    await press(cleo, name)
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


async def test_an_entry_is_written_collides_is_held_back_by_the_gate_mended_and_published(
    new_chat: NewChat, cleo: Tab
) -> None:
    await cleo.open("/faq/goldens")
    await cleo.page.get_by_label("Question, as a customer asked it").fill("is it possible to have my present wrapped")
    await cleo.page.get_by_label("Entry that must answer").select_option("gift-wrap")
    await press(cleo, "Add")
    golden = cleo.page.get_by_role("listitem").filter(has_text="is it possible to have my present wrapped")
    await expect(golden).to_contain_text("fits")

    await cleo.open("/faq/new")
    stolen = ["is it possible to have my present wrapped", "have my present wrapped", "my present wrapped please"]
    await write(cleo, Question="Do you fold paper cranes?", Answer="Yes, a crane with every order.", Name="cranes")
    await write(cleo, Phrasings="\n".join([*stolen, "can you wrap a gift for me"]))
    await expect(cleo.page.locator(".hints")).to_contain_text("gift-wrap", timeout=PATIENCE_MS)
    await press(cleo, "Save and publish")
    await expect(cleo.page.get_by_role("alert")).to_contain_text("Held back", timeout=PATIENCE_MS)
    await expect(cleo.page.get_by_role("alert")).to_contain_text("is it possible to have my present wrapped")

    cleo.complaints.clear()  # the browser itself notes the 409
    await cleo.page.get_by_role("link", name="Back to the entry").click()
    await write(cleo, Phrasings="origami cranes\nfolded paper birds\ndo you make paper cranes")
    await published(cleo)
    chat = await new_chat()
    await chat.open()
    await chat.ask("do you make origami paper cranes?", "a crane with every order")
    await cleo.open("/faq/goldens")
    await golden.get_by_role("button", name="Remove").click()
    await expect(golden).to_have_count(0)


async def test_a_table_with_a_mistake_is_refused_by_line_and_comes_in_as_drafts_once_it_is_mended(cleo: Tab) -> None:
    await cleo.open("/faq/import")
    table = "question,answer\nDo you sell kites?,Not yet.\nDo you sell boats?\n"
    file = {"name": "kites.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await cleo.page.get_by_label("File").set_input_files(file)  # type: ignore[arg-type]
    await press(cleo, "See what it would do")
    await expect(cleo.page.get_by_role("alert")).to_contain_text("Line 3")
    cleo.complaints.clear()  # the browser itself notes the 422
    await cleo.page.get_by_label("Or its text").fill(table.replace("boats?", "boats?,Never."))
    await press(cleo, "See what it would do")
    await expect(cleo.page.get_by_text("2 new, 0 changed")).to_be_visible()
    await press(cleo, "Import as drafts")
    await cleo.page.get_by_role("link", name="See what publishing them would change").click()
    await expect(cleo.page.get_by_role("button", name="Publish them")).to_be_visible(timeout=PATIENCE_MS)
    for entry in ("do-you-sell-kites", "do-you-sell-boats"):
        await cleo.open(f"/faq/entries/{entry}")
        await press(cleo, "Archive")
        await expect(cleo.page.get_by_text("The entry is in the archive.")).to_be_visible()


async def test_the_console_says_for_whom_an_entry_is_and_works_by_keyboard(cleo: Tab) -> None:
    await cleo.open("/faq/try")
    await cleo.page.get_by_label("A question in a customer's words").focus()
    await cleo.page.keyboard.type("how long does shipping to France take")
    await cleo.page.keyboard.press("Enter")
    await expect(cleo.page.get_by_text("Nearest phrasings").first).to_be_visible(timeout=PATIENCE_MS)
    await expect(cleo.page.locator("#trial")).to_contain_text("The first entry has")
    await expect(cleo.page.locator("#trial")).to_contain_text("How long does shipping to France take?")


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
