"""The conversation's events pushed over a WebSocket.

First frame of the client: `{"token": "…", "after": SEQ}`. Then the server sends one event a frame, oldest first, and
goes on from `after` after a reconnect. The client may send `{"type": "typing"}`. Close codes: 4400 a frame is not
understood, 4401 the token does not open this conversation (any more).
"""

import asyncio
import time
from typing import Literal
from uuid import UUID

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from api.channels.web.access import find_conversation
from api.conversations.service import topic_of
from api.services import Services, services_of

NOT_UNDERSTOOD = 4400
UNAUTHORIZED = 4401
FIRST_FRAME_SECONDS = 10.0
REAUTHORISE_SECONDS = 60.0
TYPING_SECONDS = 1.0  # at most one typing signal in this time
PAGE = 200

router = APIRouter()


class Hello(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(max_length=200)
    after: int = Field(0, ge=0)


class ClientSignal(BaseModel):
    type: Literal["typing"]


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
    if await find_conversation(services, conversation_id, hello.token) is None:
        await socket.close(UNAUTHORIZED)
        return
    services.metrics.streams.inc()
    try:
        await serve(socket, services, conversation_id, hello)
    finally:
        services.metrics.streams.dec()


def origin_allowed(socket: WebSocket, services: Services) -> bool:
    """Browsers send an Origin; it must be ours or one that may carry the widget. Others have none."""
    origin = socket.headers.get("origin")
    own = {f"{scheme}://{socket.headers.get('host', '')}" for scheme in ("http", "https")}
    return origin is None or origin in own or origin in services.settings.allowed_origins


async def serve(socket: WebSocket, services: Services, conversation_id: UUID, hello: Hello) -> None:
    reading = asyncio.create_task(read(socket, services, conversation_id))
    pushing = asyncio.create_task(push(socket, services, conversation_id, hello))
    done, pending = await asyncio.wait({reading, pushing}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    results = await asyncio.gather(*done, *pending, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
            raise result


async def push(socket: WebSocket, services: Services, conversation_id: UUID, hello: Hello) -> None:
    after = hello.after
    checked = time.monotonic()
    while True:
        if time.monotonic() - checked > REAUTHORISE_SECONDS:
            if await find_conversation(services, conversation_id, hello.token) is None:
                await socket.close(UNAUTHORIZED)
                return
            checked = time.monotonic()
        async with services.conversations.reading() as connection:
            events = await services.conversations.events(connection, conversation_id, after, PAGE)
        for event in events:
            await socket.send_json(event.public())
            after = event.seq
        if events:
            continue
        signal = await services.hub.wait(topic_of(conversation_id), after, REAUTHORISE_SECONDS)
        if signal and signal.transient:
            await socket.send_json({"seq": after, **signal.transient})


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
            async with services.conversations.transaction() as connection:
                await services.conversations.typing(connection, conversation_id, "customer")
