"""The sample retailer's FAQ is data that people edit: what must hold whoever edits it."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backends.sandbox.policies.facts import facts
from backends.sandbox.policies.rules import load_policy

CONTENT = Path(__file__).parents[2] / "faq" / "content"
KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PLACEHOLDER = re.compile(r"\{\{ ([a-z_]+) \}\}")
FACTS = facts(load_policy())

Entry = dict[str, Any]
BARE = {"return_window_days"}  # the number alone of `return_window`, for sentences of the curators' own


def read_lines(name: str) -> list[Entry]:
    return [json.loads(line) for line in (CONTENT / name).read_text(encoding="utf-8").splitlines()]


def normal(text: str) -> str:
    return " ".join(text.casefold().split())


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_lines("entries.jsonl")


def test_there_are_enough_entries_with_enough_phrasings(entries: list[Entry]):
    assert len(entries) >= 60
    assert [entry["id"] for entry in entries if len(entry["phrasings"]) < 5] == []


def test_every_entry_has_exactly_the_known_fields(entries: list[Entry]):
    fields = {"id", "question", "phrasings", "answer", "category", "language"}
    assert [entry for entry in entries if set(entry) != fields] == []
    assert {entry["language"] for entry in entries} == {"en"}


def test_ids_are_unique_and_kebab_case(entries: list[Entry]):
    ids = [entry["id"] for entry in entries]
    assert len(set(ids)) == len(ids)
    assert [entry_id for entry_id in ids if not KEBAB_CASE.fullmatch(entry_id)] == []


def test_no_text_stands_for_two_questions(entries: list[Entry]):
    seen = Counter(normal(text) for entry in entries for text in (entry["question"], *entry["phrasings"]))
    assert [text for text, times in seen.items() if times > 1] == []


def test_texts_are_trimmed_and_not_empty(entries: list[Entry]):
    texts = [
        text
        for entry in entries
        for text in (entry["question"], entry["answer"], entry["category"], *entry["phrasings"])
    ]
    assert [text for text in texts if not text or text != " ".join(text.split())] == []


def test_answers_only_name_facts_that_the_shop_publishes(entries: list[Entry]):
    for entry in entries:
        names = PLACEHOLDER.findall(entry["answer"])
        assert set(names) <= set(FACTS), entry["id"]
        assert "{" not in PLACEHOLDER.sub("", entry["answer"]), entry["id"]


def test_every_fact_of_the_shop_is_told_somewhere(entries: list[Entry]):
    told = {name for entry in entries for name in PLACEHOLDER.findall(entry["answer"])}
    assert set(FACTS) - told == BARE


def test_answers_do_not_spell_out_what_a_rule_enforces(entries: list[Entry]):
    """A number that is written out would stay behind when the shop changes the rule."""
    facts = [fact for name, fact in FACTS.items() if name not in BARE]
    rules = {text.removesuffix(".00") for fact in facts for text in fact.split(" = ")}
    spelled = re.compile("|".join(rf"(?<!\w){re.escape(rule)}(\.00)?(?![.,]?\w)" for rule in sorted(rules)))
    assert [(entry["id"], found[0]) for entry in entries if (found := spelled.search(entry["answer"]))] == []


def test_answers_fit_a_chat_message(entries: list[Entry]):
    assert [entry["id"] for entry in entries if len(entry["answer"]) > 600] == []


def test_no_phrasing_is_copied_from_the_evaluation_questions(entries: list[Entry]):
    if not (CONTENT / "evaluation.jsonl").exists():
        pytest.skip("there are no evaluation questions in this checkout")
    asked = {normal(query["text"]) for query in read_lines("evaluation.jsonl")}
    assert asked & {normal(text) for entry in entries for text in (entry["question"], *entry["phrasings"])} == set()
