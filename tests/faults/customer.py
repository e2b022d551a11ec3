"""A customer as a program over the public interface: sends until it is acknowledged, reads on where it stopped."""

import asyncio
import contextlib
import json
import random
import uuid
from typing import Any, Self

import httpx
import websockets

from tests.faults.record import Sent, Talk

PATIENCE = 100.0  # seconds for an acknowledgement, or an answer, while everything around breaks
HTTP_PATIENCE = 8.0
AGAIN_AFTER = 0.4
POLL = 5.0
LATER = {429, 500, 502, 503, 504}


class GaveUp(Exception):
    """The customer leaves the conversation as it is; the checker tells whether that was the product's fault."""


async def send_until(http: httpx.AsyncClient, method: str, url: str, **request: Any) -> httpx.Response:
    """The first answer that is not "later". Raises GaveUp."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        pause = AGAIN_AFTER
        try:
            answer = await http.request(method, url, **request)
            if answer.status_code not in LATER:
                return answer
            pause = min(float(answer.headers.get("Retry-After", pause)), HTTP_PATIENCE)
        except httpx.HTTPError:
            pass
        await asyncio.sleep(pause)
    raise GaveUp(f"{method} {url}")


class Customer:
    """`async with await Customer.arrive(…) as customer:`; the stream is read until the customer leaves."""

    def __init__(self, http: httpx.AsyncClient, url: str, talk: Talk, rng: random.Random) -> None:
        self.talk = talk
        self.rng = rng
        self._http = http
        self._url = url
        self._by_socket = rng.random() < 0.4
        self._news = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    async def arrive(
        cls, http: httpx.AsyncClient, url: str, *, shopper: str, token: str, scenario: str, rng: random.Random
    ) -> "Customer":
        answer = await send_until(http, "POST", f"{url}/v1/conversations", json={"customer_token": token})
        created = answer.raise_for_status().json()
        talk = Talk(created["id"], created["token"], shopper, scenario)
        return cls(http, f"{url}/v1/conversations/{talk.conversation}", talk, rng)

    async def __aenter__(self) -> Self:
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._reader
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.talk.token}"}

    async def pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.1, 1.5))

    async def wait(self) -> None:
        """As one who was asked to try again later."""
        await asyncio.sleep(self.rng.uniform(2.0, 5.0))

    async def say(self, text: str) -> Sent:
        """Acknowledged on return. Raises GaveUp."""
        headers = {**self.headers, "Idempotency-Key": str(uuid.UUID(int=self.rng.getrandbits(128)))}
        try:
            answer = await send_until(self._http, "POST", f"{self._url}/messages", json={"text": text}, headers=headers)
        except GaveUp:
            self.talk.unacknowledged += 1
            raise
        if answer.status_code != httpx.codes.ACCEPTED:
            self.talk.refused.append(f"{answer.status_code} for a message")
            raise GaveUp("refused")
        accepted = answer.json()
        sent = Sent(accepted["message_id"], accepted["seq"], text)
        self.talk.sent.append(sent)
        return sent

    async def ask(self, text: str) -> list[dict[str, Any]]:
        return await self.reply_to(await self.say(text))

    async def ask_for_a_person(self) -> None:
        answer = await send_until(self._http, "POST", f"{self._url}/handoff", headers=self.headers)
        if answer.is_error:
            self.talk.refused.append(f"{answer.status_code} for a hand-off")

    async def reply_to(self, sent: Sent) -> list[dict[str, Any]]:
        """The bot's messages that answer it; none where people have the conversation. Raises GaveUp."""

        def answers() -> list[dict[str, Any]]:
            return [event for event in self.talk.seen if sent.message_id in answered_by(event)]

        await self.until(lambda: bool(answers()) or self._left_bot_after(sent.seq))
        return answers()

    async def until(self, happened: Any, patience: float = PATIENCE) -> None:
        """Raises GaveUp."""
        try:
            async with asyncio.timeout(patience), self._news:
                await self._news.wait_for(happened)
        except TimeoutError:
            raise GaveUp("nothing came") from None

    @property
    def with_people(self) -> bool:
        states = [event["state"] for event in self.talk.seen if event["type"] == "handoff" and event.get("state")]
        return bool(states) and states[-1] in {"queued", "assigned"}

    def _left_bot_after(self, seq: int) -> bool:
        return self.with_people and any(event["type"] == "handoff" and event["seq"] > seq for event in self.talk.seen)

    async def _read(self) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError, OSError, websockets.WebSocketException, TimeoutError):
                await (self._follow_socket() if self._by_socket else self._poll())
                continue
            await asyncio.sleep(AGAIN_AFTER)

    async def _poll(self) -> None:
        await self._heard((await self._page(wait=POLL))["events"])

    async def _page(self, wait: float) -> dict[str, Any]:
        answer = await self._http.get(
            f"{self._url}/events", params={"after": self._after, "wait": wait}, headers=self.headers
        )
        page = answer.raise_for_status().json()
        assert isinstance(page, dict)
        return page

    async def _follow_socket(self) -> None:
        url = self._url.replace("http:", "ws:", 1) + "/stream"
        async with websockets.connect(url, proxy=None, open_timeout=HTTP_PATIENCE) as socket:
            await socket.send(json.dumps({"token": self.talk.token, "after": self._after}))
            async for frame in socket:
                await self._heard([json.loads(frame)])

    @property
    def _after(self) -> int:
        return self.talk.seen[-1]["seq"] if self.talk.seen else 0

    async def _heard(self, events: list[dict[str, Any]]) -> None:
        async with self._news:
            self.talk.seen += [event for event in events if event["type"] != "typing"]
            self._news.notify_all()

    async def catch_up(self) -> None:
        """Read what came since the stream was left."""
        while True:
            page = await send_until(
                self._http, "GET", f"{self._url}/events", params={"after": self._after}, headers=self.headers
            )
            events = page.raise_for_status().json()["events"]
            if not events:
                return
            await self._heard(events)


def answered_by(event: dict[str, Any]) -> list[str]:
    if event["type"] != "message" or event["author"] != "bot":
        return []
    return list(event.get("answers") or [event.get("in_reply_to")])
