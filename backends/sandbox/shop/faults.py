"""Misbehaviour on demand, so that tests can see what the assistant makes of it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from common.problems import Problem

# Never disturbed: health, the login, and what controls the shop itself.
SPARED = ("/shop/", "/livez", "/readyz", "/oauth/")
Kind = Literal["slow", "slow_answer", "down", "garbage", "rate_limited"]


@dataclass(frozen=True, slots=True)
class Fault:
    """For the next `calls` calls or `seconds` seconds, whichever ends first; None: no such end.

    `slow` waits before the call is carried out, `slow_answer` after it: the write happened, its answer is late.
    """

    kind: Kind
    delay: float = 5.0
    calls: int | None = None
    seconds: float | None = None
    path: str = "/"


@dataclass(slots=True)
class Faults:
    """The fault of this process; none at first."""

    fault: Fault | None = None
    _calls: int = field(default=0, init=False)
    _since: float = field(default=0.0, init=False)

    def set(self, fault: Fault | None) -> None:
        self.fault, self._calls, self._since = fault, 0, time.monotonic()

    def take(self, path: str) -> Fault | None:
        """The fault for this call, which is counted."""
        fault = self.fault
        if fault is None or path.startswith(SPARED) or not path.startswith(fault.path):
            return None
        over = fault.calls is not None and self._calls >= fault.calls
        late = fault.seconds is not None and time.monotonic() - self._since > fault.seconds
        if over or late:
            self.fault = None
            return None
        self._calls += 1
        return fault

    async def middleware(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        fault = self.take(request.url.path)
        match fault.kind if fault else None:
            case "down":
                detail = "The shop is down for maintenance."
                return Problem(503, "upstream_unavailable", detail, headers={"Retry-After": "1"}).response()
            case "rate_limited":
                return Problem(429, "rate_limited", "Too many calls.", headers={"Retry-After": "1"}).response()
            case "garbage":
                return Response("<html><body>Welcome to the shop!</body></html>", 200, media_type="text/html")
            case "slow":
                assert fault is not None
                await asyncio.sleep(fault.delay)
        response = await call_next(request)
        if fault is not None and fault.kind == "slow_answer":
            await asyncio.sleep(fault.delay)
        return response
