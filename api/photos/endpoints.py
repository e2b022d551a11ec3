from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.channels.web.access import Gateway, Opened
from api.channels.web.endpoints import problems
from api.photos.models import MEDIA_TYPE

PATH = r"/v1/conversations/[^/]+/photos$"
LIMIT = 10_000_000  # bytes of what is sent; the widget makes photos smaller before
BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}
}
# It is what it says: never sniffed, never a page.
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
}

router = APIRouter(prefix="/v1/conversations/{conversation_id}/photos", tags=["conversations"])


class PhotoOut(BaseModel):
    """`seq` is the number of the event that shows it."""

    id: UUID
    seq: int
    width: int
    height: int
    sent_at: datetime


@router.post(
    "", operation_id="sendPhoto", status_code=201, responses=problems(401, 409, 413, 422, 429), openapi_extra=BODY
)
async def send_photo(
    request: Request,
    conversation: Opened,
    services: Gateway,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
) -> PhotoOut:
    """The photo itself is the body. With the same Idempotency-Key again: the same photo, shown once."""
    await services.limit_messages.hit(str(conversation.id))
    photo = await services.photos.take(conversation.id, await request.body(), key=idempotency_key)
    return PhotoOut.model_validate(photo, from_attributes=True)


@router.get("/{photo_id}", operation_id="readPhoto", response_class=Response, responses=problems(401, 404))
async def read_photo(photo_id: UUID, conversation: Opened, services: Gateway) -> Response:
    return picture(await services.photos.content(conversation.id, photo_id))


def picture(content: bytes) -> Response:
    return Response(content, media_type=MEDIA_TYPE, headers=HEADERS)
