"""The two components in the pipeline, trained through the fake FAQ service."""

from pathlib import Path
from typing import Any, Dict, List

import pytest
from components.faq_client import FaqClient
from components.faq_understanding import FaqServiceNeeded, FaqUnderstanding
from components.intent_classifier import SkillClassifier
from components.understanding import Prefetched, prefetched
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tests.fake_faq import SECRET, FakeFaq

TOPICS = {
    "order_status": ["where is my {}", "my {} has not arrived", "track my {}", "when will my {} come", "any news on my {}"],
    "faq": ["what does a {} cost", "how do I wash a {}", "do you sell a {}", "what is a {}", "can a {} be returned"],
    "out_of_scope": ["sing a {} song", "what colour is a {} planet", "paint a {} cat", "who won {}", "weather {}"],
    "human": ["get me a {} person", "talk to a {} human", "a {} colleague please", "agent for {}", "{} advisor"],
}  # fmt: skip
THINGS = ["shirt", "lamp", "parcel", "rug"]


def examples() -> TrainingData:
    return TrainingData(
        [
            Message({"text": template.format(thing), "intent": intent})
            for intent, templates in TOPICS.items()
            for template in templates
            for thing in THINGS
        ]
    )


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


def trained(client: FaqClient, storage: LocalModelStorage) -> SkillClassifier:
    data = FaqUnderstanding(client, "faq").process_training_data(examples())
    config = {**SkillClassifier.get_default_config(), "threshold": 0.5}  # chance is 0.25 with four intents
    SkillClassifier(config, storage, Resource("intents")).train(data)
    return SkillClassifier.load(config, storage, Resource("intents"), None)  # type: ignore[arg-type] # not used


def parse(client: FaqClient, classifier: SkillClassifier, text: str) -> Dict[str, Any]:
    messages: List[Message] = FaqUnderstanding(client, "faq").process([Message({"text": text})])
    return classifier.process(messages)[0].as_dict(only_output_properties=True)


def test_a_message_is_one_call_and_its_matches_are_in_the_output(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    classifier = trained(client, storage)
    faq.asked.clear()
    parsed = parse(client, classifier, "what does a coat cost")
    assert [asked["path"] for asked in faq.asked] == ["/v1/understand"]
    assert parsed["faq"]["available"] is True
    assert parsed["faq"]["candidates"][0]["answer"] == "It is {{ standard_shipping }}."
    assert parsed["intent"]["name"] == "faq"


def test_a_personal_wish_wins_over_an_entry_on_its_topic(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    faq.probability = 0.9
    assert parse(client, trained(client, storage), "where is my shirt")["intent"]["name"] == "order_status"


def test_another_script_is_another_language_unless_the_index_knows_it(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    classifier = trained(client, storage)
    faq.probability = 0.02
    assert parse(client, classifier, "где моя посылка")["intent"]["name"] == "other_language"
    assert parse(client, classifier, "żółć mąż ćwierć")["intent"]["name"] == "other_language"
    assert parse(client, classifier, "hgjhg kjhkjh")["intent"]["name"] == "nlu_fallback"
    faq.probability = 0.99
    assert parse(client, classifier, "где моя посылка")["intent"]["name"] != "other_language"


@pytest.mark.parametrize(
    ("text", "first"),
    [("qwrtz plmkn", "nlu_fallback"), ("gdzie jest paczka", "other_language"), ("你好", "other_language")],
)
def test_what_is_taken_for_another_language_must_be_able_to_be_one(
    client: FaqClient, storage: LocalModelStorage, text: str, first: str
) -> None:
    classifier = trained(client, storage)
    ranking = [{"name": "other_language", "confidence": 0.6}]
    classifier._correct(ranking, text, classifier._model)
    assert ranking[0]["name"] == first


def test_what_the_index_is_sure_of_is_no_longer_out_of_scope(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    classifier = trained(client, storage)
    faq.probability = 0.02
    assert parse(client, classifier, "what colour is a blue planet")["intent"]["name"] == "out_of_scope"
    faq.probability = 0.99
    assert parse(client, classifier, "what colour is a blue planet")["intent"]["name"] == "faq"


@pytest.mark.parametrize("trouble", [{"status": 500}, {"delay": 30.0}, {"raw": b"<html>"}])
def test_without_the_service_a_message_is_still_understood(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage, trouble: Dict[str, Any]
) -> None:
    classifier = trained(client, storage)
    for name, value in trouble.items():
        setattr(faq, name, value)
    parsed = parse(client, classifier, "where is my parcel")
    assert parsed["intent"]["name"] == "order_status"
    assert parsed["faq"] == {"available": False}


def test_what_nothing_knows_is_not_understood_rather_than_guessed(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    classifier = trained(client, storage)
    faq.status = 500
    parsed = parse(client, classifier, "zzz qqq")
    assert parsed["intent"]["name"] == "nlu_fallback"
    assert len(parsed["intent_ranking"]) > 1


def test_a_vector_of_another_encoder_is_not_used(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage, caplog: pytest.LogCaptureFixture
) -> None:
    classifier = trained(client, storage)
    faq.model = "another-encoder"
    parsed = parse(client, classifier, "where is my parcel")
    assert parsed["intent"]["name"] == "order_status"
    assert parsed["faq"]["available"] is True
    assert "train again" in caplog.text


def test_buttons_are_not_asked_about(client: FaqClient, faq: FakeFaq, storage: LocalModelStorage) -> None:
    classifier = trained(client, storage)
    faq.asked.clear()
    parsed = parse(client, classifier, '/inform{"order_number": "JL-100234"}')
    assert faq.asked == []
    assert "intent" not in parsed
    assert "faq" not in parsed


def test_what_the_channel_asked_before_is_not_asked_again(
    client: FaqClient, faq: FakeFaq, storage: LocalModelStorage
) -> None:
    classifier = trained(client, storage)
    understanding = client.understand("where is my rug")
    faq.asked.clear()
    token = prefetched.set(Prefetched("where is my rug", understanding))
    try:
        assert parse(client, classifier, "where is my rug")["faq"]["available"] is True
        assert faq.asked == []
        parse(client, classifier, "another text")
        assert len(faq.asked) == 1
    finally:
        prefetched.reset(token)


def test_the_encoder_is_part_of_the_fingerprint(faq: FakeFaq, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_FAQ_URL", faq.url)
    monkeypatch.setenv("AFTERCARE_INTERNAL_SECRET", SECRET)
    before = FaqUnderstanding.fingerprint_addon({})
    faq.model = "another"
    assert (before, FaqUnderstanding.fingerprint_addon({})) == ("fake-encoder", "another")


def test_training_without_the_service_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AFTERCARE_FAQ_URL", "http://127.0.0.1:9")
    with pytest.raises(FaqServiceNeeded, match=r"^Training needs the FAQ service[^\n]*$"):
        FaqUnderstanding.fingerprint_addon({})


def test_training_twice_gives_the_same_classifier(client: FaqClient, tmp_path: Path) -> None:
    weights = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        storage = LocalModelStorage.create(tmp_path / name)
        weights.append(trained(client, storage)._model.full.dense_weights)  # type: ignore[union-attr] # trained
    assert (weights[0] == weights[1]).all()


def test_a_broken_classifier_is_refused(client: FaqClient, storage: LocalModelStorage) -> None:
    trained(client, storage)
    with storage.write_to(Resource("intents")) as folder:
        (folder / "weights.npz").write_bytes(b"nothing")
    with pytest.raises(RasaException, match="can't be read"):
        SkillClassifier.load(SkillClassifier.get_default_config(), storage, Resource("intents"), None)  # type: ignore[arg-type]
