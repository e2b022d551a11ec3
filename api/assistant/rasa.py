"""One turn over Rasa's channel of ours (docs/reference/internal.md).

RasaError        `kind` for metrics, `apology` the template that tells the customer
├── Unreachable  refused, reset, 5xx: Rasa may be starting
├── TooSlow      no answer in time, or Rasa died at it and did not come back: the turn may be carried out
├── Garbage      an answer that is not of the channel's form
└── TurnFailed   Rasa says that the turn failed, or said nothing although it should have
"""

import asyncio
import time
from typing import Any, ClassVar, Literal

import httpx
from pydantic import BaseModel, Field, ValidationError

from api.assistant.ports import Reason, Skill
from api.writes.models import Report
from common.internal import INTERNAL_SECRET_HEADER

CONNECT_ATTEMPT_SECONDS = 3.0
CONNECT_PAUSE_SECONDS = 0.25


class RasaError(Exception):
    kind: ClassVar[str]
    apology: ClassVar[str] = "assistant_failed"


class Unreachable(RasaError):
    kind = "unreachable"
    apology = "assistant_unavailable"


class TooSlow(RasaError):
    kind = "too_slow"
    apology = "assistant_slow"


class Garbage(RasaError):
    kind = "garbage"


class TurnFailed(RasaError):
    kind = "failed"


class Button(BaseModel):
    title: str
    payload: str


class BotMessage(BaseModel):
    text: str = ""
    buttons: list[Button] = Field(default_factory=list)
    cards: list[dict[str, Any]] = Field(default_factory=list)
    source: dict[str, Any] | None = None


class HandoffWish(BaseModel):
    reason: Reason
    skill: Skill = "general"
    summary: str = ""


class VerifyWish(BaseModel):
    order_number: str = Field(max_length=100)
    email: str = Field(max_length=320)


class Answer(BaseModel):
    status: Literal["answered", "handled_before", "silent", "failed"]
    messages: list[BotMessage] = Field(default_factory=list)
    handoff: HandoffWish | None = None
    verify: VerifyWish | None = None
    closed: bool = False
    writes: list[Report] = Field(default_factory=list, max_length=20)


class Rasa:
    def __init__(self, url: str, secret: str, client: httpx.AsyncClient, *, turn_timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/webhooks/aftercare/turn"
        self._headers = {INTERNAL_SECRET_HEADER: secret}
        self._client = client
        self._turn_timeout = turn_timeout

    async def turn(
        self, *, sender: str, message_id: str, kind: str, text: str, retry: bool, metadata: dict[str, Any]
    ) -> Answer:
        """Raises RasaError."""
        body = {
            "sender": sender,
            "message_id": message_id,
            "kind": kind,
            "text": text,
            "retry": retry,
            "metadata": metadata,
        }
        try:
            async with asyncio.timeout(self._turn_timeout):
                response = await self._post(body)
        except (TimeoutError, httpx.TimeoutException):
            raise TooSlow from None
        except httpx.HTTPError:
            raise Unreachable from None
        return read_answer(response)

    async def _post(self, body: dict[str, Any]) -> httpx.Response:
        """A refused connection is tried again for a moment: Rasa may be restarting.

        Once Rasa may have begun the turn, it is asked until the turn's time is over, and to look first. The same turn
        again sends its writes with the same keys; an apology would have the customer ask for them anew, with others.
        """
        give_up = time.monotonic() + CONNECT_ATTEMPT_SECONDS
        while True:
            try:
                return await self._client.post(self._url, json=body, headers=self._headers, timeout=self._turn_timeout)
            except httpx.TimeoutException:
                raise
            except httpx.TransportError as error:
                body["retry"] = body["retry"] or not isinstance(error, httpx.ConnectError)
                if not body["retry"] and time.monotonic() >= give_up:
                    raise
            await asyncio.sleep(CONNECT_PAUSE_SECONDS)


def read_answer(response: httpx.Response) -> Answer:
    if response.status_code != httpx.codes.OK:
        raise Unreachable if response.is_server_error else Garbage
    try:
        answer = Answer.model_validate_json(response.content)
    except ValidationError:
        raise Garbage from None
    says_something = any(message.text or message.cards or message.buttons for message in answer.messages)
    if answer.status == "failed" or (answer.status != "silent" and not says_something and not answer.handoff):
        raise TurnFailed
    return answer
