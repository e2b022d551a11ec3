"""Who is answered with what, and when."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from faq.app import create_app
from faq.encoder.hashing import HashingEncoder
from faq.entries.models import Audience, Content
from faq.entries.visibility import STRANGER, Reader, is_for, overlap
from faq.settings import FaqSettings
from tests.faq.service import Service, running

TODAY = date(2027, 3, 10)
MEMBER = Reader(signed_in=True)
LEAF = Reader(signed_in=True, tier="Leaf")


@pytest.fixture
def service(fresh_database: Callable[[str, str], str]) -> Iterator[Service]:
    settings = FaqSettings(database_url=fresh_database("faq", "faq"), internal_secret="between-us")
    with running(create_app(settings, encoder=HashingEncoder())) as client:
        yield Service(client)


def content(**more: Any) -> Content:
    return Content("Do you wrap gifts?", (), "Yes.", **more)


@pytest.mark.parametrize(
    ("of", "readers"),
    [
        (content(), {"stranger", "member", "leaf"}),
        (content(audience=Audience.SIGNED_IN), {"member", "leaf"}),
        (content(audience=Audience.TIER, tiers=("LEAF", "Grove")), {"leaf"}),
        (content(audience=Audience.TIER, tiers=("Grove",)), set()),
        (content(valid_from=TODAY, valid_until=TODAY), {"stranger", "member", "leaf"}),
        (content(valid_from=TODAY + timedelta(days=1)), set()),
        (content(valid_until=TODAY - timedelta(days=1)), set()),
    ],
)
def test_an_entry_is_for_its_audience_from_its_first_to_its_last_day(of: Content, readers: set[str]):
    known = {"stranger": STRANGER, "member": MEMBER, "leaf": LEAF}
    assert {name for name, reader in known.items() if is_for(of, reader, TODAY)} == readers


def test_a_tier_without_a_login_counts_for_nothing():
    assert not is_for(content(audience=Audience.TIER, tiers=("Leaf",)), Reader(signed_in=False, tier="Leaf"), TODAY)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (content(), content(), True),
        (content(), content(audience=Audience.SIGNED_IN), False),
        (content(valid_until=TODAY), content(valid_from=TODAY), True),
        (content(valid_until=TODAY), content(valid_from=TODAY + timedelta(days=1)), False),
        (content(audience=Audience.TIER, tiers=("a", "b")), content(audience=Audience.TIER, tiers=("b",)), True),
        (content(audience=Audience.TIER, tiers=("a",)), content(audience=Audience.TIER, tiers=("b",)), False),
    ],
)
def test_one_question_belongs_to_one_entry_for_each_reader_and_day(one: Content, other: Content, expected: bool):
    assert overlap(one, other) is overlap(other, one) is expected


def publish(service: Service, entry: str, question: str, **more: Any) -> None:
    service.create(entry, question, **more)
    service.publish(entry)


def test_a_stranger_never_gets_what_is_for_customers(service: Service):
    publish(service, "open", "Do you wrap gifts?", related=[])
    publish(service, "members", "When is the private sale?", audience="signed_in")
    publish(service, "leaf", "How many free returns does Leaf have?", audience="tier", tiers=["Leaf"])

    def offered(**reader: Any) -> set[str]:
        return {each["entry"] for each in service.understand("when is the private sale", **reader)["candidates"]}

    assert offered() == {"open"}
    assert offered(tier="Leaf") == {"open"}
    assert offered(signed_in=True) == {"open", "members"}
    assert offered(signed_in=True, tier="leaf") == {"open", "members", "leaf"}


def test_what_is_over_or_not_yet_is_not_offered(service: Service):
    today = datetime.now(UTC).date()
    publish(service, "now", "Is there a sale?", valid_from=f"{today - timedelta(days=2)}")
    publish(service, "over", "Was there a sale?", valid_until=f"{today - timedelta(days=2)}")
    publish(service, "soon", "Will there be a sale?", valid_from=f"{today + timedelta(days=2)}")

    assert [each["entry"] for each in service.understand("sale")["candidates"]] == ["now"]


def test_of_two_answers_to_one_question_the_narrower_audience_gets_its_own(service: Service):
    publish(service, "all", "What does delivery cost?", answer="€5.")
    publish(service, "leaf", "What does delivery cost?", answer="Nothing.", audience="tier", tiers=["Leaf"])

    for reader, answer in (
        ({}, "€5."),
        ({"signed_in": True}, "€5."),
        ({"signed_in": True, "tier": "Leaf"}, "Nothing."),
    ):
        found = service.understand("what does delivery cost?", **reader)
        assert [each["answer"] for each in found["candidates"]] == [answer]


def test_an_answer_tells_of_related_entries_that_the_reader_may_see_and_of_its_button(service: Service):
    publish(service, "window", "How long can I return?")
    publish(service, "members", "When is the private sale?", audience="signed_in")
    button = {"title": "Start a return", "skill": "return_start"}
    publish(service, "fit", "It does not fit", related=["members", "window"], button=button)

    stranger = service.http.get("/v1/answers/fit").json()
    member = service.http.get("/v1/answers/fit", params={"signed_in": True}).json()

    assert stranger["button"] == button
    assert [each["entry"] for each in stranger["related"]] == ["window"]
    assert [each["entry"] for each in member["related"]] == ["members", "window"]
    assert service.http.get("/v1/answers/members").status_code == 404
    assert service.http.get("/v1/answers/nowhere").status_code == 404
    found = service.understand("it does not fit")["candidates"][0]
    assert (found["button"], found["related"]) == (stranger["button"], stranger["related"])


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"button": {"title": "Go", "skill": "fly"}}, "button"),
        ({"button": {"title": "", "skill": "human"}}, "button"),
        ({"audience": "tier"}, "tiers"),
        ({"valid_from": "2027-02-01", "valid_until": "2027-01-01"}, "valid_until"),
        ({"related": ["nowhere"]}, "related"),
        ({"related": ["me"]}, "related"),
        ({"related": [f"e{number}" for number in range(6)]}, "related"),
        ({"tags": [f"t{number}" for number in range(21)]}, "tags"),
    ],
)
def test_a_field_that_can_not_be_so_is_named(service: Service, members: dict[str, Any], field: str):
    body = {"id": "me", "question": "Me?", "answer": "Yes."} | members
    answer: httpx.Response = service.http.post("/v1/entries", json=body)
    assert (answer.status_code, list(answer.json()["field_errors"])) == (422, [field])


def test_every_field_is_kept_and_read_back(service: Service):
    service.create("other", "Another?")
    fields = {
        "tags": ["gifts", "christmas"],
        "valid_from": "2027-11-01",
        "valid_until": "2027-12-24",
        "audience": "tier",
        "tiers": ["Leaf", "Grove"],
        "related": ["other"],
        "button": {"title": "See my tier", "skill": "loyalty_tier"},
    }
    service.create("gifts", "Do you wrap gifts?", **(fields | {"tags": ["Gifts", " gifts", "christmas", ""]}))

    kept = service.http.get("/v1/entries/gifts", params={"view": "newest"}).json()
    assert {name: kept[name] for name in fields} == fields
    change = {"question": "Do you wrap gifts?", "answer": "Yes.", "expected_version": 1, "tiers": ["Leaf"]}
    saved = service.http.put("/v1/entries/gifts", json=change).json()
    assert (saved["audience"], saved["tiers"], saved["button"]) == ("everyone", [], None)
