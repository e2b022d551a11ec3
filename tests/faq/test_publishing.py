"""Curation to live answers, over HTTP, with the real model and a real PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.faq.service import Process, Service

Start = Callable[..., Service]
FreshDatabase = Callable[[str, str], str]


@pytest.fixture
def database(fresh_database: FreshDatabase) -> str:
    return fresh_database("faq", "faq")


@pytest.mark.slow
def test_a_published_entry_is_live_in_every_process_without_waiting_for_its_next_look(
    start_process: Callable[..., Process], database: str
):
    here, there = (start_process(database, faq_poll_seconds="3600") for _ in range(2))
    here.create("gift-wrap", "Do you wrap gifts?", "Yes, for {{ gift_wrap_fee }}.", phrasings=["gift wrapping"])
    assert here.first("can you wrap my present") is None

    assert here.publish("gift-wrap")["status"] == "published"

    assert here.first("can you wrap my present") == "gift-wrap"
    there.wait_for(lambda: there.first("can you wrap my present") == "gift-wrap", 30)
    assert there.understand("do you wrap gifts?")["candidates"][0]["answer"] == "Yes, for {{ gift_wrap_fee }}."


def test_an_edit_waits_for_its_publication_and_a_rollback_brings_the_old_answer_back(
    start_service: Start, database: str
):
    service = start_service(database)
    service.create("hours", "When are you open?", "From nine.")
    service.publish("hours")
    edit = {"question": "When are you open?", "answer": "From ten.", "expected_version": 1}
    assert service.http.put("/v1/entries/hours", json=edit).json()["version"] == 2
    assert service.understand("when are you open")["candidates"][0]["answer"] == "From nine."
    service.publish("hours")
    assert service.understand("when are you open")["candidates"][0]["answer"] == "From ten."

    back = service.http.post("/v1/entries/hours/rollback", json={"version": 1, "expected_version": 2}).json()

    assert (back["version"], back["answer"], back["note"]) == (3, "From nine.", "rolled back to version 1")
    assert service.understand("when are you open")["candidates"][0]["answer"] == "From nine."
    history = service.http.get("/v1/entries/hours/versions").json()["entries"]
    assert [each["version"] for each in history] == [3, 2, 1]


def test_an_unpublished_entry_is_offered_no_more(start_service: Start, database: str):
    service = start_service(database)
    service.create("hours", "When are you open?")
    service.publish("hours")
    assert service.first("when are you open") == "hours"

    answer = service.http.post("/v1/entries/hours/unpublish")

    assert answer.json()["status"] == "unpublished"
    assert service.first("when are you open") is None
    assert service.http.get("/v1/entries/hours").status_code == 404
    assert service.http.get("/v1/entries/hours", params={"view": "newest"}).status_code == 200
    assert service.http.post("/v1/entries/hours/unpublish").json()["code"] == "not_published"


def test_a_publication_whose_notification_was_lost_is_found_by_looking(start_service: Start, database: str):
    service = start_service(database, faq_poll_seconds=0.3)
    service.create("hours", "When are you open?")
    with psycopg.connect(database) as connection:  # as a restored backup or another tool would: no NOTIFY
        connection.execute("UPDATE faq.entries SET live_version = 1, published_at = now() WHERE id = 'hours'")
        connection.execute("UPDATE faq.live_revision SET revision = revision + 1")

    service.wait_for(lambda: service.first("when are you open") == "hours", 30)


def test_of_two_edits_at_once_one_wins_and_the_other_is_told(start_service: Start, database: str):
    service = start_service(database)
    service.create("hours", "When are you open?")

    def edit(number: int) -> int:
        body = {"question": f"When are you open, really {number}?", "answer": "From nine.", "expected_version": 1}
        return service.http.put("/v1/entries/hours", json=body).status_code

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(edit, range(4)))

    assert sorted(answers) == [200, 409, 409, 409]
    late = service.http.put("/v1/entries/hours", json={"question": "q", "answer": "a", "expected_version": 1}).json()
    assert (late["code"], late["current_version"]) == ("stale_version", 2)


def test_readers_never_see_an_entry_half_changed(start_service: Start, database: str):
    service = start_service(database)
    service.create("hours", "When are you open?", "version 1")
    service.publish("hours")

    def edit_and_publish() -> None:
        for number in range(1, 8):
            body = {"question": "When are you open?", "answer": f"version {number + 1}", "expected_version": number}
            assert service.http.put("/v1/entries/hours", json=body).status_code == 200
            service.publish("hours")

    seen = []
    with ThreadPoolExecutor(1) as threads:
        editing = threads.submit(edit_and_publish)
        while not editing.done():
            candidate = service.understand("when are you open")["candidates"][0]
            seen.append((candidate["version"], candidate["answer"]))
        editing.result()

    assert {answer for _, answer in seen} >= {"version 1"}
    assert all(answer == f"version {version}" for version, answer in seen)
    assert seen == sorted(seen)


def test_answers_go_on_from_memory_while_the_database_is_away(start_service: Start, database: str, postgres_url: str):
    service = start_service(database, faq_poll_seconds=0.2)
    service.create("hours", "When are you open?")
    service.publish("hours")
    name = database.rsplit("/", 1)[-1].split("?", maxsplit=1)[0]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            assert service.first("when are you open") == "hours"
        finally:
            connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    shop = {"id": "other", "question": "Where is your shop?", "answer": "In Cork."}
    while (answer := service.http.post("/v1/entries", json=shop)).status_code != 201:
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    service.publish("other")
    assert service.first("where is your shop") == "other"


def test_another_language_is_searched_among_its_own_entries(start_service: Start, database: str):
    service = start_service(database, faq_fallbacks=())
    service.create("hours-en", "When are you open?")
    service.create("hours-de", "Wann habt ihr offen?", language="de-AT")
    for entry in ("hours-en", "hours-de"):
        service.publish(entry)

    assert [each["entry"] for each in service.understand("open", language="de")["candidates"]] == ["hours-de"]
    assert [each["entry"] for each in service.understand("open", language="en-IE")["candidates"]] == ["hours-en"]
    assert len(service.understand("open", language="fr")["candidates"]) == 2
