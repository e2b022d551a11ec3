"""A confirmed request is written down at the gateway before it is sent to the shop.

So nothing is sent of which nobody would know: whichever process dies, the gateway finds out what became of it and
tells the customer (docs/reference/reliability.md).

BackendError
├── Underway         what the customer confirmed before is not settled yet
├── JustDone         the same was done for this customer a moment ago, who may not have read it yet
├── VerificationRequired  the conversation is nobody's any more
│   └── StepUpNeeded      who the customer is was proved too long ago to move money now
└── Unavailable
    └── NotWrittenDown   the gateway is away, or the turn is over: nothing was sent
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from backends.errors import Conflict, Unavailable, VerificationRequired
from backends.writes import Write, to_json

_ATTEMPTS = 3
_PAUSE = 0.3  # seconds


class Underway(Conflict):
    code = "underway"


class StepUpNeeded(VerificationRequired):
    code = "step_up"


class JustDone(Conflict):
    code = "just_done"


class NotWrittenDown(Unavailable):
    code = "not_written_down"


@dataclass(frozen=True, slots=True)
class Intent:
    """`facts`: what a person should know who has to find out what became of it."""

    key: str
    conversation: str
    message_id: str
    write: Write
    facts: str


class Journal(Protocol):
    async def begin(self, intent: Intent) -> None:
        """The request may be sent when this returns. The same intent again changes nothing.

        Raises the errors above.
        """


_REFUSALS = {error.code: error for error in (Underway, JustDone, VerificationRequired, StepUpNeeded)}


class HttpJournal:
    """`http` has the gateway's address and shows the internal secret."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def begin(self, intent: Intent) -> None:
        body = {
            "conversation_id": intent.conversation,
            "message_id": intent.message_id,
            "write": to_json(intent.write),
            "facts": intent.facts,
        }
        answer = await self._put(f"/internal/writes/{quote(intent.key, safe='')}", body)
        if answer.is_success:
            return
        raise _REFUSALS.get(_code(answer), NotWrittenDown)(f"answered {answer.status_code}")

    async def _put(self, path: str, body: dict[str, Any]) -> httpx.Response:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                answer = await self._http.put(path, json=body)
            except httpx.HTTPError as error:
                if attempt == _ATTEMPTS:
                    raise NotWrittenDown(type(error).__name__) from error
            else:
                if not answer.is_server_error or attempt == _ATTEMPTS:
                    return answer
            await asyncio.sleep(_PAUSE)
        raise AssertionError("unreachable: the last attempt returns or raises")


def _code(answer: httpx.Response) -> str:
    if answer.status_code not in {HTTPStatus.CONFLICT, HTTPStatus.FORBIDDEN}:
        return ""
    try:
        found = answer.json()
    except ValueError:
        return ""
    return str(found.get("code")) if isinstance(found, dict) else ""
