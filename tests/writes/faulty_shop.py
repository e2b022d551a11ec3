"""Breaks what lies between the product and a shop that itself keeps its promises."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Coroutine
from typing import Literal, get_args

import httpx
import jwt

from tests.fakes.acting_rasa import ActionServerDied

Fault = Literal[
    "none",
    "refused",
    "drop_before",
    "drop_after",
    "error_before",
    "error_after",
    "slow",
    "late",
    "garbage",
    "cut_short",
    "duplicate",
    "dies_before",
    "dies_after",
]
FAULTS: tuple[Fault, ...] = get_args(Fault)[1:]
# Of the action server's calls only: the gateway has its own way of dying.
DEADLY = {"dies_before", "dies_after"}
# What a customer confirmed goes here; quotes and dry runs change nothing.
EFFECTS = ("/returns", "/refunds", "/loyalty/redemptions", "/cancel", "/address")


def is_effect(request: httpx.Request) -> bool:
    path = request.url.path
    return request.method == "POST" and path.endswith(EFFECTS) and b'"dry_run":true' not in request.content


def customer_of(request: httpx.Request) -> str:
    assertion = request.headers.get("x-customer-assertion", "")
    return str(jwt.decode(assertion, options={"verify_signature": False})["sub"]) if assertion else ""


class FaultyTransport(httpx.AsyncBaseTransport):
    """In front of the real shop. `plans`: customer → the faults of the next writes, in order; `happened` counts them.

    refused: no connection · drop: it breaks, before or after the work · error: 500, before or after · slow: the answer
    comes after the client gave up · late: the request itself arrives after the client gave up · garbage, cut_short: a
    200 that is none of the contract · duplicate: delivered twice at the same time · dies: the caller's process does
    """

    def __init__(self, shop: httpx.AsyncBaseTransport, *, patience: float, mortal: bool) -> None:
        """`patience`: seconds after which the client gives up. `mortal`: the caller is the action server."""
        self.plans: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self.happened: Counter[str] = Counter()
        self.mortal = mortal
        self.seen: defaultdict[str, list[httpx.Request]] = defaultdict(list)  # by customer
        self._shop = shop
        self._patience = patience
        self._late: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.seen[customer_of(request)].append(request)
        plan = self.plans[customer_of(request)] if is_effect(request) else None
        fault: Fault = plan.popleft() if plan else "none"
        if fault in DEADLY and not self.mortal:
            fault = "drop_before" if fault == "dies_before" else "drop_after"
        if fault != "none":
            self.happened[fault] += 1
        return await self._before(fault, request) or self._after(fault, request, await self._pass(fault, request))

    async def settled(self) -> None:
        """Requests that are still on their way have arrived."""
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _before(self, fault: Fault, request: httpx.Request) -> httpx.Response | None:
        match fault:
            case "refused":
                raise httpx.ConnectError("refused", request=request)
            case "drop_before":
                raise httpx.ReadError("dropped", request=request)
            case "error_before":
                return httpx.Response(500, text="oops")
            case "dies_before":
                raise ActionServerDied
            case "late":
                self._keep(self._arrive_late(request))
                await asyncio.sleep(self._patience)
                raise httpx.ReadTimeout("late", request=request)
        return None

    async def _pass(self, fault: Fault, request: httpx.Request) -> httpx.Response:
        if fault == "duplicate":
            first, second = await asyncio.gather(self._send(request), self._send(request))
            return first if first.is_success else second
        return await asyncio.shield(self._keep(self._send(request)))

    def _after(self, fault: Fault, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        match fault:
            case "drop_after":
                raise httpx.ReadError("dropped", request=request)
            case "slow":
                raise httpx.ReadTimeout("slow", request=request)
            case "error_after":
                return httpx.Response(500, text="oops")
            case "garbage":
                return httpx.Response(200, html="<h1>Welcome to the shop</h1>")
            case "cut_short":
                return httpx.Response(answer.status_code, content=answer.content[: len(answer.content) // 2])
            case "dies_after":
                raise ActionServerDied
        return answer

    async def _arrive_late(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(2 * self._patience)
        return await self._send(request)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        copy = httpx.Request(request.method, request.url, headers=request.headers, content=request.content)
        answer = await self._shop.handle_async_request(copy)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

    def _keep(self, work: Coroutine[None, None, httpx.Response]) -> "asyncio.Task[httpx.Response]":
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return task
