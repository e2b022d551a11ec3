"""The refusals of the contract, and the trace id that every answer carries."""

import json
import re
import uuid
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from common.problems import Problem

TRACE_HEADER = "X-Trace-Id"
RETRYABLE = {"idempotency_in_progress", "rate_limited", "upstream_unavailable", "internal_error"}


def not_found() -> Problem:
    """For what does not exist and for what is somebody else's: word for word the same."""
    return Problem(404, "not_found", "There is no such thing for this customer.")


def verification_required(detail: str = "Who the customer is has to be shown by a valid assertion.") -> Problem:
    return Problem(403, "verification_required", detail)


def conflict(detail: str, **extra: Any) -> Problem:
    return Problem(409, "conflict", detail, **extra)


def invalid(**field_errors: str) -> Problem:
    return Problem(422, "invalid_request", "The request is not of the contract.", field_errors=field_errors)


def not_returnable(reason: str) -> Problem:
    return Problem(422, "not_returnable", "The shop's rules do not allow this.", reason=reason)


def window_expired(deadline: date, window_days: int) -> Problem:
    detail = "The window for returns is over."
    return Problem(422, "window_expired", detail, deadline=deadline.isoformat(), window_days=window_days)


def quantity_exceeded(returnable: int) -> Problem:
    return Problem(422, "quantity_exceeded", "There are not so many units left.", returnable=returnable)


def already_refunded() -> Problem:
    return Problem(422, "already_refunded", "This was paid back, or is on its way back.")


def insufficient_points(available: int, required: int) -> Problem:
    detail = "There are not enough points."
    return Problem(422, "insufficient_points", detail, available=available, required=required)


def address_refused(reason: str) -> Problem:
    return Problem(422, "address_refused", "This order can't be delivered there.", reason=reason)


async def add_trace(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Put the trace id and `retryable` into problem documents, and the id into a header of every answer."""
    shown = request.headers.get(TRACE_HEADER, "")
    trace = shown if re.fullmatch(r"[A-Za-z0-9-]{1,64}", shown) else uuid.uuid4().hex
    response = await call_next(request)
    response.headers[TRACE_HEADER] = trace
    if response.headers.get("content-type", "").startswith("application/problem+json"):
        return await _completed(response, trace)
    return response


async def _completed(response: Response, trace: str) -> Response:
    body = b"".join([part async for part in response.body_iterator])  # type: ignore[attr-defined] # Starlette's streaming answer
    problem = json.loads(body) | {"trace_id": trace}
    problem["retryable"] = problem["code"] in RETRYABLE
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(json.dumps(problem), response.status_code, headers)
