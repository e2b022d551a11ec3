"""From draft to live and back: reviews, the archive, releases, who did what."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from faq.app import create_app
from faq.encoder.hashing import HashingEncoder
from faq.settings import FaqSettings
from tests.faq.service import Service, running

Start = Callable[..., Service]


@pytest.fixture
def start(fresh_database: Callable[[str, str], str]) -> Iterator[Start]:
    database = fresh_database("faq", "faq")
    opened = []

    def start(**settings: Any) -> Service:
        chosen = FaqSettings(database_url=database, internal_secret="between-us", **settings)
        opened.append(running(create_app(chosen, encoder=HashingEncoder())))
        return Service(opened[-1].__enter__())

    yield start
    for each in reversed(opened):
        each.__exit__(None, None, None)


@pytest.fixture
def service(start: Start) -> Service:
    return start()


def post(service: Service, path: str, expected: int = 200, /, **body: Any) -> dict[str, Any]:
    answer = service.http.post(f"/v1{path}", json=body)
    assert answer.status_code == expected, answer.text
    result: dict[str, Any] = answer.json()
    return result


def save(service: Service, entry: str, version: int, answer: str, **more: Any) -> dict[str, Any]:
    body = {"question": f"What of {entry}?", "answer": answer, "expected_version": version} | more
    saved = service.http.put(f"/v1/entries/{entry}", json=body)
    assert saved.status_code == 200, saved.text
    result: dict[str, Any] = saved.json()
    return result


def releases(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.http.get("/v1/releases").json()["releases"]
    return found


def deeds(service: Service, **params: Any) -> list[tuple[str, str | None, int | None]]:
    found = service.http.get("/v1/audit", params=params).json()["deeds"]
    return [(each["action"], each["author"], each["version"]) for each in found]


def answers(service: Service) -> dict[str, str]:
    texts = {entry: service.http.get(f"/v1/answers/{entry}") for entry in ("hours", "wrap")}
    return {entry: answer.json()["answer"] for entry, answer in texts.items() if answer.status_code == 200}


def test_an_entry_goes_from_draft_to_review_to_live_to_the_archive_and_back(service: Service):
    assert service.create("hours", "When are you open?")["status"] == "draft"
    asked = post(service, "/entries/hours/review", expected_version=1, author="cleo", note="please look")
    assert (asked["status"], asked["review"]) == ("review", 1)
    assert post(service, "/entries/hours/send-back", author="carl", note="say which day")["status"] == "draft"
    post(service, "/entries/hours/review", author="cleo")
    assert post(service, "/entries/hours/publish", author="carl")["status"] == "published"

    archived = post(service, "/entries/hours/archive", author="carl")
    assert (archived["status"], archived["live"]) == ("archived", None)
    assert service.understand("when are you open")["candidates"] == []
    assert post(service, "/entries/hours/take-up", author="cleo")["status"] == "unpublished"

    done = [(action, author) for action, author, _ in reversed(deeds(service, entry="hours"))]
    assert done == [
        ("create", None),
        ("review_asked", "cleo"),
        ("sent_back", "carl"),
        ("review_asked", "cleo"),
        ("publish", "carl"),
        ("archive", "carl"),
        ("taken_up", "cleo"),
    ]


def test_what_is_saved_after_it_was_given_for_review_is_a_draft_again(service: Service):
    service.create("hours", "What of hours?")
    post(service, "/entries/hours/review", expected_version=1)
    assert save(service, "hours", 1, "Changed.")["status"] == "draft"
    assert service.http.post("/v1/entries/hours/review", json={"expected_version": 1}).json()["code"] == "stale_version"


def test_with_four_eyes_only_somebody_else_publishes_and_only_what_was_given_for_review(start: Start):
    service = start(faq_four_eyes=True)
    service.create("hours", "When are you open?", author="cleo")

    assert post(service, "/entries/hours/publish", 409, author="carl")["code"] == "review_needed"
    post(service, "/entries/hours/review", author="cleo")
    assert post(service, "/entries/hours/publish", 409, author="cleo")["code"] == "review_needed"
    assert post(service, "/entries/hours/publish", author="carl")["status"] == "published"


def test_an_archived_entry_leaves_its_question_to_another_and_can_not_take_it_back(service: Service):
    service.create("hours", "When are you open?")
    post(service, "/entries/hours/archive")
    service.create("times", "When are you open?")
    assert post(service, "/entries/hours/take-up", 422)["field_errors"] == {
        "question": "is the question of times already"
    }


def test_several_entries_go_live_in_one_release_or_none_does(service: Service):
    service.create("hours", "When are you open?", answer="From nine.")
    service.create("wrap", "Do you wrap gifts?", answer="Yes.")
    stale = [{"entry": "hours"}, {"entry": "wrap", "expected_version": 7}]
    assert post(service, "/releases", 409, entries=stale)["code"] == "stale_version"
    assert answers(service) == {}

    made = post(service, "/releases", 201, entries=[{"entry": "hours"}, {"entry": "wrap"}], author="cleo")

    assert answers(service) == {"hours": "From nine.", "wrap": "Yes."}
    [release] = releases(service)
    assert (release["id"], release["kind"], release["author"]) == (made["release"], "publish", "cleo")
    assert release["steps"] == [
        {"entry": "hours", "version": 1, "before": None},
        {"entry": "wrap", "version": 1, "before": None},
    ]


def test_going_back_to_a_release_makes_all_live_that_was_live_then_and_keeps_drafts(service: Service):
    service.create("hours", "What of hours?", answer="From nine.")
    service.create("wrap", "What of wrap?", answer="Yes.")
    first = post(service, "/releases", 201, entries=[{"entry": "hours"}])["release"]
    save(service, "hours", 1, "From ten.")
    post(service, "/releases", 201, entries=[{"entry": "hours"}, {"entry": "wrap"}])
    save(service, "hours", 2, "From eleven.")
    assert answers(service) == {"hours": "From ten.", "wrap": "Yes."}

    post(service, f"/releases/{first}/restore", author="carl")

    assert answers(service) == {"hours": "From nine."}
    newest = service.http.get("/v1/entries/hours", params={"view": "newest"}).json()
    assert (newest["answer"], newest["live"], newest["latest"]) == ("From eleven.", 1, 3)
    assert releases(service)[0]["note"] == f"back to release {first}"
    assert releases(service)[0]["steps"][0] == {"entry": "hours", "version": 1, "before": 2}
    assert post(service, f"/releases/{first}/restore", 409)["code"] == "not_published"
    assert post(service, "/releases/999/restore", 404)["code"] == "not_found"


def test_the_log_names_every_change_newest_first_and_is_read_in_pages(service: Service):
    service.create("hours", "What of hours?", author="cleo")
    save(service, "hours", 1, "From ten.", author="carl")
    save(service, "hours", 2, "From ten.", author="carl")  # nothing changed: nothing was done
    service.publish("hours")
    post(service, "/entries/hours/rollback", version=1, author="cleo")
    post(service, "/entries/hours/unpublish", author="carl")

    assert deeds(service) == [
        ("unpublish", "carl", 3),
        ("rollback", "cleo", 3),
        ("publish", None, 2),
        ("save", "carl", 2),
        ("create", "cleo", 1),
    ]
    first = service.http.get("/v1/audit", params={"limit": 2}).json()["deeds"]
    assert deeds(service, before=first[-1]["id"], limit=2) == [("publish", None, 2), ("save", "carl", 2)]
