"""A customer, as seen from outside: sends a sentence, waits for the whole reply. One class an assistant.

`say` returns seconds from the POST to the reply event: for Aftercare what the widget sees (POST, then the bot's message
on the WebSocket), for stock Rasa the answer of its REST webhook. Each has a connection of its own, as browsers have;
by aiohttp, because httpx takes two milliseconds of a core more a request, which the measured assistant would lack.
"""

import asyncio
import json
import time
import uuid
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

import aiohttp
import httpx
from websockets.asyncio.client import ClientConnection, connect

LONGEST_TURN = 60.0  # seconds; a turn without an answer ends the run instead of stopping it


class Customer(Protocol):
    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def say(self, text: str) -> float: ...


class AftercareCustomer:
    def __init__(self, http: httpx.AsyncClient, base_url: str, customer_token: str | None = None) -> None:
        self._http = http
        self._base_url = base_url
        self._customer_token = customer_token
        self._stack = AsyncExitStack()
        self._socket: ClientConnection | None = None
        self._own: aiohttp.ClientSession | None = None
        self._url = ""
        self._headers: dict[str, str] = {}
        self.last_reply: dict[str, object] = {}

    async def __aenter__(self) -> Self:
        body = {"customer_token": self._customer_token} if self._customer_token else {}
        created = (await self._http.post(f"{self._base_url}/v1/conversations", json=body)).raise_for_status().json()
        self._url = f"{self._base_url}/v1/conversations/{created['id']}"
        self._headers = {"Authorization": f"Bearer {created['token']}"}
        self._own = await self._stack.enter_async_context(own_connection())
        stream = self._url.replace("http://", "ws://") + "/stream"
        self._socket = await self._stack.enter_async_context(connect(stream, proxy=None, compression=None))
        await self._socket.send(json.dumps({"token": created["token"], "after": 0}))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def say(self, text: str) -> float:
        assert self._socket is not None
        assert self._own is not None
        started = time.perf_counter()
        headers = {**self._headers, "Idempotency-Key": str(uuid.uuid4())}
        async with self._own.post(f"{self._url}/messages", json={"text": text}, headers=headers) as answer:
            message_id = (await answer.json())["message_id"]
        async with asyncio.timeout(LONGEST_TURN):
            while True:
                event = json.loads(await self._socket.recv())
                if event["type"] == "message" and event.get("in_reply_to") == message_id:
                    self.last_reply = event
                    return time.perf_counter() - started


class StockCustomer:
    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url}/webhooks/rest/webhook"
        self._sender = str(uuid.uuid4())
        self._stack = AsyncExitStack()
        self._own: aiohttp.ClientSession | None = None
        self.last_reply: dict[str, object] = {}

    async def __aenter__(self) -> Self:
        self._own = await self._stack.enter_async_context(own_connection())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def say(self, text: str) -> float:
        assert self._own is not None
        started = time.perf_counter()
        async with self._own.post(self._url, json={"sender": self._sender, "message": text}) as answer:
            replies = await answer.json()
        taken = time.perf_counter() - started
        # Where its model takes a sentence for something that has no rule it says nothing: that is a turn, too.
        self.last_reply = replies[0] if replies else {}
        return taken


def own_connection() -> aiohttp.ClientSession:
    """To be used in its `async with`; an answer of 400 or more is an error."""
    return aiohttp.ClientSession(raise_for_status=True, timeout=aiohttp.ClientTimeout(total=120))
