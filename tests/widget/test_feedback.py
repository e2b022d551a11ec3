"""Thumbs under FAQ answers and the survey at the end, by mouse and by keyboard."""

import pytest
from playwright.async_api import Locator, expect

from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.fakes.rasa import message
from tests.widget.conftest import NewChat

pytestmark = pytest.mark.browser

FAQ = {"kind": "faq", "entry": "return-window", "version": 3}


def thumb(chat: Chat, name: str) -> Locator:
    return chat.log.get_by_role("group", name="Did this answer your question?").last.get_by_role("button", name=name)


async def ended(gateway: Gateway, chat: Chat) -> Locator:
    gateway.rasa.then(gateway.rasa.answer(message("Hello")), gateway.rasa.answer(message("Goodbye"), closed=True))
    await chat.ask("hello", "Hello")
    await chat.ask("bye", "Goodbye")
    await chat.log.get_by_role("button", name="Yes, you may").click()
    survey = chat.log.get_by_role("group", name="How satisfied are you")
    await expect(survey).to_be_visible()
    return survey


async def test_an_faq_answer_has_thumbs_that_can_be_changed_and_survive_a_reload(gateway: Gateway, chat: Chat) -> None:
    gateway.rasa.then(gateway.rasa.answer(message("Hello")), gateway.rasa.answer(message("30 days.", source=FAQ)))
    await chat.ask("hi", "Hello")
    await chat.ask("how long?", "30 days")
    await expect(chat.log.get_by_role("group", name="Did this answer")).to_have_count(1)
    await thumb(chat, "Yes, it helped").click()
    await expect(chat.log).to_contain_text("Thank you for telling us")
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(thumb(chat, "Yes, it helped")).to_have_attribute("aria-pressed", "true")
    await thumb(chat, "No, it did not help").focus()
    await chat.tab.page.keyboard.press("Space")
    await expect(thumb(chat, "No, it did not help")).to_have_attribute("aria-pressed", "true")
    await expect(thumb(chat, "Yes, it helped")).to_have_attribute("aria-pressed", "false")
    await expect(chat.log).to_contain_text("Thank you for telling us")
    assert await gateway.sql("SELECT score FROM feedback WHERE kind = 'answer' ORDER BY given_at DESC LIMIT 1") == [
        (0,)
    ]
    assert await chat.tab.violations() == []
    assert chat.tab.complaints == []


async def test_a_thumb_that_could_not_be_recorded_goes_back_and_says_so(gateway: Gateway, chat: Chat) -> None:
    gateway.rasa.then(gateway.rasa.answer(message("30 days.", source=FAQ)))
    await chat.ask("how long?", "30 days")
    await chat.tab.page.route("**/feedback", lambda route: route.abort())
    await thumb(chat, "Yes, it helped").click()
    await expect(chat.panel).to_contain_text("That did not work just now")
    await expect(thumb(chat, "Yes, it helped")).to_have_attribute("aria-pressed", "false")


async def test_the_survey_is_answered_with_the_keyboard_alone(gateway: Gateway, chat: Chat) -> None:
    survey = await ended(gateway, chat)
    await expect(survey).to_be_visible()
    assert await chat.tab.violations() == []
    await chat.tab.page.get_by_role("button", name="Send", exact=True).first.click()
    await expect(chat.log).to_contain_text("Please choose a number first")
    await survey.get_by_role("radio", name="1").focus()
    for _ in range(3):
        await chat.tab.page.keyboard.press("ArrowRight")
    await chat.tab.page.keyboard.press("Tab")
    await chat.tab.page.keyboard.type("Quick and kind")
    await chat.tab.page.keyboard.press("Tab")
    await chat.tab.page.keyboard.press("Enter")
    await expect(chat.log).to_contain_text("Your answer helps us")
    await expect(chat.input).to_be_focused()
    found = await gateway.sql("SELECT score, comment FROM feedback WHERE kind = 'csat' ORDER BY given_at DESC LIMIT 1")
    assert found == [(4, "Quick and kind")]
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.log).to_contain_text("Your answer helps us")
    await expect(survey).to_have_count(0)


async def test_a_dismissed_survey_does_not_come_back(gateway: Gateway, new_chat: NewChat) -> None:
    chat = await new_chat(width=320, height=640)
    survey = await ended(gateway, chat)
    for control in await chat.log.locator("button:visible, .score").all():
        box = await control.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        assert box["x"] + box["width"] <= 320
    await chat.tab.page.get_by_role("button", name="No, thank you").click()
    await expect(survey).to_have_count(0)
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.said_by("bot").last).to_contain_text("Goodbye")
    await expect(survey).to_have_count(0)
    gateway.rasa.then(gateway.rasa.answer(message("Bye again"), closed=True))
    await chat.ask("really bye", "Bye again")
    await chat.ask("still there?", "re: still")
    await expect(survey).to_have_count(0)
    assert chat.tab.complaints == []
