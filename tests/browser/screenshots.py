"""Takes the documents' pictures anew, from the running product: `python -m tests.browser.screenshots [studio]`."""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from playwright.async_api import expect

from ops.ports import free_ports
from ops.settings import ROOT, LauncherSettings
from ops.stack import Stack
from tests.browser.chat import Chat
from tests.browser.tab import PATIENCE_MS, Tab, chromium, tab

IMAGES = ROOT / "docs" / "images"


async def take(url: str, password: str) -> None:
    async with chromium() as browser, tab(browser, url) as shop, tab(browser, url, height=960) as desk:
        await desk.log_in("ada", password)
        chat = Chat(shop)
        await chat.visit("liam")
        await chat.open()
        await chat.ask("Can I send back a sale item?", "sale|reduced")
        await chat.ask("I'd like to return my canvas sneakers, they are too small", "What would you like")
        await chat.ask("A refund, please", "send it back")
        await chat.ask("I'll bring them to the shop", "Is that right")
        await chat.ask("Yes please", r"Your return RT-\d+ is registered")
        await shop.page.screenshot(path=IMAGES / "widget.png")
        await talk(chat, desk)


async def talk(chat: Chat, desk: Tab) -> None:
    await chat.tab.page.get_by_role("button", name="Talk to a person").click()
    await expect(chat.panel).to_contain_text("Waiting for a colleague", timeout=PATIENCE_MS)
    await desk.page.get_by_role("button", name="Take the conversation with Liam").click()
    reply = desk.page.get_by_label("Your reply")
    await reply.fill("Hello Liam, Ada here. What would you like to know?")
    await desk.page.get_by_role("button", name="Send").click()
    await expect(chat.said_by("advisor")).to_have_count(1, timeout=PATIENCE_MS)
    await chat.say("It's for my sister. Can she change it in your shop in Cork?")
    await expect(desk.page.get_by_role("log")).to_contain_text("in Cork", timeout=PATIENCE_MS)
    await reply.fill("Yes, with the gift note she can.")
    await desk.page.evaluate("scrollTo(0, 0)")
    await desk.page.screenshot(path=IMAGES / "desk.png")


async def take_studio(url: str, password: str) -> None:
    """A curator's first entry, as docs/how-to/curate.md tells it."""
    wrapped = "is it possible to have my present wrapped"
    async with chromium() as browser, tab(browser, url) as shop, tab(browser, url, height=900) as cleo:
        await ask_in_vain(Chat(shop))
        await cleo.log_in("cleo", password)
        await cleo.open("/faq/unanswered")
        await cleo.page.screenshot(path=IMAGES / "studio-unanswered.png")
        await take_import(cleo)
        await cleo.open("/faq/try?q=do+you+wrap+gifts")
        await cleo.page.screenshot(path=IMAGES / "studio-try.png")
        await cleo.open("/faq/goldens")
        await cleo.page.get_by_label("Question, as a customer asked it").fill(wrapped)
        await cleo.page.get_by_label("Entry that must answer").select_option("gift-wrap")
        await cleo.page.get_by_role("button", name="Add", exact=True).click()
        await cleo.open("/faq/new")
        await cleo.page.get_by_label("Question", exact=True).fill("Do you wrap presents for free at Christmas?")
        answer = "Yes. From **1 November** on wrapping costs nothing:\n\n- tick *This is a gift*\n- write a card"
        await cleo.page.get_by_label("Answer", exact=True).fill(answer)
        phrasings = f"free christmas wrapping\n{wrapped}\nhave my present wrapped\ncan you wrap a gift for me"
        await cleo.page.get_by_label("Phrasings", exact=True).fill(phrasings)
        await expect(cleo.page.locator(".hints details").first).to_be_visible(timeout=PATIENCE_MS)
        await expect(cleo.page.locator("#preview strong")).to_be_visible(timeout=PATIENCE_MS)
        await expect(cleo.page.get_by_text("Customers asked this in vain")).to_be_visible(timeout=PATIENCE_MS)
        await cleo.page.set_viewport_size({"width": 1280, "height": 1440})
        await cleo.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        await cleo.page.screenshot(path=IMAGES / "studio-entry.png")
        await cleo.page.set_viewport_size({"width": 1280, "height": 900})
        await cleo.page.get_by_role("button", name="Save and publish").click()
        await expect(cleo.page.get_by_role("heading", name="What publishing would change")).to_be_visible()
        await cleo.page.screenshot(path=IMAGES / "studio-gate.png")


async def ask_in_vain(chat: Chat) -> None:
    await chat.visit()
    await chat.open()
    await chat.ask("is wrapping free at christmas", "wrapping")
    await chat.log.get_by_role("button", name="No, it did not help").last.click()
    await chat.ask("do you rent out party tents", "colleague|other words|differently")


async def take_import(cleo: Tab) -> None:
    """A table with mistakes."""
    await cleo.open("/faq/import")
    rows = ["question,answer,golden,expected", "Do you sell kites?,Not yet.,,", "Do you sell boats?"]
    await cleo.page.get_by_label("Or its text").fill("\n".join([*rows, ",,wrapped as a present,gift-wrapping"]))
    await cleo.page.get_by_role("button", name="See what it would do").click()
    await expect(cleo.page.get_by_role("alert")).to_be_visible()
    await cleo.page.screenshot(path=IMAGES / "studio-import.png")


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aftercare-pictures-") as folder:
        data = Path(folder)
        (data / "models").symlink_to(ROOT / ".data" / "models")
        api, faq, actions, rasa, sandbox = free_ports(5)
        settings = LauncherSettings(
            data=data,
            database_url="",
            api_port=api,
            faq_port=faq,
            actions_port=actions,
            rasa_port=rasa,
            sandbox_port=sandbox,
        )
        os.environ["AFTERCARE_TIMEZONE"] = "Europe/Dublin"
        with Stack(settings) as stack:
            where = (stack.url("api"), stack.environment["AFTERCARE_DEMO_PASSWORD"])
            if sys.argv[1:] != ["studio"]:
                asyncio.run(take(*where))
            asyncio.run(take_studio(*where))


if __name__ == "__main__":
    main()
