"""Customers who write another language than English find the whole chat in it."""

import pytest
from playwright.async_api import expect

from api.texts_abroad import ABROAD
from tests.browser.chat import Chat
from tests.browser.conftest import NewChat
from tests.browser.tab import PATIENCE_MS, Tab
from tests.browser.test_studio import published, write

pytestmark = [pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]

ASKED = "Faites-vous des paquets cadeaux ?"


async def translate(cleo: Tab) -> None:
    """An entry about gift wrapping for who writes French."""
    await cleo.open("/faq/new")
    await cleo.page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    await write(
        cleo,
        Question=ASKED,
        Answer="Oui, dans du **papier recyclé**.",
        Phrasings="vous emballez les cadeaux\nun emballage cadeau est-il possible",
        Language="fr",
        Translation_of="gift-wrap",
        Name="paquet-cadeau",
    )
    await published(cleo)


async def fits(chat: Chat) -> None:
    wider = await chat.tab.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (await chat.tab.violations(), max(0, wider)) == ([], 0)


async def test_a_french_customer_reads_french_from_the_first_label_to_the_survey(new_chat: NewChat, cleo: Tab) -> None:
    await translate(cleo)
    chat = await new_chat(lang="fr", width=360, height=700)
    await chat.open()
    await expect(chat.log).to_contain_text(ABROAD["fr"]["greeting"])
    await fits(chat)
    await chat.ask(ASKED, "papier recyclé")
    answer = chat.said_by("bot").last
    await expect(answer).to_contain_text(chat.label("source_faq"))
    await answer.get_by_role("button", name=chat.label("helpful_yes"), exact=True).click()
    await expect(answer).to_contain_text(chat.label("helpful_thanks"))
    await fits(chat)
    await chat.ask("au revoir", "Au revoir")
    await expect(chat.log).to_contain_text(ABROAD["fr"]["consent_survey"])
    await chat.button("consent_yes").click()
    survey = chat.log.get_by_role("group", name=ABROAD["fr"]["survey_csat"])
    await fits(chat)
    await survey.get_by_role("radio", name="5").check()
    await chat.log.get_by_role("button", name=chat.label("survey_send"), exact=True).click()
    await expect(chat.log).to_contain_text(chat.label("survey_thanks"))
    await chat.button("ask_person").click()
    await expect(chat.button("go_on")).to_be_visible()
    await fits(chat)
    await chat.button("go_on").click()
    await expect(chat.panel).to_contain_text(chat.label("owner_bot"), timeout=PATIENCE_MS)


async def test_who_goes_on_in_german_has_german_labels_from_then_on(new_chat: NewChat) -> None:
    chat = await new_chat()
    await chat.open()
    await chat.ask("do you wrap gifts?", "€3.50")
    await chat.say("Und wie lange dauert die Lieferung nach Deutschland?")
    chat.language = "de"
    await chat.answered("nur auf Englisch", since=2)
    await expect(chat.panel).to_contain_text(chat.label("owner_bot"))
    await expect(chat.said_by("bot").nth(1)).to_contain_text("From our FAQ")
    await expect(chat.log.get_by_role("button", name=chat.label("helpful_no"), exact=True)).to_have_count(2)
    await fits(chat)
    await chat.tab.page.reload()
    await chat.loaded()
    await expect(chat.button("ask_person")).to_be_visible()
