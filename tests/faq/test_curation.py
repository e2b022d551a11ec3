"""What a curator may write, and what is said when it may not be."""

import asyncio
import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from common.database import create_pool
from faq.app import create_app
from faq.cli import main
from faq.encoder.hashing import HashingEncoder
from faq.entries import repository
from faq.entries.presence import has_entries
from faq.entries.schemas import ContentBody
from faq.entries.validation import check, cleaned
from faq.errors import InvalidEntry
from faq.settings import FaqSettings
from tests.faq.service import running

ENTRY = {"question": "Do you wrap gifts?", "answer": "Yes, for {{ gift_wrap_fee }}.", "phrasings": ["gift wrapping"]}


@pytest.fixture
def database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("faq", "faq")


@pytest.fixture
def service(database: str) -> Iterator[httpx.Client]:
    """The whole application with a real database; only the encoder is the small deterministic one."""
    settings = FaqSettings(database_url=database, internal_secret="between-us")
    with running(create_app(settings, encoder=HashingEncoder())) as client:
        yield client


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("question", "  ", "is empty"),
        ("question", "q" * 301, "longer than 300"),
        ("answer", "", "is empty"),
        ("answer", "a" * 4001, "longer than 4000"),
        ("answer", "Costs {{ Fee }}.", "is not of a placeholder"),
        ("answer", "Costs {{ fee.", "is not of a placeholder"),
        ("answer", "{% if fee %}", "is not of a placeholder"),
        ("phrasings", ["fine", "p" * 301], "number 2 is longer"),
        ("language", "English!", "not a language tag"),
        ("category", "c" * 61, "longer than 60"),
    ],
)
def test_a_field_that_is_wrong_is_named(field: str, value: Any, problem: str):
    body = ContentBody.model_validate(ENTRY | {field: value})
    with pytest.raises(InvalidEntry) as caught:
        check(cleaned(body.content()))

    assert list(caught.value.fields) == [field]
    assert problem in caught.value.fields[field]


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_saved(service: httpx.Client):
    answer = service.post("/v1/entries", json={"question": " ", "answer": "{{", "language": "?"})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()["field_errors"]) == {"question", "answer", "language"}
    assert service.get("/v1/entries").json() == {"entries": []}


def test_a_question_belongs_to_one_entry_and_an_id_too(service: httpx.Client):
    made = service.post("/v1/entries", json=ENTRY)
    assert (made.status_code, made.json()["id"], made.json()["status"]) == (201, "do-you-wrap-gifts", "draft")

    same_question = service.post("/v1/entries", json=ENTRY | {"id": "other", "question": " do you  WRAP gifts? "})
    same_id = service.post("/v1/entries", json=ENTRY | {"id": "do-you-wrap-gifts", "question": "Something else?"})

    assert same_question.json()["field_errors"] == {"question": "is the question of do-you-wrap-gifts already"}
    assert (same_id.status_code, same_id.json()["code"]) == (409, "entry_exists")
    assert service.post("/v1/entries", json=ENTRY | {"id": "../etc", "question": "x?"}).status_code == 422


def test_phrasings_are_cleaned_and_saving_the_same_again_makes_no_version(service: httpx.Client):
    texts = [" gift wrapping ", "", "Gift  wrapping", "do you wrap gifts?", "wrap it"]
    made = service.post("/v1/entries", json=ENTRY | {"id": "wrap", "phrasings": texts}).json()
    assert made["phrasings"] == ["gift wrapping", "wrap it"]

    body = {name: made[name] for name in ("question", "answer", "phrasings")} | {"expected_version": 1}
    assert service.put("/v1/entries/wrap", json=body).json()["version"] == 1


def test_near_duplicates_of_live_entries_are_pointed_out_but_allowed(service: httpx.Client):
    service.post("/v1/entries", json=ENTRY | {"id": "wrap"})
    service.post("/v1/entries/wrap/publish")

    made = service.post("/v1/entries", json=ENTRY | {"id": "card", "question": "Do you wrap a gift?"}).json()

    near = [(each["text"], each["entry"], each["phrasing"]) for each in made["warnings"]]
    assert ("gift wrapping", "wrap", "gift wrapping") in near


