"""The shop's refusals and failures as the error tree of `backends.errors`."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from backends import errors

_BY_CODE: dict[str, type[errors.BackendError]] = {
    kind.code: kind
    for kind in (
        errors.NotFound,
        errors.VerificationRequired,
        errors.NotReturnable,
        errors.WindowExpired,
        errors.QuantityExceeded,
        errors.AlreadyRefunded,
        errors.InsufficientPoints,
        errors.AddressRefused,
        errors.Conflict,
        errors.InvalidRequest,
        errors.RateLimited,
        errors.Unavailable,
    )
} | {
    "unauthorized": errors.InvalidRequest,
    "insufficient_scope": errors.InvalidRequest,
    "idempotency_key_required": errors.InvalidRequest,
    "idempotency_key_reused": errors.InvalidRequest,
    "idempotency_in_progress": errors.TimedOut,
    "internal_error": errors.Unavailable,
}
_BY_STATUS: dict[int, type[errors.BackendError]] = {
    HTTPStatus.NOT_FOUND: errors.NotFound,
    HTTPStatus.CONFLICT: errors.Conflict,
    HTTPStatus.UNPROCESSABLE_ENTITY: errors.Refused,
    HTTPStatus.TOO_MANY_REQUESTS: errors.RateLimited,
}
_NOT_FACTS = {"type", "title", "status", "code", "detail", "instance", "retryable", "trace_id"}


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is no success. `retryable` None: the answer does not say."""

    error: errors.BackendError
    retryable: bool | None
    retry_after: float | None


def read_failure(response: httpx.Response, *, writes: bool) -> Failure:
    retry_after = _retry_after(response)
    problem = _problem(response)
    kind = _kind(response.status_code, problem)
    code = problem.get("code") if problem else None
    error = kind(str(problem.get("detail") or "") if problem else f"HTTP {response.status_code}")
    error.outcome_unknown = writes and (response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or kind in _OPEN)
    if problem:
        error.trace_id = str(problem["trace_id"]) if problem.get("trace_id") else None
        error.details = _facts(problem)
    if isinstance(error, errors.RateLimited) and retry_after is not None:
        error.retry_after = retry_after
    retryable = problem.get("retryable") if problem else None
    if code == "idempotency_in_progress":
        retryable = True
    return Failure(error, retryable if isinstance(retryable, bool) else None, retry_after)


# A refusal that can't be read may stand for anything: for "still at it", say.
_OPEN = {errors.TimedOut, errors.BadAnswer}


def _kind(status: int, problem: dict[str, Any] | None) -> type[errors.BackendError]:
    if problem is not None and problem.get("code") in _BY_CODE:
        return _BY_CODE[problem["code"]]
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.Unavailable
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return errors.RateLimited
    if status == HTTPStatus.UNAUTHORIZED:
        return errors.InvalidRequest
    if problem is None:  # a web server's own page, say: a 404 of that kind is no statement about an order
        return errors.BadAnswer
    return _BY_STATUS.get(status, errors.InvalidRequest)


def _problem(response: httpx.Response) -> dict[str, Any] | None:
    if "json" not in response.headers.get("content-type", ""):
        return None
    try:
        found = json.loads(response.content)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), str) else None


def _facts(problem: dict[str, Any]) -> dict[str, Any]:
    facts = {name: value for name, value in problem.items() if name not in _NOT_FACTS}
    if isinstance(facts.get("deadline"), str):
        try:
            facts["deadline"] = date.fromisoformat(facts["deadline"])
        except ValueError:
            del facts["deadline"]
    return facts


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; the header holds seconds or a date (RFC 9110 section 10.2.3)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
