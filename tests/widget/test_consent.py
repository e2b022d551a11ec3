"""The question whether we may, by mouse and by keyboard."""

import pytest
from playwright.async_api import Locator, expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.fakes.rasa import message

pytestmark = pytest.mark.browser


async def asked(gateway: Gateway, chat: Chat) -> Locator:
    gateway.rasa.then(gateway.rasa.answer(message("Hello")), gateway.rasa.answer(message("Goodbye"), closed=True))
    await chat.ask("hello", "Hello")
    await chat.ask("bye", "Goodbye")
    return chat.log.get_by_role("group", name="May we ask you one short question")


async def test_a_no_is_one_press_and_stays_a_no_after_a_reload(gateway: Gateway, chat: Chat) -> None:
    question = await asked(gateway, chat)
    await expect(question.get_by_role("button")).to_have_text(["Yes, you may", "No, thank you"])
    assert await chat.tab.violations() == []
    await question.get_by_role("button", name="No, thank you").focus()
    await chat.tab.page.keyboard.press("Enter")
    await expect(chat.log).to_contain_text("All right, we won't.")
    await expect(chat.input).to_be_focused()
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.log).to_contain_text("All right, we won't.")
    await expect(question).to_have_count(0)
    await expect(chat.log.get_by_role("group", name="How satisfied are you")).to_have_count(0)
    assert chat.tab.complaints == []


async def test_a_decision_that_could_not_be_recorded_can_be_made_again(gateway: Gateway, chat: Chat) -> None:
    question = await asked(gateway, chat)
    await chat.tab.page.route("**/consents/survey", lambda route: route.abort())
    await question.get_by_role("button", name="Yes, you may").click()
    await expect(chat.panel).to_contain_text("That did not work just now")
    await expect(question.get_by_role("button", name="Yes, you may")).to_be_enabled()
    await chat.tab.page.unroute("**/consents/survey")
    await question.get_by_role("button", name="Yes, you may").click()
    await expect(chat.log).to_contain_text("You can change your mind at any time")
    await expect(chat.log.get_by_role("group", name="How satisfied are you")).to_be_visible()
