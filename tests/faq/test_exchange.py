"""Entries and golden questions out to files and in from them, without a loss and without a surprise."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.app import create_app
from faq.encoder.hashing import HashingEncoder
from faq.entries.models import Audience, Button, Content
from faq.entries.validation import cleaned
from faq.exchange import documents, faqpage, jsonl, tables
from faq.gate.goldens import MOST
from faq.gate.models import Golden
from faq.settings import FaqSettings
from tests.faq.service import Service, running
from tests.faq.test_gate import golden, post

FULL = Content(
    question="Do you wrap, and how?",
    phrasings=('gift "wrapping"', "wrap; it, please", "=SUM(A1)"),
    answer="Yes: **{gift_wrap_fee}**.\n\n- paper\n- ribbon\n---\n\\---\nBye, ünïcode 🎁",
    category="orders",
    language="en-IE",
    tags=("gifts", "christmas"),
    valid_from=date(2027, 11, 1),
    valid_until=date(2027, 12, 24),
    audience=Audience.TIER,
    tiers=("Leaf", "Grove"),
    related=("other",),
    button=Button("See my tier", "loyalty_tier"),
)
OTHER = Content("yes", (), "no", language="en")
SHAPES = [tables, jsonl, documents]
FORMS = ["csv", "jsonl", "markdown"]


def golden_question(text: str, expected: str | None = None, language: str | None = None) -> Golden:
    return Golden(1, text, expected, language, "cleo", datetime.now(UTC))


@pytest.fixture
def service(fresh_database: Callable[[str, str], str]) -> Iterator[Service]:
    chosen = FaqSettings(database_url=fresh_database("faq", "faq"), internal_secret="between-us")
    with running(create_app(chosen, encoder=HashingEncoder())) as client:
        yield Service(client)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_goes_out_comes_back_the_same(shape: Any):
    entries = {"wrap": FULL, "other": OTHER, "123": Content("null", ("true", "1.0", "2027-01-01"), "~")}
    goldens = [golden_question("wrap, it; please?", "wrap"), golden_question("null"), golden_question("a", "123", "fr")]
    back = shape.read(shape.write(entries, goldens))
    assert back.troubles == []
    assert {each.entry: each.content for each in back.entries} == entries
    wanted = [(each.text, each.expected, each.language) for each in goldens]
    assert [(each.text, each.expected, each.language) for each in back.goldens] == wanted


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), min_size=1, max_size=60)


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=60, deadline=None)
@given(question=TEXT, phrasings=st.lists(TEXT, max_size=4), answer=TEXT)
def test_any_text_goes_round(shape: Any, question: str, phrasings: list[str], answer: str):
    content = cleaned(Content(question, tuple(phrasings), answer))
    if content.question and content.answer and "{{" not in answer and "}}" not in answer and "{%" not in answer:
        if "%}" in answer:
            return
        asked = golden_question(" ".join(question.split()))
        back = shape.read(shape.write({"one": content}, [asked]))
        assert back.troubles == []
        assert [each.content for each in back.entries] == [content]
        assert [each.text for each in back.goldens] == [asked.text]


@pytest.mark.parametrize(
    ("shape", "text", "line", "problem"),
    [
        (tables, "", 1, "the file is empty"),
        (tables, "question,answer,colour\na,b,c\n", 1, "no column is called colour"),
        (tables, "question,category\na,b\n", 1, "the column answer is missing"),
        (tables, 'question,answer\n"a\nb",c\nd\n', 4, "cells: 1, where the first line has 2 columns"),
        (tables, 'question,answer\na,"b\n', 2, "not CSV"),
        (tables, "question,answer\n\n,b\n", 3, "question: is missing"),
        (tables, "question,answer,valid_from\na,b,soon\n", 2, "valid_from: "),
        (tables, "id,question,answer\nx,a,b\ny,c,d\nx,e,f\n", 4, "id: x stands on line 2 already"),
        (jsonl, '{"question": "a", "answer": "b"}\n{"question":\n', 2, "not JSON"),
        (jsonl, "[]\n", 1, "not a JSON object"),
        (jsonl, '{"question": "a", "answer": "b", "anwser": "c"}', 1, "anwser: no entry has that"),
        (jsonl, '{"id": 7, "question": "a", "answer": "b"}', 1, "id: is not a text"),
        (jsonl, '{"question": "a", "answer": "b", "button": {"title": "t", "skill": "fly"}}', 1, "no skill"),
        (documents, "question: a\n", 1, "begins with a line of ---"),
        (documents, "---\nquestion: a\n", 1, "do not end"),
        (documents, "\n---\nquestion: a\ntags: [\n---\nb\n", 4, "not YAML"),
        (documents, "---\n---\nb\n", 1, "members of an entry are missing"),
        (documents, "---\nquestion: 1\n---\nb\n", 1, "question: "),
        (tables, "golden,question,answer\na,b,c\n", 1, "the column expected is missing"),
        (tables, "golden,category\na,b\n", 1, "the column expected is missing"),
        (tables, "question,answer,golden,expected\na,b,c,\n", 2, "answer: a golden question has only golden"),
        (tables, "golden,expected\na,\n,b\n", 3, "expected: "),
        (jsonl, '{"golden": "a"}', 1, "expected: is missing"),
        (jsonl, '{"golden": "a", "expected": 7}', 1, "expected: is not a text"),
        (jsonl, '{"golden": ["a"], "expected": null}', 1, "golden: is not a text"),
        (jsonl, '{"golden": "a", "expected": null, "language": "?"}', 1, "language: "),
        (jsonl, f'{{"golden": "{"a" * 301}", "expected": null}}', 1, "longer than 300"),
        (jsonl, '{"golden": "a", "expected": "b"}\n{"golden": "A ", "expected": null}', 2, "stands on line 1 already"),
        (documents, "---\ngolden: a\nexpected:\n---\ntext\n", 1, "answer: a golden question has only"),
        (faqpage, "{", 1, "not JSON"),
        (faqpage, '{"@type": "Product"}', 1, "no FAQPage"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(shape: Any, text: str, line: int, problem: str):
    troubles = shape.read(text).troubles
    assert [each.line for each in troubles] == [line]
    assert problem in troubles[0].problem


def test_every_line_that_is_wrong_is_told_at_once():
    troubles = jsonl.read('{"question": "a"}\n{}\n{"question": "a", "answer": "b"}\nx\n').troubles
    assert [each.line for each in troubles] == [1, 2, 4]


def test_question_and_answer_are_enough_whatever_stands_between_the_columns():
    for text in ("Question;Answer\r\nOpen?;From nine, daily\r\n", "answer\tquestion\nFrom nine, daily\tOpen?\n"):
        read = tables.read(text)
        assert (read.troubles, [(each.entry, each.content.question) for each in read.entries]) == (
            [],
            [(None, "Open?")],
        )
        assert read.entries[0].content.answer == "From nine, daily"


def test_a_page_with_a_faq_is_read_as_markdown():
    question = {
        "@type": "Question",
        "name": "Can I <b>return</b>?",
        "acceptedAnswer": {
            "@type": "Answer",
            "text": "<p>Yes, see <a href='https://shop.example/r'>here</a>.</p><ul><li>30 days</li><li>unworn</li></ul>"
            "<script>alert(1)</script>",
        },
    }
    data = {"@graph": [{"@type": "WebSite"}, {"@type": ["FAQPage"], "mainEntity": [question, {"name": "No answer"}]}]}
    inside = json.dumps(data).replace("</", r"<\/")
    page = f'<html><script type="application/ld+json">{inside}</script></html>'
    for text in (page, json.dumps(data)):
        read = faqpage.read(text)
        assert [each.content.question for each in read.entries] == ["Can I return?"]
        assert read.entries[0].content.answer == "Yes, see [here](https://shop.example/r).\n\n- 30 days\n- unworn"
        assert [(each.line, each.problem) for each in read.troubles] == [(2, "answer: is missing")]


def take_in(service: Service, form: str, text: str, **more: Any) -> dict[str, Any]:
    return post(service, "/import", format=form, text=text, author="cleo", **more)


def test_a_dry_run_tells_what_would_happen_and_only_then_drafts_are_made(service: Service):
    service.create("hours", "When are you open?", answer="From nine.", phrasings=["opening hours"])
    service.publish("hours")
    text = "question,answer\nwhen are  you open?,From ten.\nDo you wrap?,Yes.\n"

    told = take_in(service, "csv", text)
    assert [(each["line"], each["entry"], each["new"]) for each in told["arrivals"]] == [
        (2, "hours", False),
        (3, "do-you-wrap", True),
    ]
    assert told["arrivals"][0]["changed"] == ["question", "phrasings", "answer"]
    assert len(service.http.get("/v1/entries").json()["entries"]) == 1

    assert take_in(service, "csv", text, dry_run=False)["saved"]
    kept = {each["id"]: each for each in service.http.get("/v1/entries").json()["entries"]}
    assert (kept["hours"]["latest"], kept["hours"]["live"], kept["hours"]["author"]) == (2, 1, "cleo")
    assert kept["do-you-wrap"]["status"] == "draft"
    assert service.understand("when are you open")["candidates"][0]["answer"] == "From nine."
    assert not take_in(service, "csv", text, dry_run=False)["saved"]


def test_a_file_with_a_mistake_changes_nothing(service: Service):
    text = "question,answer\nDo you wrap?,Yes.\nWhat else?\n"
    told = take_in(service, "csv", "\ufeff" + text, dry_run=False)
    assert ([each["line"] for each in told["troubles"]], told["saved"]) == ([3], False)
    assert service.http.get("/v1/entries").json() == {"entries": []}


def test_a_question_twice_and_a_relation_to_nothing_are_told_with_their_lines(service: Service):
    service.create("hours", "When are you open?")
    lines = [
        {"id": "a", "question": "when are you OPEN?", "answer": "x"},
        {"id": "b", "question": "B?", "answer": "x", "related": ["a"]},
        {"id": "c", "question": "C?", "answer": "x", "related": ["nowhere"]},
        {"id": "d", "question": "b?", "answer": "x"},
    ]
    told = take_in(service, "jsonl", "\n".join(json.dumps(each) for each in lines))
    assert [(each["line"], each["problem"].split(":")[0]) for each in told["troubles"]] == [
        (1, "question"),
        (3, "related"),
        (4, "question"),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_an_export_comes_in_again_as_no_change(service: Service, form: str):
    service.create("hours", "When are you open?", answer="From nine.\n\n- or later", phrasings=["opening hours"])
    service.create("gone", "Gone?")
    service.create("wrap", "Do you wrap?", related=["hours", "gone"], tags=["gifts"], valid_until="2027-01-31")
    golden(service, "gone, where", "gone")
    post(service, "/entries/gone/archive")
    golden(service, "open on sunday", "hours")
    golden(service, "do you sell cars", None)
    text = service.http.get("/v1/export", params={"format": form}).text
    told = take_in(service, form, text, dry_run=False)
    assert (told["troubles"], told["saved"]) == ([], False)
    assert [(each["entry"], each["new"], each["changed"]) for each in told["arrivals"]] == [
        ("hours", False, []),
        ("wrap", False, []),
    ]
    assert [(each["text"], each["new"], each["changed"]) for each in told["goldens"]] == [
        ("open on sunday", False, False),
        ("do you sell cars", False, False),
    ]


def test_a_whole_faq_moves_to_an_empty_installation(service: Service, fresh_database: Callable[[str, str], str]):
    service.create("hours", "When are you open?", answer="From nine.", phrasings=["opening hours"])
    golden(service, "open on sunday", "hours")
    golden(service, "do you sell cars", None)
    text = service.http.get("/v1/export", params={"format": "csv"}).text
    elsewhere = FaqSettings(database_url=fresh_database("faq", "faq"), internal_secret="between-us")
    with running(create_app(elsewhere, encoder=HashingEncoder())) as client:
        other = Service(client)
        assert take_in(other, "csv", text, dry_run=False)["saved"]
        assert other.http.get("/v1/export", params={"format": "csv"}).text == text
        kept = other.http.get("/v1/goldens").json()["goldens"]
        assert {each["text"]: each["expected"] for each in kept} == {
            "open on sunday": "hours",
            "do you sell cars": None,
        }


def test_golden_questions_of_a_file_are_told_first_and_hold_once_they_are_in(service: Service):
    service.create("hours", "When are you open?")
    golden(service, "open on sunday", None)
    text = "golden,expected,language\nOpen on Sunday,hours,\nwrap a gift,,\nwrap a gift,,fr\n"

    told = take_in(service, "csv", text)
    assert [(each["line"], each["new"], each["changed"], each["before"]) for each in told["goldens"]] == [
        (2, False, True, None),
        (3, True, False, None),
        (4, True, False, None),
    ]
    assert len(service.http.get("/v1/goldens").json()["goldens"]) == 1

    assert take_in(service, "csv", text, dry_run=False)["saved"]
    kept = service.http.get("/v1/goldens").json()["goldens"]
    assert [(each["text"], each["expected"], each["language"]) for each in kept] == [
        ("open on sunday", "hours", None),
        ("wrap a gift", None, None),
        ("wrap a gift", None, "fr"),
    ]
    deeds = [(each["action"], each["note"]) for each in service.http.get("/v1/audit").json()["deeds"][:4]]
    assert deeds == [
        ("import", "0 drafts and 3 golden questions from a file"),
        ("golden_added", "wrap a gift"),
        ("golden_added", "wrap a gift"),
        ("golden_changed", "Open on Sunday (before: no entry)"),
    ]


def test_a_golden_question_may_name_an_entry_of_its_file_but_no_other_and_there_is_a_bound(service: Service):
    own = '{"golden": "open today", "expected": "hours"}\n{"id": "hours", "question": "Open?", "answer": "Yes."}\n'
    lost = '{"golden": "closed today", "expected": "nowhere"}\n'
    told = take_in(service, "jsonl", own + lost, dry_run=False)
    assert [(each["line"], each["problem"]) for each in told["troubles"]] == [
        (3, "expected: names nowhere, which is no entry")
    ]
    assert service.http.get("/v1/goldens").json() == {"goldens": []}
    assert take_in(service, "jsonl", own, dry_run=False)["saved"]

    many = "golden,expected\n" + "".join(f"question {number},\n" for number in range(MOST))
    [trouble] = take_in(service, "csv", many, dry_run=False)["troubles"]
    assert (trouble["line"], "more than 500" in trouble["problem"]) == (MOST + 1, True)
