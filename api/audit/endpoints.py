from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.audit import service
from api.services import Services, provide_services
from api.staff.guards import endpoint_for
from api.staff.models import Role

Gateway = Annotated[Services, Depends(provide_services)]
Name = Annotated[str, Query(min_length=1, max_length=200)]

router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=[Depends(endpoint_for(Role.OPERATOR))])


class AuditEntry(BaseModel):
    """`evidence` says by what right it was done: how the person was known, which message confirmed it."""

    id: int
    at: datetime
    actor: Literal["customer", "staff", "system"]
    actor_id: str | None
    action: str
    conversation_id: UUID | None
    subject: str | None
    outcome: str
    evidence: dict[str, Any]


class AuditPage(BaseModel):
    """`next`: the `before` of the next page; null on the last."""

    items: list[AuditEntry]
    next: int | None


@router.get("", operation_id="listAudit")
async def list_audit(
    services: Gateway,
    *,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    conversation_id: UUID | None = None,
    actor_id: Name | None = None,
    action: Name | None = None,
) -> AuditPage:
    """Who changed what, the latest first. `action=write` finds every `write.…`."""
    async with services.conversations.reading() as connection:
        found = await service.entries(
            connection, before=before, limit=limit, conversation_id=conversation_id, actor_id=actor_id, action=action
        )
    items = [AuditEntry(**asdict(entry)) for entry in found]
    return AuditPage(items=items, next=items[-1].id if len(items) == limit else None)
