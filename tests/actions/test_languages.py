"""What customers who write in another language than English are told."""

import string
from typing import Any

import pytest

from actions import abroad
from tests.actions.conversation import Conversation
from tests.actions.test_catalogue import merged
from tests.actions.test_question import FITTING, found

ABROAD = ("fr", "es", "de", "zh")
# What actions say that are run abroad, at every turn that they may take.
SAID = {
    "utter_affirm",
    "utter_bot_challenge",
    "utter_choice_expired",
    "utter_consent_withdrawn",
    "utter_deny",
    "utter_error_defect",
    "utter_faq_clarify",
    "utter_faq_clarify_only_in",
    "utter_faq_none_of_these",
    "utter_faq_only_in",
    "utter_faq_unavailable",
    "utter_faq_unknown",
    "utter_goodbye",
    "utter_greet",
    "utter_greet_again",
    "utter_greet_again_by_name",
    "utter_greet_by_name",
    "utter_handoff",
    "utter_language",
    "utter_misunderstood",
    "utter_misunderstood_again",
    "utter_misunderstood_handoff",
    "utter_still_here",
    "utter_thank",
    "utter_thank_tier",
}


def responses() -> dict[str, Any]:
    read = merged("responses")
    assert isinstance(read, dict)
    return read


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.fixture
def french(talk: Conversation) -> Conversation:
    talk.domain["responses"] = responses()
    talk.language, talk.languages = "fr", ("en", *ABROAD)
    return talk


@pytest.mark.parametrize("language", ABROAD)
def test_all_that_is_said_abroad_is_written_with_the_same_values_and_buttons(language: str):
    written = responses()
    for name in SAID:
        there, here = written[f"{name}_{language}"][0], written[name][0]
        assert fields(there["text"]) == fields(here["text"]), name
        wanted = [each["payload"] for each in here.get("buttons", [])]
        assert [each["payload"] for each in there.get("buttons", [])][: len(wanted)] == wanted, name


def test_every_language_has_its_words_for_the_others():
    for language in ABROAD:
        assert all(abroad.names([each]) != each for each in ("en", *ABROAD)), language
        assert set(abroad.labels(language)["languages"]) == {"en", *ABROAD}


async def test_an_english_answer_is_announced_as_one(french: Conversation) -> None:
    said = await french.says("combien de temps ?", "faq", faq=found("answer"))
    assert said == ["utter_faq_only_in_fr", "30 days."]
    assert french.messages[0].values["language"] == "anglais"


async def test_an_answer_in_the_customers_language_is_just_given(french: Conversation) -> None:
    entry = FITTING[0] | {"language": "fr", "answer": "30 jours."}
    faq = {"available": True, "decision": "answer", "candidates": [entry]}
    assert await french.says("combien de temps ?", "faq", faq=faq) == ["30 jours."]


async def test_a_choice_of_english_entries_is_announced_as_one(french: Conversation) -> None:
    assert await french.says("combien ?", "faq", faq=found("clarify")) == ["utter_faq_clarify_only_in_fr"]


async def test_an_answer_abroad_starts_no_skill_which_has_english_only(french: Conversation) -> None:
    entry = FITTING[0] | {"button": {"title": "Return something", "skill": "return_start"}}
    faq = {"available": True, "decision": "answer", "candidates": [entry]}
    await french.says("combien de temps ?", "faq", faq=faq)
    assert french.messages[-1].payloads == []
    french.language = "en"
    await french.says("how long?", "faq", faq=faq)
    assert french.messages[-1].payloads == ["/return_start"]


async def test_what_is_unknown_leads_to_a_person_in_the_customers_language(french: Conversation) -> None:
    assert await french.says("qui a gagné ?", "faq", faq=found("abstain")) == ["utter_faq_unknown_fr"]
    assert await french.says("oui", "affirm") == ["utter_handoff_fr"]


async def test_an_faq_that_is_away_is_told_in_the_customers_language(french: Conversation) -> None:
    assert await french.says("combien ?", "faq", faq={"available": False}) == ["utter_faq_unavailable_fr"]


async def test_what_is_not_written_in_a_language_is_said_in_english(french: Conversation) -> None:
    french.language = "it"
    assert await french.says("ciao", "greet") == ["utter_greet_by_name"]


async def test_other_languages_are_offered_where_there_are_any(french: Conversation) -> None:
    french.language = "en"
    assert await french.says("Dzień dobry", "other_language") == ["utter_other_languages"]
    assert french.messages[0].values["languages"] == "English, français, español, Deutsch, 中文"
    french.languages = ("en",)
    assert await french.says("Dzień dobry", "other_language") == ["utter_other_language"]


async def test_a_chosen_language_is_confirmed_in_it(french: Conversation) -> None:
    assert await french.presses("choose_language", language="fr") == ["utter_language_fr"]
