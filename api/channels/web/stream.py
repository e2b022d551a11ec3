"""The conversation's events pushed over a WebSocket.

First frame of the client: `{"token": "…", "after": SEQ}`. Then the server sends one event a frame, oldest first, and
goes on from `after` after a reconnect. The client may send `{"type": "typing"}`. Close codes: 4400 a frame is not
understood, 4401 the token does not open this conversation (any more), 4408 the reader is too slow, 4409 the stream is
old and should be opened anew, 1012 the process stops, 1013 there are too many, or the database can't be asked whose
conversation it is. A stream that is open outlasts a database that is away.

A stream has no queue that could grow: the next events are read from the database when the socket has taken the last
ones. A reader that does not take them in time is cut off, and finds what it missed by its number.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import psycopg
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from api.channels.web.access import find_conversation
from api.conversations.models import Event
from api.conversations.service import topic_of
from api.database_trouble import kind_of
from api.services import Services, services_of

NOT_UNDERSTOOD = 4400
UNAUTHORIZED = 4401
TOO_SLOW = 4408
TOO_OLD = 4409
STOPPING = 1012
TOO_MANY = TRY_LATER = 1013
FIRST_FRAME_SECONDS = 10.0
CLOSING_SECONDS = 1.0  # a reader that does not read does not read the close frame either
TYPING_SECONDS = 1.0  # at most one typing signal in this time
PAGE = 200
DATABASE_SECONDS = 1.0  # before it is asked again
NO_DATABASE = (psycopg.OperationalError, psycopg.InterfaceError)

router = APIRouter()


class Hello(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)
    after: int = Field(0, ge=0)


class ClientSignal(BaseModel):
    type: Literal["typing"]


class Closing(Exception):
    """We end the stream."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stream:
    socket: WebSocket
    services: Services
    conversation_id: UUID
    hello: Hello

    async def send(self, frame: dict[str, Any]) -> None:
        """Waits until the socket has room. Raises Closing for one that has none in time."""
        try:
            async with asyncio.timeout(self.services.settings.stream_patience):
                await self.socket.send_json(frame)
        except TimeoutError:
            raise Closing(TOO_SLOW, "slow") from None

    async def following(self, after: int) -> Sequence[Event]:
        """What came after number `after`, a page of it."""
        async with self.services.conversations.reading() as connection:
            return await self.services.conversations.events(connection, self.conversation_id, after, PAGE)


@router.websocket("/v1/conversations/{conversation_id}/stream")
async def stream(socket: WebSocket, conversation_id: UUID) -> None:
    services = services_of(socket)
    if not origin_allowed(socket, services):
        await socket.close(UNAUTHORIZED)
        return
    await socket.accept()
    try:
        async with asyncio.timeout(FIRST_FRAME_SECONDS):
            hello = Hello.model_validate_json(await socket.receive_text())
    except (TimeoutError, ValidationError, KeyError):
        await socket.close(NOT_UNDERSTOOD)
        return
    except WebSocketDisconnect:
        return
    try:
        known = await find_conversation(services, conversation_id, hello.token)
    except NO_DATABASE as error:
        services.metrics.database_troubles.labels(kind_of(error)).inc()
        await socket.close(TRY_LATER)
        return
    if known is None:
        await socket.close(UNAUTHORIZED)
        return
    if not services.streams.enter():
        await socket.close(TOO_MANY)
        return
    try:
        await serve(Stream(socket, services, conversation_id, hello))
    finally:
        services.streams.leave()


def origin_allowed(socket: WebSocket, services: Services) -> bool:
    """Browsers send an Origin; it must be ours or one that may carry the widget. Others have none."""
    origin = socket.headers.get("origin")
    own = {f"{scheme}://{socket.headers.get('host', '')}" for scheme in ("http", "https")}
    return origin is None or origin in own or origin in services.settings.allowed_origins


async def serve(stream: Stream) -> None:
    reading = asyncio.create_task(read(stream.socket, stream.services, stream.conversation_id))
    pushing = asyncio.create_task(push(stream))
    done, pending = await asyncio.wait({reading, pushing}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    results = await asyncio.gather(*done, *pending, return_exceptions=True)
    for result in results:
        if isinstance(result, Closing):
            stream.services.metrics.streams_closed.labels(result.reason).inc()
            with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                async with asyncio.timeout(CLOSING_SECONDS):
                    await stream.socket.close(result.code)
        elif isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result


async def push(stream: Stream) -> None:
    """Raises Closing."""
    services, settings = stream.services, stream.services.settings
    clock = asyncio.get_running_loop().time
    after = stream.hello.after
    checked = clock()
    events: Sequence[Event] = ()
    ends = checked + settings.stream_age * random.uniform(0.9, 1.1)  # noqa: S311 - so that not all come back at once
    while True:
        if services.hub.closing:
            raise Closing(STOPPING, "stopping")
        if clock() >= ends:
            raise Closing(TOO_OLD, "old")
        try:
            if clock() - checked >= settings.stream_reauthorise:
                await authorise(stream)
                checked = clock()
            events = events or await stream.following(after)
        except NO_DATABASE as error:
            services.metrics.database_troubles.labels(kind_of(error)).inc()
            await asyncio.sleep(DATABASE_SECONDS)
            continue
        for event in events:
            await stream.send(event.public())
            after = event.seq
        if len(events) == PAGE:
            events = ()
            continue
        patience = max(0.0, min(ends, checked + settings.stream_reauthorise) - clock())
        signal = await services.hub.wait(topic_of(stream.conversation_id), after, patience)
        events = signal.following(after) if signal else ()
        if signal and signal.transient:
            await stream.send({"seq": after, **signal.transient})


async def authorise(stream: Stream) -> None:
    """Raises Closing."""
    if await find_conversation(stream.services, stream.conversation_id, stream.hello.token) is None:
        raise Closing(UNAUTHORIZED, "unauthorized")


async def read(socket: WebSocket, services: Services, conversation_id: UUID) -> None:
    """Until the client leaves or sends what it should not."""
    last_typing = float("-inf")
    while True:
        frame = await socket.receive_text()
        try:
            ClientSignal.model_validate_json(frame)
        except ValidationError:
            await socket.close(NOT_UNDERSTOOD)
            return
        if time.monotonic() - last_typing >= TYPING_SECONDS:
            last_typing = time.monotonic()
            with contextlib.suppress(*NO_DATABASE):
                async with services.conversations.transaction() as connection:
                    await services.conversations.typing(connection, conversation_id, "customer")
