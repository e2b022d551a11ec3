"""No English customer is taken for somebody else; most others are recognised at their first message."""

import json
import re
import time

import pytest
import yaml

from api.languages.detection import Identifier, identifier
from ops.settings import ROOT

OFFERED = {"fr", "es", "de", "zh"}
_MARKED = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


@pytest.fixture(scope="module")
def detector() -> Identifier:
    return identifier()


def english() -> list[str]:
    """The classifier's examples, its held-out messages, the FAQ's questions and those that measure it."""
    texts: list[str] = []
    for file in [*(ROOT / "bot/data/nlu").glob("*.yml"), ROOT / "bot/evaluation/messages.yml"]:
        for each in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            if each.get("intent") != "other_language":
                texts += [_MARKED.sub(r"\1", line.lstrip("- ")) for line in each.get("examples", "").splitlines()]
    for line in (ROOT / "faq/content/entries.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        texts += [entry["question"], *entry["phrasings"]]
    return texts + questions("evaluation.jsonl")


def questions(name: str) -> list[str]:
    lines = (ROOT / "faq/content" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_no_english_message_is_taken_for_another_language(detector: Identifier):
    texts = english()
    assert len(texts) > 7000
    assert [text for text in texts if detector.language(text) in OFFERED] == []


@pytest.mark.parametrize(("language", "share"), [("fr", 0.97), ("es", 0.92), ("de", 0.9), ("zh", 0.97)])
def test_most_questions_in_another_language_are_recognised(detector: Identifier, language: str, share: float):
    texts = questions(f"evaluation-{language}.jsonl")
    assert sum(detector.language(text) == language for text in texts) >= share * len(texts)


@pytest.mark.parametrize(
    "text", ["ok", "hi", "JL-100303", "RT-200017?", "👍", "", "…", "Müller", "emma@example.fr", "12/05/2026", "好"]
)
def test_names_numbers_and_short_words_say_nothing(detector: Identifier, text: str):
    assert detector.language(text) is None


def test_spanish_signs_are_enough(detector: Identifier):
    assert detector.language("¿Y eso?") == "es"


def test_neighbours_of_the_offered_languages_are_not_taken_for_them(detector: Identifier):
    for text in ("Olá, a minha encomenda não chegou", "Dov'è il mio ordine?", "Waar blijft mijn bestelling?"):
        assert detector.language(text) not in OFFERED


def test_a_very_long_text_is_detected_in_time(detector: Identifier):
    started = time.perf_counter()
    assert detector.language("Bonjour, je voudrais savoir où est ma commande. " * 10_000) == "fr"
    assert time.perf_counter() - started < 1
