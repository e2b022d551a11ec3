"""The widget speaks the language of the conversation."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from api.texts_abroad import ABROAD
from tests.api.conftest import Gateway
from tests.browser.chat import Chat
from tests.browser.labels import LANGUAGES, labels
from tests.fakes.pictures import picture
from tests.fakes.rasa import message
from tests.widget.conftest import NewChat

FAQ = {"kind": "faq", "entry": "return-window", "version": 3}
GERMAN = "Guten Tag, wie lange dauert die Lieferung?"
PLACEHOLDER = re.compile(r"\{\w+\}")
TOO_WIDE = """panel => [...panel.querySelectorAll("*")].filter(node =>
    getComputedStyle(node).clipPath === "none" && node.getBoundingClientRect().right > innerWidth + 1
    || ["BUTTON", "P", "H2"].includes(node.tagName) && getComputedStyle(node).clipPath === "none"
        && node.scrollWidth > node.clientWidth + 1).map(node => node.outerHTML.slice(0, 200))"""


def test_the_widget_says_the_same_in_every_language() -> None:
    assert LANGUAGES == ["de", "en", "es", "fr", "zh"]
    for language in LANGUAGES:
        said = labels(language)
        assert list(said) == list(labels("en")), language
        for name, text in labels("en").items():
            assert sorted(PLACEHOLDER.findall(said[name])) == sorted(PLACEHOLDER.findall(text)), (language, name)


def test_nothing_is_left_in_english() -> None:
    alike = {
        (language, name)
        for language in set(LANGUAGES) - {"en"}
        for name, text in labels("en").items()
        if labels(language)[name] == text
    }
    assert alike == {("fr", "log"), ("fr", "bot")}, "Conversation and Assistant are French words, too"


def labelled(chat: Chat, name: str) -> Locator:
    """What bears this label for screen readers."""
    return chat.panel.locator(f'[aria-label="{chat.label(name)}"]')


async def expect_labels(chat: Chat) -> None:
    await expect(chat.panel.locator("xpath=..")).to_have_attribute("lang", chat.language)
    for name in ("ask_person", "close", "send"):
        await expect(chat.button(name)).to_be_visible()
    await expect(chat.input).to_have_attribute("placeholder", chat.label("input"))
    await expect(chat.panel.locator(".owner")).to_have_text(chat.label("owner_bot"))


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["fr-CH", "es", "de", "zh-Hans-CN"])
async def test_a_page_in_a_language_has_its_labels_thumbs_consent_and_survey_in_it(
    gateway: Gateway, new_chat: NewChat, lang: str
) -> None:
    chat = await new_chat(lang=lang, width=360, height=640)
    said = ABROAD[chat.language]
    await expect_labels(chat)
    await expect(chat.log).to_contain_text(said["greeting"])
    gateway.rasa.then(
        gateway.rasa.answer(message("30", source=FAQ, buttons=[{"title": "42", "payload": "/a"}])),
        gateway.rasa.answer(message("42"), closed=True),
    )
    await chat.ask("42 30", "30")
    await expect(chat.replies).to_have_text(["42"])
    await expect(chat.said_by("bot").last.locator(".source")).to_have_text(chat.label("source_faq"))
    await labelled(chat, "helpful_yes").click()
    await expect(chat.log).to_contain_text(chat.label("helpful_thanks"))
    await chat.ask("42 31", "42")
    question = chat.log.get_by_role("group", name=said["consent_survey"])
    await expect(question.get_by_role("button")).to_have_text([chat.label("consent_yes"), chat.label("consent_no")])
    await chat.button("consent_yes").click()
    survey = chat.log.get_by_role("group", name=said["survey_csat"])
    await expect(survey).to_contain_text(f"1 = {chat.label('survey_csat_low')}")
    assert await chat.tab.violations() == []
    assert await chat.panel.evaluate(TOO_WIDE) == []
    await survey.get_by_role("radio", name="5").check()
    await chat.log.get_by_role("button", name=chat.label("survey_send")).click()
    await expect(chat.log).to_contain_text(chat.label("survey_thanks"))
    await chat.button("ask_person").click()
    await expect(chat.panel.locator(".owner")).to_have_text(chat.label("owner_recorded"))
    for name in ("go_on", "write_later"):
        await expect(chat.button(name)).to_be_visible()
    assert await chat.panel.evaluate(TOO_WIDE) == []
    assert chat.tab.complaints == []


@pytest.mark.browser
async def test_the_labels_follow_the_conversation_into_another_language_and_stay_there(
    gateway: Gateway, chat: Chat
) -> None:
    gateway.rasa.then(
        gateway.rasa.answer(message("30 days.", source=FAQ)), gateway.rasa.answer(message("Drei Tage.", source=FAQ))
    )
    await chat.ask("how long?", "30 days")
    await expect_labels(chat)
    await chat.say(GERMAN)
    chat.language = "de"
    await chat.answered("Drei Tage")
    await expect_labels(chat)
    first, second = chat.said_by("bot").nth(1), chat.said_by("bot").nth(2)
    await expect(first).to_contain_text("From our FAQ")
    await expect(first).to_have_attribute("lang", "en")
    await expect(second).to_contain_text(chat.label("source_faq"))
    await expect(second).to_have_attribute("lang", "de")
    await expect(labelled(chat, "helpful_yes")).to_have_count(2)
    assert await chat.tab.violations() == []
    await chat.tab.page.reload()
    await chat.loaded()
    await expect_labels(chat)
    await expect(chat.said_by("bot").nth(0)).to_have_attribute("lang", "en")
    await expect(chat.said_by("bot").nth(1)).to_have_attribute("lang", "en")
    await expect(chat.said_by("bot").nth(2)).to_have_attribute("lang", "de")
    assert chat.tab.complaints == []


@pytest.mark.browser
async def test_times_are_those_of_the_conversations_language(gateway: Gateway, chat: Chat) -> None:
    await goes_on_in_german(chat)
    await gateway.sql(
        "UPDATE events SET at = '2026-03-05 12:00+00' WHERE conversation_id = %s", await conversation(chat)
    )
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.messages.last.locator("time")).to_have_text(re.compile(r"^5\. März"))


@pytest.mark.browser
async def test_a_language_that_was_chosen_is_known_before_the_first_word_after_a_reload(
    chat: Chat,
) -> None:
    await chat.say("en español por favor")
    chat.language = "es"
    await expect_labels(chat)
    await chat.tab.page.route("**/events*", lambda route: route.abort())
    await chat.tab.page.reload()
    await expect_labels(chat)
    await expect(chat.panel.locator(".line")).to_have_text(chat.label("lost"))


@pytest.mark.browser
async def test_a_new_conversation_after_an_expired_one_goes_on_in_its_language(gateway: Gateway, chat: Chat) -> None:
    await goes_on_in_german(chat)
    await gateway.sql("UPDATE conversations SET token_expires_at = now() - interval '1 day'")
    await chat.say("42")
    await chat.answered("re: 42")
    await expect(chat.panel.locator(".note")).to_have_text(chat.label("new_conversation"))
    await expect(chat.log).to_contain_text(ABROAD["de"]["greeting"])
    await expect_labels(chat)


@pytest.mark.browser
async def test_a_photo_is_noted_in_the_conversations_language(new_chat: NewChat, tmp_path: Any) -> None:
    chat = await new_chat(lang="fr")
    file = tmp_path / "mug.png"
    file.write_bytes(picture("PNG", size=(20, 20)))
    await chat.tab.page.locator("input[type=file]").set_input_files(file)
    await expect(chat.log).to_contain_text(ABROAD["fr"]["photo_kept"])
    await expect(labelled(chat, "photo")).to_be_visible()
    await expect(chat.panel.locator(".note")).to_have_text(chat.label("photo_sent"))


@pytest.mark.browser
async def test_labels_that_do_not_come_leave_a_chat_that_works(chat: Chat) -> None:
    await chat.tab.page.route("**/texts/de.js", lambda route: route.abort())
    await chat.ask(GERMAN, "re: Guten")
    await expect(chat.button("ask_person")).to_be_visible()
    await chat.ask("42", "re: 42")


@pytest.mark.browser
class TestEnglishOnly:
    @pytest.fixture
    def limits(self) -> dict[str, Any]:
        return {"languages": ("en",)}

    async def test_what_is_answered_in_english_has_english_labels(self, new_chat: NewChat) -> None:
        chat = await new_chat(lang="fr")
        chat.language = "en"
        await chat.loaded()
        await expect_labels(chat)
        await chat.ask("Bonjour, où est ma commande ?", "re: Bonjour")
        await expect_labels(chat)


async def goes_on_in_german(chat: Chat) -> None:
    await chat.say(GERMAN)
    chat.language = "de"
    await chat.answered("re: Guten", since=1)


async def conversation(chat: Chat) -> str:
    """Its id."""
    kept: dict[str, str] = await chat.tab.page.evaluate("({...localStorage})")
    [found] = [re.search(r'"id":"([^"]+)"', value) for value in kept.values()]
    assert found
    return found[1]
