"""One call to the shop, carried out within its time: attempts, pauses, circuit breaker, authentication."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
import structlog

from backends.errors import (
    BackendError,
    InvalidRequest,
    NotFound,
    RateLimited,
    Refused,
    TimedOut,
    Unavailable,
    VerificationRequired,
)
from backends.http.auth import Authentication
from backends.http.breaker import CircuitBreaker, CircuitOpen
from backends.http.problems import read_failure
from backends.http.settings import CommerceSettings

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """`idempotency_key` marks a write; `body` is JSON-ready."""

    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: Any = None
    assertion: str = ""
    idempotency_key: str | None = None

    @property
    def writes(self) -> bool:
        return self.idempotency_key is not None

    def headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json, application/problem+json"}
        if self.assertion:
            headers["X-Customer-Assertion"] = self.assertion
        if self.idempotency_key is not None:
            headers["Idempotency-Key"] = self.idempotency_key
        return headers


class AttemptFailed(Exception):
    def __init__(self, error: BackendError, *, again: bool, after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.again = again
        self.after = after


class Transport:
    def __init__(
        self,
        http: httpx.AsyncClient,
        authentication: Authentication,
        breaker: CircuitBreaker,
        settings: CommerceSettings,
    ) -> None:
        self._http = http
        self._authentication = authentication
        self._breaker = breaker
        self._settings = settings

    async def send(self, call: Call) -> bytes:
        """The body of a 2xx answer.

        A write is sent again, with its key, only where the shop says that it may be or where no connection was made.
        An earlier attempt that left the outcome open keeps it open, whatever a later one says that is no refusal.

        Raises:
            BackendError: any of the tree; BadAnswer only for what is no success and no problem document either.
        """
        clock = asyncio.get_running_loop().time
        total = self._settings.commerce_write_timeout if call.writes else self._settings.commerce_read_timeout
        deadline = clock() + total
        outcome_unknown = False
        for attempt in range(1, self._settings.commerce_attempts + 1):
            try:
                return await self._attempt(call, deadline - clock())
            except AttemptFailed as failed:
                error = failed.error
                pause = max(failed.after or 0.0, self._backoff(attempt))
                last = attempt == self._settings.commerce_attempts or clock() + pause >= deadline
                if not isinstance(error, NotFound | VerificationRequired | Refused):  # those are answers, not failures
                    log.warning(
                        "commerce_call_failed",
                        call=f"{call.method} {call.path}",
                        code=error.code,
                        attempt=attempt,
                        trace_id=error.trace_id,
                    )
                    outcome_unknown = error.outcome_unknown = outcome_unknown or error.outcome_unknown
                if last or not failed.again:
                    raise error from failed.__cause__
            await asyncio.sleep(pause)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _backoff(self, attempt: int) -> float:
        return random.uniform(0, self._settings.commerce_backoff * 2 ** (attempt - 1))  # noqa: S311 - spreads load

    async def _attempt(self, call: Call, remaining: float) -> bytes:
        seconds = remaining if call.writes else min(remaining, self._settings.commerce_attempt_timeout)
        try:
            with self._breaker.attempt() as attempt:
                try:
                    body = await self._exchange(call, seconds)
                except AttemptFailed as failed:
                    if isinstance(failed.error, Unavailable | TimedOut):
                        attempt.failed()
                    else:
                        attempt.succeeded()
                    raise
                attempt.succeeded()
                return body
        except CircuitOpen as opened:
            raise AttemptFailed(Unavailable(str(opened)), again=False) from opened

    async def _exchange(self, call: Call, seconds: float) -> bytes:
        deadline = asyncio.get_running_loop().time() + seconds
        identity = await self._identify(deadline)
        response = await self._request(call, identity, deadline)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._authentication.renew(identity):
            identity = await self._identify(deadline)
            response = await self._request(call, identity, deadline)
        if response.is_success:
            return response.content
        failure = read_failure(response, writes=call.writes)
        again = failure.retryable
        if again is None:
            again = not call.writes and isinstance(failure.error, Unavailable | RateLimited)
        raise AttemptFailed(failure.error, again=again, after=failure.retry_after)

    async def _identify(self, deadline: float) -> dict[str, str]:
        """Nothing of the call itself was sent when this fails."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._authentication.headers()
        except TimeoutError as error:
            raise AttemptFailed(TimedOut("no token in time"), again=True) from error
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            raise AttemptFailed(Unavailable("no token"), again=True) from error
        except BackendError as error:
            raise AttemptFailed(error, again=False) from error

    async def _request(self, call: Call, identity: Mapping[str, str], deadline: float) -> httpx.Response:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._http.request(
                    call.method,
                    call.path,
                    params=dict(call.params) or None,
                    json=call.body,
                    headers={**call.headers(), **identity},
                )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise AttemptFailed(Unavailable("no connection"), again=True) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise AttemptFailed(TimedOut(outcome_unknown=call.writes), again=not call.writes) from error
        except httpx.TransportError as error:
            lost = TimedOut("the connection broke", outcome_unknown=call.writes)
            raise AttemptFailed(lost, again=not call.writes) from error
        except (httpx.InvalidURL, httpx.RequestError, UnicodeError, ValueError) as error:
            raise AttemptFailed(InvalidRequest(type(error).__name__), again=False) from error
