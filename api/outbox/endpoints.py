from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.services import Services, provide_services
from api.staff.guards import OperatorEndpoint, operator_endpoint

Gateway = Annotated[Services, Depends(provide_services)]

router = APIRouter(prefix="/v1/outbox", tags=["outbox"], dependencies=[Depends(operator_endpoint)])


class DeadLetterOut(BaseModel):
    """`problem` is what the receiver, or our attempt to reach it, said last."""

    id: UUID
    conversation_id: UUID
    seq: int
    channel: str
    address: str
    attempts: int
    problem: str | None
    created_at: datetime
    finished_at: datetime


class DeadLetters(BaseModel):
    items: list[DeadLetterOut]


@router.get("/dead", operation_id="listDeadLetters")
async def list_dead_letters(services: Gateway) -> DeadLetters:
    """Messages that could not be delivered, the latest 100."""
    async with services.conversations.reading() as connection:
        letters = await services.outbox.dead(connection)
    return DeadLetters(items=[DeadLetterOut(**asdict(letter)) for letter in letters])


@router.post("/dead/{letter_id}/resend", operation_id="resendDeadLetter", status_code=202)
async def resend_dead_letter(session: OperatorEndpoint, letter_id: UUID, services: Gateway) -> None:
    """Try to deliver it again, with as many attempts as a new one."""
    async with services.conversations.transaction() as connection:
        await services.outbox.resend(connection, letter_id, by=session.staff.name)
