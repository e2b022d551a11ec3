"""Rasa's channel as docs/reference/internal.md describes it, with every way of misbehaving."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse

Call = dict[str, Any]
Behaviour = Callable[[Call], Awaitable[Response]]


def message(text: str, **members: Any) -> dict[str, Any]:
    source = {"kind": "template", "name": "utter_test"}
    return {"text": text, "buttons": [], "cards": [], "source": source} | members


def body(*messages: dict[str, Any], status: str = "answered", **members: Any) -> dict[str, Any]:
    nothing = {"handoff": None, "verify": None, "question": None, "closed": False, "privacy": None, "consent": None}
    return {"status": status, "messages": list(messages), "writes": [], "troubles": []} | nothing | members


class FakeRasa:
    """Answers `re: <text>` unless told otherwise; `then` scripts the next turns, one behaviour each.

    Remembers what it answered to a message, and gives that again when a turn is retried.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.calls: list[Call] = []
        self.ran: list[str] = []  # ids of the messages whose turn was carried out, in order
        self.most_at_once: dict[str, int] = {}
        self._script: deque[Behaviour] = deque()
        self._handled: dict[str, dict[str, Any]] = {}
        self._inside: dict[str, int] = {}
        self.app = FastAPI()
        self.app.post("/webhooks/aftercare/turn")(self._turn)
        self.app.get("/webhooks/aftercare/health")(self._health)

    def then(self, *behaviours: Behaviour) -> None:
        self._script.extend(behaviours)

    def texts(self) -> list[str]:
        return [call["text"] for call in self.calls]

    def answer(self, *messages: dict[str, Any], **members: Any) -> Behaviour:
        async def behave(call: Call) -> Response:
            return self._handle(call, body(*messages, **members))

        return behave

    def slow(self, seconds: float, then: Behaviour | None = None) -> Behaviour:
        async def behave(call: Call) -> Response:
            await asyncio.sleep(seconds)
            return await (then or self._echo)(call)

        return behave

    def held(self, gate: asyncio.Event, arrived: asyncio.Event | None = None) -> Behaviour:
        """Answers when the gate opens; `arrived` says that the turn has begun."""

        async def behave(call: Call) -> Response:
            if arrived:
                arrived.set()
            await gate.wait()
            return await self._echo(call)

        return behave

    @staticmethod
    def raw(content: str, status: int = 200) -> Behaviour:
        async def behave(_call: Call) -> Response:
            return Response(content, status, media_type="application/json")

        return behave

    async def _echo(self, call: Call) -> Response:
        return self._handle(call, body(message(f"re: {call['text']}")))

    def _handle(self, call: Call, answer: dict[str, Any]) -> Response:
        self.ran.append(call["message_id"])
        self._handled[call["message_id"]] = answer
        return JSONResponse(answer)

    async def _turn(self, request: Request, x_aftercare_secret: str = Header("")) -> Response:
        if x_aftercare_secret != self.secret:
            return Response(status_code=401)
        call: Call = await request.json()
        self.calls.append(call)
        if call["retry"] and call["message_id"] in self._handled:
            return JSONResponse(self._handled[call["message_id"]] | {"status": "handled_before"})
        sender = call["sender"]
        self._inside[sender] = self._inside.get(sender, 0) + 1
        self.most_at_once[sender] = max(self.most_at_once.get(sender, 0), self._inside[sender])
        try:
            return await (self._script.popleft() if self._script else self._echo)(call)
        finally:
            self._inside[sender] -= 1

    async def _health(self) -> dict[str, str]:
        return {"status": "ok"}
