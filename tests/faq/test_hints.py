"""What a curator is told while writing, and why a question is answered as it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faq.service import Service
from tests.faq.test_gate import post, serving


@pytest.fixture
def service(fresh_database: Callable[[str, str], str]) -> Iterator[Service]:
    with serving(fresh_database("faq", "faq")) as service:
        yield service


def hints(service: Service, **draft: Any) -> dict[str, Any]:
    return post(service, "/hints", **({"question": "A new one?", "answer": "An answer."} | draft))


def test_a_phrasing_that_another_live_entry_is_asked_with_is_shown_with_the_other_answer(service: Service):
    found = hints(service, phrasings=["wrap a gift", "quite another matter"])["near"]
    assert [(each["text"], each["entry"], each["answer"]) for each in found] == [("wrap a gift", "wrap", "wrap")]
    assert hints(service, phrasings=["wrap a gift"], answer="wrap")["near"][0]["answer"] is None
    assert hints(service, phrasings=["wrap a gift"], entry="wrap")["near"] == []


def test_the_same_question_is_pointed_out_before_it_is_saved_even_of_a_draft(service: Service):
    service.create("sale", "Is there a sale?")
    assert hints(service, question="is there  a SALE?")["same_question"] == ["sale"]
    assert hints(service, question="is there a sale?", entry="sale")["same_question"] == []
    assert hints(service, question="is there a sale?", audience="signed_in")["same_question"] == []


def test_a_phrasing_that_pulls_to_another_entry_is_flagged_with_where_to(service: Service):
    draft = {"question": "Is there a sale?", "phrasings": ["summer sale", "sale now on", "gift wrapping paper"]}
    found = hints(service, **draft)["pulls"]
    assert [(each["text"], each["given"]["entry"]) for each in found] == [("gift wrapping paper", "wrap")]


def test_hints_keep_nothing_and_an_empty_form_has_none(service: Service):
    before = service.http.get("/v1/entries").json()
    assert hints(service, question=" ") == {"same_question": [], "near": [], "pulls": []}
    hints(service, phrasings=["wrap a gift"])
    assert service.http.get("/v1/entries").json() == before


def test_a_trial_says_what_is_given_why_and_by_which_phrasings(service: Service):
    trial = post(service, "/try", text="gift wrapping")
    assert (trial["decision"], trial["candidates"][0]["entry"]) == ("answer", "wrap")
    nearest = trial["candidates"][0]["nearest"]
    assert {"phrasing": "gift wrapping", "similarity": pytest.approx(1.0)} in nearest
    assert "%" in trial["why"]
    silent = post(service, "/try", text="zebra quagga okapi")
    assert (silent["decision"], "nothing is offered" in silent["why"]) == ("abstain", True)


def test_a_trial_tells_what_is_withheld_from_who_asks(service: Service):
    service.create("members", "When is the private sale?", phrasings=["private sale"], audience="signed_in")
    service.publish("members")
    stranger, member = (post(service, "/try", text="private sale", signed_in=known) for known in (False, True))
    assert [each["entry"] for each in stranger["withheld"]] == ["members"]
    assert "members" not in [each["entry"] for each in stranger["candidates"]]
    assert (member["withheld"], member["candidates"][0]["entry"]) == ([], "members")
