"""For the action server only, with the internal secret; not a part of the public interface."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from api.services import Services, provide_services
from api.settings import ApiSettings
from api.writes.service import Intent
from backends.writes import Write
from common.internal import require_internal_secret

Gateway = Annotated[Services, Depends(provide_services)]
Key = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[!-~]+$")]


class NewWrite(BaseModel):
    conversation_id: UUID
    message_id: UUID
    write: Annotated[Write, Field(discriminator="kind")]
    facts: str = Field("", max_length=2000)


def writes_router(settings: ApiSettings) -> APIRouter:
    internal = Depends(require_internal_secret(settings.internal_secret))
    router = APIRouter(prefix="/internal/writes", include_in_schema=False, dependencies=[internal])

    @router.put("/{key}", status_code=204)
    async def begin_write(key: Key, body: NewWrite, services: Gateway) -> None:
        """Write down what the customer confirmed, before it is sent to the shop."""
        intent = Intent(key, body.conversation_id, body.message_id, body.write, body.facts)
        async with services.conversations.transaction() as connection:
            await services.writes.begin(connection, intent)

    return router
