"""A customer's way through the whole product, and an advisor's in a second browser."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.chat import Chat
from tests.browser.conftest import NewChat, NewTab
from tests.browser.tab import PATIENCE_MS, Tab

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

SILENCE_SECONDS = 2.0  # many times what the assistant needs for an answer


async def test_a_customer_asks_returns_talks_to_an_advisor_and_comes_back(
    new_chat: NewChat, new_tab: NewTab, password: str
) -> None:
    ada = await new_tab()
    await ada.log_in("ada", password)
    liam = await new_chat("liam")
    await liam.open()
    await expect(liam.log).to_contain_text("automated assistant")

    await liam.ask("how long does shipping to France take?", "to France takes")
    await expect(liam.said_by("bot").last).to_contain_text("From our FAQ")

    await register_return(liam)
    await ask_for_a_person(liam)
    await take_over(ada)
    await expect(liam.panel).to_contain_text("You are talking to Ada", timeout=PATIENCE_MS)
    await talk(liam, ada)

    await ada.page.get_by_role("button", name="Hand back to the assistant").click()
    await expect(liam.panel).to_contain_text("Digital assistant", timeout=PATIENCE_MS)
    await liam.ask("cancel the return", r"Shall I cancel return RT-\d+")
    await liam.ask("yes", "is cancelled")


async def register_return(liam: Chat) -> None:
    await liam.ask("I'd like to return my canvas sneakers from JL-100241, they are too small", "What would you like")
    await liam.replies.filter(has_text="Refund").click()
    await liam.answered("How would you like to send it back")
    await liam.replies.filter(has_text="one of our shops").click()
    await liam.answered(r"€75\.00.*Is that right")
    await liam.ask("yes please", r"Your return RT-\d+ is registered")
    await expect(liam.log.get_by_role("group", name="RT-").last).to_contain_text("Waiting for your parcel")
    await expect(liam.replies).to_have_count(0)


async def ask_for_a_person(liam: Chat) -> None:
    await liam.say("can I talk to a human please")
    await expect(liam.panel).to_contain_text("Waiting for a colleague · number", timeout=PATIENCE_MS)
    await expect(liam.tab.page.get_by_role("button", name="Go on with the assistant")).to_be_visible()


async def take_over(ada: Tab) -> None:
    await ada.page.get_by_role("button", name="Take the conversation with Liam").click()
    await expect(ada.page.get_by_role("heading", name="Liam Walsh")).to_be_visible()
    await expect(ada.page.get_by_role("region", name="Customer")).to_contain_text("JL-100241")
    await expect(ada.page.get_by_role("log")).to_contain_text("to France takes")


async def talk(liam: Chat, ada: Tab) -> None:
    """Both ways, live, and the assistant does not join in."""
    answers = await liam.said_by("bot").count()
    await ada.page.get_by_label("Your reply").fill("Hello Liam, how can I help?")
    await ada.page.get_by_role("button", name="Send").click()
    await expect(liam.said_by("advisor")).to_contain_text("Hello Liam, how can I help?", timeout=PATIENCE_MS)
    await expect(liam.said_by("advisor").locator(".by")).to_contain_text("Ada")
    await liam.say("how long does shipping to France take?")
    await expect(ada.page.get_by_role("log").locator(".customer").last).to_contain_text("France", timeout=PATIENCE_MS)
    await ada.page.get_by_label("Your reply").fill("Up to five working days.")
    await ada.page.get_by_label("Your reply").press("Enter")
    await expect(liam.said_by("advisor").last).to_contain_text("Up to five working days.", timeout=PATIENCE_MS)
    await asyncio.sleep(SILENCE_SECONDS)
    assert await liam.said_by("bot").count() == answers


async def test_a_visitor_who_is_not_logged_in_sees_no_order(new_chat: NewChat) -> None:
    visitor = await new_chat()
    await visitor.open()
    await visitor.ask("where is my order JL-100241?", "e-mail")
    assert "Canvas" not in " ".join(await visitor.transcript())


async def test_waiting_for_a_person_can_be_given_up(new_chat: NewChat) -> None:
    emma = await new_chat("emma")
    await emma.open()
    await emma.tab.page.get_by_role("button", name="Talk to a person").click()
    go_on = emma.tab.page.get_by_role("button", name="Go on with the assistant")
    await go_on.click()
    await expect(emma.panel).to_contain_text("Digital assistant", timeout=PATIENCE_MS)
    await expect(go_on).to_be_hidden()
    await emma.ask("do you wrap gifts?", "€3.50")


async def test_a_conversation_survives_a_reload_and_a_cut_line(new_chat: NewChat) -> None:
    emma = await new_chat("emma")
    await emma.open()
    await emma.ask("where is my order JL-100234?", "JL-100234")
    await emma.tab.page.reload()
    await emma.loaded()
    before = await emma.transcript()
    assert before.count("where is my order JL-100234?") == 1
    await emma.tab.page.context.set_offline(True)
    await emma.say("do you wrap gifts?")
    await expect(emma.panel).to_contain_text("You are offline")
    await emma.tab.page.context.set_offline(False)
    await emma.answered("€3.50", since=len(await emma.said_by("bot").all()))
    after = await emma.transcript()
    assert after[: len(before)] == before
    assert after[len(before)] == "do you wrap gifts?"
    assert len(after) == len(before) + 2
    emma.tab.complaints.clear()  # the browser itself notes what failed while it was offline


async def test_a_whole_conversation_by_keyboard(new_chat: NewChat) -> None:
    chat = await new_chat("emma")
    page = chat.tab.page
    await page.keyboard.press("Tab")
    for _ in range(40):
        if await chat.launcher.evaluate("(node) => node.getRootNode().activeElement === node"):
            break
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(chat.input).to_be_focused()
    await chat.loaded()
    await page.keyboard.type("I want to return something from JL-100187")
    await page.keyboard.press("Enter")
    await expect(chat.replies.first).to_be_visible(timeout=PATIENCE_MS)
    await expect(chat.input).to_be_focused()
    title = await chat.replies.first.inner_text()
    while not await chat.replies.first.evaluate("(node) => node.getRootNode().activeElement === node"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(chat.said_by("customer").last).to_contain_text(title)
    await expect(chat.input).to_be_focused()
    await chat.settled()
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    await expect(chat.launcher).to_be_focused()
