"""Rasa's channel with the real action server behind it and no classifier: texts are looked up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor

from tests.actions.conversation import Conversation, Message

Call = dict[str, Any]
# After the turn was carried out and before it is answered: False loses the answer.
Afterwards = Callable[[Call], Awaitable[bool]]

INTENTS = {"yes": "affirm", "yes yes": "affirm", "yes please": "affirm", "no": "deny", "hello": "greet"}


class ActionServerDied(BaseException):
    """Whatever the action would have done from here on is not done."""


class ActingRasa:
    """As `bot/channel`: one turn at a time in a conversation, a retry finds what was answered.

    ActionServerDied, raised in what an action calls, ends it as a kill would: its events and messages are lost.
    A text such as `loyalty_redeem{"reward": "tote-bag"}` is understood as that intent with those entities.
    """

    def __init__(self, secret: str, executor: ActionExecutor) -> None:
        self.app = FastAPI()
        self.app.post("/webhooks/aftercare/turn")(self._turn)
        self.app.get("/webhooks/aftercare/health")(self._health)
        self.afterwards: Afterwards | None = None
        # Senders for whom Rasa's lock expires: a turn runs a second time beside itself, whose answer is the one given.
        self.twice: set[str] = set()
        self._secret = secret
        self._executor = executor
        self._talks: dict[str, Conversation] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._answers: dict[str, dict[str, Any]] = {}

    async def _turn(self, request: Request, x_aftercare_secret: str = Header("")) -> Response:
        if x_aftercare_secret != self._secret:
            return Response(status_code=401)
        call: Call = await request.json()
        lock = self._locks.setdefault(call["sender"], asyncio.Lock())
        async with lock:
            if call["retry"] and call["message_id"] in self._answers:
                answer = self._answers[call["message_id"]] | {"status": "handled_before"}
            else:
                answer = await self.run(call)
                self._answers[call["message_id"]] = answer
            if self.afterwards and not await self.afterwards(call):
                return Response(status_code=500)
        return JSONResponse(answer)

    async def run(self, call: Call) -> dict[str, Any]:
        talk = self._talks.setdefault(call["sender"], Conversation(self._executor, sender=call["sender"]))
        talk.assertion, talk.auth_level = call["metadata"]["assertion"], call["metadata"]["auth_level"]
        said, twin = understood(call), deepcopy_of(talk) if call["sender"] in self.twice else None
        try:
            if twin is None:
                await talk.says(*said[:2], message_id=call["message_id"], **said[2])
                return answer_of(talk.messages)
            self._talks[call["sender"]] = twin
            runs = (each.says(*said[:2], message_id=call["message_id"], **said[2]) for each in (talk, twin))
            await asyncio.gather(*runs)
            return answer_of(twin.messages)
        except ActionServerDied:
            return answer_of([], "failed")

    async def _health(self) -> dict[str, str]:
        return {"status": "ok"}


def understood(call: Call) -> tuple[str, str, dict[str, str]]:
    """Text, intent, entities."""
    text = str(call["text"])
    intent, bracket, entities = text.removeprefix("/").partition("{")
    if call["kind"] == "payload" or bracket:
        return (text if call["kind"] == "payload" else "please"), intent, json.loads(bracket + entities or "{}")
    return text, INTENTS.get(text, "nlu_fallback"), {}


def deepcopy_of(talk: Conversation) -> Conversation:
    return replace(talk, slots=deepcopy(talk.slots), events=deepcopy(talk.events), messages=[])


def answer_of(messages: list[Message], status: str = "answered") -> dict[str, Any]:
    answer: dict[str, Any] = {"handoff": None, "verify": None, "closed": False, "writes": [], "troubles": []}
    for message in messages:
        answer |= {
            name: message.custom[name] for name in ("handoff", "verify", "privacy", "consent") if name in message.custom
        }
        answer["writes"] = answer["writes"] + message.custom.get("writes", [])
        answer["troubles"] = answer["troubles"] + message.custom.get("troubles", [])
    said = [
        {
            "text": message.template or message.text,
            "buttons": [{"title": payload, "payload": payload} for payload in message.payloads],
            "cards": message.custom.get("cards", []),
            "source": message.source or {"kind": "template", "name": message.template},
        }
        for message in messages
    ]
    return {"status": status if said else "failed", "messages": said, **answer}
