"""What publishing would change, and what it must not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from faq.app import create_app
from faq.encoder.hashing import HashingEncoder
from faq.encoder.ports import Vectors
from faq.entries.files import read_entries
from faq.entries.models import Content, Published
from faq.gate.comparing import compare
from faq.index.decision import Thresholds
from faq.index.index import Index
from faq.settings import FaqSettings
from ops.settings import ROOT
from tests.faq.service import Service, running

PHRASINGS = {
    "hours": ["opening hours", "when do you open", "open on sunday", "opening hours today", "hours of opening"],
    "wrap": ["gift wrapping", "wrap a gift", "wrapping paper for a gift", "gift wrap", "wrapping of gifts"],
    "cost": ["delivery cost", "cost of delivery", "what does delivery cost", "delivery price", "price of delivery"],
}


@contextmanager
def serving(database_url: str) -> Iterator[Service]:
    """The FAQ service with PHRASINGS live."""
    settings = FaqSettings(database_url=database_url, internal_secret="between-us")
    with running(create_app(settings, encoder=HashingEncoder())) as client:
        service = Service(client)
        for entry, phrasings in PHRASINGS.items():
            service.create(entry, f"{phrasings[0]}?", answer=entry, phrasings=phrasings)
        post(service, "/releases", 201, entries=[{"entry": entry} for entry in PHRASINGS])
        yield service


@pytest.fixture
def service(fresh_database: Callable[[str, str], str]) -> Iterator[Service]:
    with serving(fresh_database("faq", "faq")) as service:
        yield service


def post(service: Service, path: str, expected: int = 200, /, **body: Any) -> dict[str, Any]:
    answer = service.http.post(f"/v1{path}", json=body)
    assert answer.status_code == expected, answer.text
    result: dict[str, Any] = answer.json()
    return result


def golden(service: Service, text: str, expected: str | None) -> dict[str, Any]:
    return post(service, "/goldens", 201, text=text, expected=expected, author="cleo")


def edit(service: Service, entry: str, phrasings: list[str], **more: Any) -> int:
    newest = service.http.get(f"/v1/entries/{entry}", params={"view": "newest"}).json()
    body = {"question": newest["question"], "answer": newest["answer"], "phrasings": phrasings} | more
    saved = service.http.put(f"/v1/entries/{entry}", json=body | {"expected_version": newest["version"]})
    assert saved.status_code == 200, saved.text
    return int(saved.json()["version"])


def break_golden(service: Service) -> None:
    """Drafts with which "gift wrapping", which wrap has to answer, becomes a question of hours."""
    golden(service, "gift wrapping", "wrap")
    edit(service, "wrap", ["something else entirely"], question="Something quite different?")
    edit(service, "hours", [*PHRASINGS["hours"], "gift wrapping", "gift wrapping please"])


def check(service: Service, *entries: str) -> dict[str, Any]:
    return post(service, "/releases/check", entries=[{"entry": entry} for entry in entries])


def test_a_draft_that_takes_a_golden_question_away_is_held_back_with_a_report(service: Service):
    break_golden(service)

    refused = post(service, "/releases", 409, entries=[{"entry": "wrap"}, {"entry": "hours"}])

    assert refused["code"] == "gate_closed"
    [asked] = refused["report"]["goldens"]
    assert (asked["change"], asked["blocks"], asked["expected"]) == ("broken", True, "wrap")
    assert (asked["before"]["entry"], asked["now"]["entry"]) == ("wrap", "hours")
    assert service.first("gift wrapping") == "wrap"
    assert service.http.get("/v1/entries/wrap").json()["version"] == 1


def test_a_reason_overrides_the_gate_and_stands_in_the_release_and_in_the_log(service: Service):
    break_golden(service)
    entries = [{"entry": "wrap"}, {"entry": "hours"}]
    assert post(service, "/releases", 409, entries=entries)["code"] == "gate_closed"

    post(service, "/releases", 201, entries=entries, override="We stop wrapping.", author="cleo")

    [newest, *_] = service.http.get("/v1/releases").json()["releases"]
    assert (newest["note"], newest["gate"]["blocking"]) == ("We stop wrapping.", 1)
    [deed] = [each for each in service.http.get("/v1/audit").json()["deeds"] if each["action"] == "gate_overridden"]
    assert (deed["author"], deed["note"]) == ("cleo", "We stop wrapping. (golden questions: gift wrapping)")


def test_an_override_where_nothing_breaks_is_no_override(service: Service):
    edit(service, "wrap", [*PHRASINGS["wrap"], "wrapping service"])
    post(service, "/entries/wrap/publish", override="Just in case.")
    assert service.http.get("/v1/releases").json()["releases"][0]["note"] is None


def test_a_question_that_nothing_may_answer_is_golden_too(service: Service):
    golden(service, "zebra quagga okapi", None)
    edit(service, "cost", [*PHRASINGS["cost"], "zebra quagga okapi", "quagga and okapi", "okapi or zebra"])
    report = check(service, "cost")
    assert report["blocked"]
    assert [(each["change"], each["now"]["entry"]) for each in report["goldens"]] == [("broken", "cost")]


def test_a_golden_question_that_failed_before_blocks_nothing_but_a_new_entry_has_to_find_its_own(service: Service):
    golden(service, "gift wrapping", "hours")
    edit(service, "cost", [*PHRASINGS["cost"], "how much is delivery"])
    assert not check(service, "cost")["blocked"]

    service.create("sale", "Is there a sale?", phrasings=["summer sale", "sale now"])
    golden(service, "opening hours today", "sale")
    report = check(service, "sale")
    assert [each["text"] for each in report["goldens"] if each["blocks"]] == ["opening hours today"]


def test_what_a_new_phrasing_fixes_breaks_and_collides_with_is_told(service: Service):
    before = check(service, "cost")
    assert before["phrasings"] == before["collisions"] == []
    edit(service, "cost", [*PHRASINGS["cost"], "gift wrapping", "gift wrapping fee", "gift wrap cost"])

    report = check(service, "cost")

    assert ("gift wrapping", "wrap") in {(each["text"], each["other"]) for each in report["collisions"]}
    new = {each["text"] for each in report["phrasings"] if each["change"] == "new"}
    assert "gift wrapping" in new
    assert all(each["expected"] == "cost" for each in report["phrasings"] if each["change"] == "new")
    assert report["counts"]["phrasings"] == sum(1 + len(each) for each in PHRASINGS.values()) + 3
    assert service.http.get("/v1/entries/cost").json()["version"] == 1


def test_a_new_wording_of_an_answer_changes_nothing_that_is_found(service: Service):
    golden(service, "gift wrapping", "wrap")
    edit(service, "wrap", PHRASINGS["wrap"], answer="Yes, with pleasure.")
    report = check(service, "wrap")
    assert (report["phrasings"], report["counts"]["goldens_fit"]) == ([], 1)


def test_an_entry_for_customers_is_asked_for_in_a_customers_name(service: Service):
    golden(service, "gift wrapping", "wrap")
    edit(service, "wrap", PHRASINGS["wrap"], audience="signed_in")
    assert not check(service, "wrap")["blocked"]


def test_a_golden_question_is_kept_once_names_an_entry_and_can_be_removed(service: Service):
    made = golden(service, " Gift   wrapping ", "wrap")
    assert made["text"] == "Gift wrapping"
    assert post(service, "/goldens", 409, text="gift wrapping", expected="cost")["code"] == "entry_exists"
    assert list(post(service, "/goldens", 422, text="x", expected="nowhere")["field_errors"]) == ["expected"]
    assert list(post(service, "/goldens", 422, text=" ", expected=None)["field_errors"]) == ["text"]

    assert service.http.delete(f"/v1/goldens/{made['id']}", params={"author": "carl"}).status_code == 204
    assert service.http.delete(f"/v1/goldens/{made['id']}").status_code == 404
    assert service.http.get("/v1/goldens").json() == {"goldens": []}
    done = [(each["action"], each["author"]) for each in service.http.get("/v1/audit").json()["deeds"][:2]]
    assert done == [("golden_removed", "carl"), ("golden_added", "cleo")]


def test_all_phrasings_but_an_entrys_only_one_are_asked():
    live, draft, vectors = _sample_and_draft()

    report = compare(live, draft, {live.entries[0].id}, [], views=vectors, today=date(2027, 1, 1))

    assert len(report.phrasings) == draft.phrasings


@pytest.mark.slow
def test_a_phrasing_without_itself_gets_what_an_index_that_never_had_it_gives():
    live, _, vectors = _sample_and_draft()
    found = {left.text: left.match for left in live.without_itself(lambda _: frozenset())}
    apart = []
    for place, entry in enumerate(live.entries[:12]):
        content = entry.content
        gone = content.phrasings[-1]
        entries = [*live.entries]
        entries[place] = Published(entry.id, 1, replace(content, phrasings=content.phrasings[:-1]))
        other = Index.of(entries, vectors, Thresholds(), 256).match(gone, vectors[gone])
        without = {each.entry.id: each.probability for each in found[gone].candidates}
        apart += [abs(each.probability - without.get(each.entry.id, 0.0)) for each in other.candidates]
        apart.append(abs(other.scope - found[gone].scope))

    assert max(apart) < 0.08


def _sample_and_draft() -> tuple[Index, Index, dict[str, Vectors]]:
    """A part of the sample FAQ, and the same with a phrasing less."""
    encoder = HashingEncoder()
    contents = list(read_entries(ROOT / "faq" / "content" / "entries.jsonl").items())[:64]
    entries = [Published(entry, 1, content) for entry, content in contents]
    texts = [text for entry in entries for text in entry.content.embedded(passages=True)]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    changed = entries[0].content
    drafts = [Published(entries[0].id, 2, replace(changed, phrasings=changed.phrasings[1:])), *entries[1:]]
    live, draft = (Index.of(each, vectors, Thresholds(), encoder.dimension) for each in (entries, drafts))
    return live, draft, vectors


def test_of_a_large_collection_the_phrasings_nearest_to_the_change_are_asked():
    encoder = HashingEncoder()
    entries = [
        Published(f"e{number}", 1, Content(f"about {number}?", tuple(f"{number} {word}" for word in "abcdef"), "x"))
        for number in range(240)
    ]
    new = Published("new", 1, Content("7 g?", ("7 h",), "y"))
    texts = [text for entry in [*entries, new] for text in entry.content.embedded(passages=True)]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    live, draft = (Index.of(each, vectors, Thresholds(), encoder.dimension) for each in (entries, [*entries, new]))

    report = compare(live, draft, {"new"}, [], views=vectors, today=date(2027, 1, 1))

    asked = {each.text for each in report.phrasings}
    assert len(asked) < len(texts)
    assert {"7 g?", "7 h", "7 a", "7 f"} <= asked
