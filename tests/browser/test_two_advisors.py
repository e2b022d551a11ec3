"""One customer, two advisors: whoever has the conversation is the only one who can speak."""

import asyncio

import pytest
from playwright.async_api import Locator, expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

TAKE = "Take the conversation with Liam"


async def test_two_advisors_never_speak_at_once_and_the_assistant_is_silent_meanwhile(
    new_chat: NewChat, new_tab: NewTab, password: str
) -> None:
    ada, ben = await new_tab(), await new_tab()
    await asyncio.gather(ada.log_in("ada", password), ben.log_in("ben", password))
    liam = await new_chat("liam")
    await liam.open()
    await liam.tab.page.get_by_role("button", name="Talk to a person").click()
    owner, owner_name, other, other_name = await race(ada, ben)
    await expect(liam.panel).to_contain_text(f"You are talking to {owner_name}", timeout=PATIENCE_MS)

    await only_reads(other, owner.page.url, f"{owner_name} has this conversation.")
    await say(owner, f"Hello Liam, {owner_name} here.")
    await liam.say("how long does shipping to France take?")
    for desk in (owner, other):
        await expect(transcript(desk)).to_contain_text("shipping to France", timeout=PATIENCE_MS)

    reply = owner.page.get_by_label("Your reply")
    await reply.fill("I am about to say something else")
    await leave(owner, other)
    await other.page.get_by_role("button", name="Take it over").click()
    await expect(liam.panel).to_contain_text(f"You are talking to {other_name}", timeout=PATIENCE_MS)
    await owner.log_in(owner_name.lower(), password)
    await only_reads(owner, other.page.url, f"{other_name} has this conversation.")

    await say(other, "Up to five working days.")
    await expect(liam.said_by("advisor")).to_have_count(2, timeout=PATIENCE_MS)
    assert await voices(liam) == [owner_name, other_name]
    assert await liam.said_by("bot").count() == 1, "only the greeting: the assistant has kept silent"

    await other.page.get_by_role("button", name="Hand back to the assistant").click()
    await expect(liam.panel).to_contain_text("Digital assistant", timeout=PATIENCE_MS)
    await liam.ask("do you wrap gifts?", "€3.50")
    await expect(liam.said_by("advisor")).to_have_count(2)


async def race(ada: Tab, ben: Tab) -> tuple[Tab, str, Tab, str]:
    """Both press at the same moment: one gets the conversation, the other is told. The winner comes first."""
    buttons = [tab.page.get_by_role("button", name=TAKE) for tab in (ada, ben)]
    for button in buttons:
        await button.wait_for()
    # In the pages, so that neither waits for the other's navigation.
    await asyncio.gather(*(button.evaluate("(node) => node.form.submit()") for button in buttons))
    ended = [
        tab.page.get_by_label("Your reply").or_(tab.page.get_by_text("Somebody else was faster")) for tab in (ada, ben)
    ]
    for end in ended:
        await end.wait_for()
    won = [await tab.page.get_by_label("Your reply").count() == 1 for tab in (ada, ben)]
    assert sorted(won) == [False, True]
    return (ada, "Ada", ben, "Ben") if won[0] else (ben, "Ben", ada, "Ada")


async def only_reads(tab: Tab, address: str, notice: str) -> None:
    await tab.page.goto(address)
    await expect(tab.page.get_by_text(notice)).to_be_visible()
    await expect(tab.page.get_by_label("Your reply")).to_have_count(0)


async def say(tab: Tab, text: str) -> None:
    await tab.page.get_by_label("Your reply").fill(text)
    await tab.page.get_by_role("button", name="Send").click()
    await expect(transcript(tab)).to_contain_text(text, timeout=PATIENCE_MS)


async def leave(owner: Tab, other: Tab) -> None:
    """The owner logs out in the middle of a sentence; the colleague sees that nobody is there any more."""
    await owner.page.get_by_role("button", name="Log out").click()
    await owner.page.get_by_role("button", name="Log in").wait_for()
    gone = other.page.get_by_text("but is no longer at the desk")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not await gone.count():
            await other.page.reload()


def transcript(tab: Tab) -> Locator:
    return tab.page.get_by_role("log")


async def voices(chat: Chat) -> list[str]:
    """Who spoke for the shop's people, in order."""
    return await chat.said_by("advisor").locator(".by b").all_inner_texts()
