"""The contract suite's own eye: an answer that departs from the contract does not pass."""

from typing import Any

import httpx
import pytest

from tests.backends.samples import ORDER, POLICIES, page
from tests.contracts.contract import load_contract

CONTRACT = load_contract()
PROBLEM = {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found", "retryable": False}
PROBLEM |= {"trace_id": "t"}


def check(path: str, status: int, body: Any, kind: str = "application/json", method: str = "GET") -> None:
    request = httpx.Request(method, f"http://shop{path}")
    CONTRACT.check(httpx.Response(status, json=body, headers={"content-type": kind}, request=request), path)


def test_what_the_contract_says_passes() -> None:
    check("/orders/o1", 200, ORDER | {"a_member_of_tomorrow": 1})
    check("/policies", 200, POLICIES)
    check("/orders", 200, page(), "application/json; charset=utf-8")
    check("/orders/o1", 404, PROBLEM, "application/problem+json")


@pytest.mark.parametrize(
    "change",
    [
        {"total": {"amount": 19.99, "currency": "EUR"}},
        {"total": {"amount": 1999, "currency": "eur"}},
        {"placed_at": "2026-01-02T10:00:00"},
        {"placed_at": "2026-13-02T10:00:00Z"},
        {"status": "teleported"},
        {"lines": []},
        {"customer_id": None},
    ],
    ids=str,
)
def test_a_member_of_another_form_does_not(change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="not of the contract"):
        check("/orders/o1", 200, ORDER | change)


@pytest.mark.parametrize("missing", PROBLEM)
def test_a_problem_without_a_member_does_not(missing: str) -> None:
    incomplete = {name: value for name, value in PROBLEM.items() if name != missing}
    with pytest.raises(AssertionError, match="not of the contract"):
        check("/orders/o1", 404, incomplete, "application/problem+json")


def test_an_undocumented_success_path_or_media_type_does_not() -> None:
    with pytest.raises(AssertionError, match="does not answer 204"):
        check("/orders/o1", 204, ORDER)
    with pytest.raises(AssertionError, match="not in the contract"):
        check("/orders/o1/everything", 200, ORDER)
    with pytest.raises(AssertionError, match="text/html"):
        check("/orders/o1", 404, PROBLEM, "text/html")