def test_what_does_not_exist_is_not_found(service: httpx.Client):
    body = ENTRY | {"expected_version": 1}
    answers = [
        service.get("/v1/entries/nowhere"),
        service.get("/v1/entries/nowhere/versions"),
        service.put("/v1/entries/nowhere", json=body),
        service.post("/v1/entries/nowhere/publish"),
        service.post("/v1/entries/nowhere/rollback", json={"version": 1}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert {answer.json()["code"] for answer in answers} == {"not_found"}


def test_the_list_can_be_narrowed_and_search_shows_more_candidates(service: httpx.Client):
    for number in range(6):
        name, category = f"entry-{number}", "even" if number % 2 == 0 else "odd"
        service.post("/v1/entries", json=ENTRY | {"id": name, "question": f"Gift {number}?", "category": category})
        service.post(f"/v1/entries/{name}/publish")
    service.post("/v1/entries/entry-0/unpublish")

    listed = service.get("/v1/entries", params={"status": "published", "category": "even"}).json()["entries"]
    found = service.get("/v1/search", params={"q": "gift 3"}).json()

    assert [each["id"] for each in listed] == ["entry-2", "entry-4"]
    assert len(found["candidates"]) == 5
    assert found["candidates"][0]["entry"] == "entry-3"


def test_vectors_travel_as_base64_of_float32_and_nobody_unknown_is_served(service: httpx.Client):
    understood = service.post("/v1/understand", json={"text": "gift wrapping"}).json()
    embedded = service.post("/v1/embed", json={"texts": ["gift wrapping", "other"]}).json()

    vector = np.frombuffer(base64.b64decode(understood["vector"]), dtype="<f4")
    assert np.array_equal(vector, HashingEncoder().encode(["gift wrapping"])[0])
    assert embedded["vectors"][0] == understood["vector"]
    assert embedded["dimension"] == service.get("/v1/encoder").json()["dimension"] == 256
    assert service.post("/v1/embed", json={"texts": ["x"] * 257}).status_code == 422
    assert service.post("/v1/understand", json={"text": "x"}, headers={"X-Aftercare-Secret": "no"}).status_code == 401
    assert 'aftercare_faq_decisions_total{decision="abstain"} 1.0' in service.get("/metrics").text


def test_another_encoder_embeds_what_is_live_again(database: str, service: httpx.Client):
    service.post("/v1/entries", json=ENTRY | {"id": "wrap"})
    service.post("/v1/entries/wrap/publish")
    settings = FaqSettings(database_url=database, internal_secret="between-us")

    with running(create_app(settings, encoder=HashingEncoder(64))) as other:
        candidates = other.post("/v1/understand", json={"text": "gift wrapping"}).json()["candidates"]

    assert [each["entry"] for each in candidates] == ["wrap"]
    assert asyncio.run(stored_models(database)) == {"hashing-64", "hashing-256"}


def test_import_fills_an_empty_table_once_and_replaces_on_demand(
    database: str, service: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database)
    file = tmp_path / "entries.jsonl"

    def load(*entries: dict[str, object], replace: bool = False) -> None:
        file.write_text("\n".join(json.dumps(each) for each in entries))
        assert main(["import", str(file), *(["--replace"] if replace else [])]) == 0

    def live() -> dict[str, int]:
        return {each["id"]: each["version"] for each in entries(service) if each["status"] == "published"}

    wrap, hours = ENTRY | {"id": "wrap"}, {"id": "hours", "question": "When open?", "answer": "From nine."}
    assert not has_entries(database)
    load(wrap, hours)
    assert has_entries(database)
    assert live() == {"wrap": 1, "hours": 1}
    load(wrap | {"answer": "No."})
    assert live() == {"wrap": 1, "hours": 1}
    load(wrap | {"answer": "No."}, replace=True)
    assert live() == {"wrap": 2}
    load(wrap | {"answer": "No."}, hours, replace=True)
    assert live() == {"wrap": 2, "hours": 1}


def test_import_brings_golden_questions_along_and_leaves_those_that_the_file_lacks(
    database: str, service: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database)
    file = tmp_path / "entries.jsonl"

    def load(*goldens: dict[str, object], code: int = 0) -> dict[str, object]:
        file.write_text("\n".join(json.dumps(each) for each in (*goldens, ENTRY | {"id": "wrap"})))
        assert main(["import", str(file), "--replace"]) == code
        return {each["text"]: each["expected"] for each in service.get("/v1/goldens").json()["goldens"]}

    assert load({"golden": "wrap it", "expected": "wrap"}) == {"wrap it": "wrap"}
    kept = {"wrap it": None, "sell cars": None}
    assert load({"golden": "wrap it", "expected": None}, {"golden": "sell cars", "expected": None}) == kept
    assert load() == kept
    assert load({"golden": "open today", "expected": "nowhere"}, code=1) == kept
    assert load({"golden": "open today"}, code=1) == kept


def test_an_import_that_holds_something_wrong_changes_nothing(
    database: str,
    service: httpx.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("AFTERCARE_DATABASE_URL", database)
    file = tmp_path / "entries.jsonl"
    file.write_text(json.dumps(ENTRY | {"id": "a"}) + "\n" + json.dumps(ENTRY | {"id": "b", "answer": "{{ X }}"}))

    assert main(["import", str(file)]) == 1
    assert capsys.readouterr().err.startswith("faq: b: answer: {{ is not of a placeholder")
    assert entries(service) == []


def entries(service: httpx.Client) -> list[dict[str, object]]:
    answer: httpx.Response = service.get("/v1/entries")
    found: list[dict[str, object]] = answer.json()["entries"]
    return found


async def stored_models(database: str) -> set[str]:
    async with create_pool(database, schema="faq", max_size=1) as pool, pool.connection() as connection:
        rows = await repository.fetch_all(connection, "SELECT DISTINCT model FROM vectors")
    return {str(row["model"]) for row in rows}
