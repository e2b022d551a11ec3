"""One turn over Rasa's channel of ours (docs/reference/internal.md).

RasaError        `kind` for metrics, `apology` the template that tells the customer
├── Unreachable  refused, reset, 5xx: Rasa may be starting
├── TooSlow      no answer in time, or Rasa died at it and did not come back: the turn may be carried out
├── Garbage      an answer that is not of the channel's form
└── TurnFailed   Rasa says that the turn failed, or said nothing although it should have
"""

import asyncio
import time
from http import HTTPStatus
from types import TracebackType
from typing import Any, ClassVar, Literal, Self

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from api.assistant.models import Asked
from api.assistant.ports import Reason, Skill
from api.writes.models import Report
from common.internal import INTERNAL_SECRET_HEADER, KEEPALIVE_SECONDS

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


class Trouble(BaseModel):
    """What the turn needed and could not have; the answer says so to the customer."""

    part: Literal["faq", "shop", "gateway", "actions"]
    error: str = Field(pattern="^[a-z_]{1,40}$")


class Answer(BaseModel):
    status: Literal["answered", "handled_before", "silent", "failed"]
    messages: list[BotMessage] = Field(default_factory=list)
    handoff: HandoffWish | None = None
    verify: VerifyWish | None = None
    question: Asked | None = None
    closed: bool = False
    privacy: Literal["access", "erase"] | None = None
    consent: Literal["withdraw"] | None = None
    writes: list[Report] = Field(default_factory=list, max_length=20)
    troubles: list[Trouble] = Field(default_factory=list, max_length=20)

    def lacked(self, part: str) -> bool:
        return any(trouble.part == part for trouble in self.troubles)


class Rasa:
    """To be entered before it is asked.

    Spoken to with aiohttp: every turn is such a call, and httpx takes several times the CPU for it.
    """

    def __init__(self, url: str, secret: str, *, turn_timeout: float) -> None:
        self._url = f"{url.rstrip('/')}/webhooks/aftercare/turn"
        self._headers = {INTERNAL_SECRET_HEADER: secret}
        self._turn_timeout = turn_timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS)
        self._session = aiohttp.ClientSession(headers=self._headers, connector=connector)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

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
                return read_answer(*await self._post(body))
        except TimeoutError:
            raise TooSlow from None
        except aiohttp.ClientError:
            raise Unreachable from None

    async def _post(self, body: dict[str, Any]) -> tuple[int, bytes]:
        """Status and content. A refused connection is tried again for a moment: Rasa may be restarting.

        Once Rasa may have begun the turn, it is asked until the turn's time is over, and to look first. The same turn
        again sends its writes with the same keys; an apology would have the customer ask for them anew, with others.
        """
        assert self._session is not None
        give_up = time.monotonic() + CONNECT_ATTEMPT_SECONDS
        while True:
            try:
                async with self._session.post(self._url, json=body) as response:
                    return response.status, await response.read()
            except aiohttp.ClientError as error:
                body["retry"] = body["retry"] or not isinstance(error, aiohttp.ClientConnectorError)
                if not body["retry"] and time.monotonic() >= give_up:
                    raise
            await asyncio.sleep(CONNECT_PAUSE_SECONDS)


def read_answer(status: int, content: bytes) -> Answer:
    if status != HTTPStatus.OK:
        raise Unreachable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Garbage
    try:
        answer = Answer.model_validate_json(content)
    except ValidationError:
        raise Garbage from None
    says_something = any(message.text or message.cards or message.buttons for message in answer.messages)
    if answer.status == "failed" or (answer.status != "silent" and not says_something and not answer.handoff):
        raise TurnFailed
    return answer
