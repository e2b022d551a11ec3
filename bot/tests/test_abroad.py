"""A message in another language never reaches the classifier, which knows English only."""

from pathlib import Path
from typing import Any, Dict

import pytest
from components import abroad
from components.faq_client import FaqClient
from components.faq_understanding import FaqUnderstanding
from components.understanding import FaqUnavailable, Prefetched, prefetched
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.training_data.message import Message
from tests.fake_faq import SECRET, FakeFaq
from tests.test_channel import TURN, PlayedAgent, call, serve, text_reply
from tests.test_understanding import trained

QUESTION = "Wann kommt mein Paket?"


def turn(text: str, language: str) -> Dict[str, Any]:
    return {**TURN, "text": text, "metadata": {"language": language}}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Oui, merci !", "affirm"),
        ("Ja", "affirm"),
        ("d’accord", "affirm"),
        ("nein danke", "deny"),
        ("Guten Tag", "greet"),
        ("¡Muchas gracias!", "thank"),
        ("再见", "goodbye"),
        ("好的,谢谢!", "affirm"),
        ("好的，谢谢！", "affirm"),
        ("Êtes-vous un robot ?", "bot_challenge"),
        ("je veux parler à quelqu'un", "human"),
        ("Quiero hablar con una persona, por favor", "human"),
        ("Ich möchte mit einem Menschen sprechen", "human"),
        ("我要人工客服", "human"),
        ("hello", "greet"),
        ("Pouvez-vous me conseiller une taille ?", "faq"),
        ("Gibt es Rabatt für Mitarbeiter?", "faq"),
        ("¿Qué regalo para una persona mayor?", "faq"),
        (QUESTION, "faq"),
    ],
)
def test_a_few_phrases_are_known_and_all_else_is_a_question(text: str, intent: str) -> None:
    assert abroad.intent_of(text) == intent


@pytest.mark.parametrize("text", ["RT-200017", "JL-100303 ?", "emma@example.com", "42", "👍", "…"])
def test_numbers_addresses_and_emoji_are_understood_as_ever(text: str) -> None:
    assert abroad.language_of(text, {"language": "de"}) is None


def test_the_language_of_a_text_is_the_customers_where_it_is_another_one() -> None:
    assert abroad.language_of(QUESTION, {"language": "de"}) == "de"
    assert abroad.language_of("ja", {"language": "de"}) == "de"
    for metadata in ({}, {"language": ""}, {"language": None}, {"language": "en"}):
        assert abroad.language_of(QUESTION, metadata) is None


def test_the_faq_is_asked_in_the_customers_language_and_in_english_as_ever(client: FaqClient, faq: FakeFaq) -> None:
    agent = PlayedAgent(text_reply)
    for body in (turn(QUESTION, "de"), turn("where is my parcel", "en"), turn("RT-200017", "de")):
        call(serve(agent, client), body)
    assert [asked["language"] for asked in faq.asked] == ["de", None, None]
    assert [asked.abroad for asked in agent.asked_before] == [True, False, False]


def test_a_message_abroad_is_not_split_at_english_words(client: FaqClient, faq: FakeFaq) -> None:
    agent = PlayedAgent(text_reply)
    call(serve(agent, client), turn("Wo ist mein Paket? And also wann kommt das Geld?", "de"))
    assert len(faq.asked) == 1


def parsed(client: FaqClient, classifier: Any, understanding: Any) -> Dict[str, Any]:
    token = prefetched.set(Prefetched(QUESTION, understanding, abroad=True))
    try:
        messages = FaqUnderstanding(client, "faq").process([Message({"text": QUESTION})])
        return dict(classifier.process(messages)[0].as_dict(only_output_properties=True))
    finally:
        prefetched.reset(token)


def test_a_question_abroad_is_one_for_the_faq_and_keeps_its_matches(client: FaqClient, tmp_path: Path) -> None:
    classifier = trained(client, LocalModelStorage.create(tmp_path))
    found = parsed(client, classifier, client.understand(QUESTION, language="de"))
    assert found["intent"] == {"name": "faq", "confidence": 1.0}
    assert found["faq"]["decision"] == "answer"


def test_a_question_abroad_is_one_for_the_faq_though_that_is_down(client: FaqClient, tmp_path: Path) -> None:
    found = parsed(client, trained(client, LocalModelStorage.create(tmp_path)), None)
    assert found["intent"]["name"] == "faq"
    assert found["faq"] == {"available": False}


def test_only_the_first_question_abroad_may_wait_for_its_encoder(faq: FakeFaq) -> None:
    patient = FaqClient(faq.url, SECRET, timeout=0.2, pause=0.0)
    faq.delay = 0.5
    assert patient.understand(QUESTION, language="de").decision == "answer"
    with pytest.raises(FaqUnavailable):
        patient.understand(QUESTION, language="de")
    with pytest.raises(FaqUnavailable):
        patient.understand("where is my parcel")
