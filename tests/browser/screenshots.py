"""Takes the README's pictures anew, from the running product: `python -m tests.browser.screenshots`."""

import asyncio
import os
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
            asyncio.run(take(stack.url("api"), stack.environment["AFTERCARE_DEMO_PASSWORD"]))


if __name__ == "__main__":
    main()
