from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict

from api.privacy.models import Export, Outcome
from api.services import Services, provide_services
from api.staff.guards import endpoint_for
from api.staff.models import Role, Session
from common.problems import Problem

Gateway = Annotated[Services, Depends(provide_services)]
Operator = Annotated[Session, Depends(endpoint_for(Role.OPERATOR))]
CustomerId = Annotated[str, Path(min_length=1, max_length=200)]

router = APIRouter(prefix="/v1/privacy", tags=["privacy"])


class ExportOut(BaseModel):
    """`conversations`: by id, the rows of each table; `trackers`: by id, what the dialogue engine keeps."""

    conversations: dict[UUID, dict[str, list[dict[str, Any]]]]
    trackers: dict[UUID, list[Any]]
    audit: list[dict[str, Any]]


class Erased(BaseModel):
    conversations: int


class PrivacyRequest(BaseModel):
    reference: str
    conversation_id: UUID
    customer_id: str
    kind: Literal["access", "erase"]
    requested_at: datetime


class Closing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    outcome: Outcome = "done"


class PrivacyRequests(BaseModel):
    items: list[PrivacyRequest]


@router.get("/customers/{customer_id}", operation_id="exportCustomer")
async def export_customer(customer_id: CustomerId, services: Gateway, operator: Operator) -> ExportOut:
    """Everything that is kept about a customer, in all conversations in which they were known."""
    async with services.conversations.transaction() as connection:
        found = await services.privacy.of_customer(connection, customer_id)
        export = await services.privacy.export(connection, found, by=operator.staff.name, customer_id=customer_id)
    return out(export)


@router.delete("/customers/{customer_id}", operation_id="eraseCustomer")
async def erase_customer(customer_id: CustomerId, services: Gateway, operator: Operator) -> Erased:
    """Erase it, for good. 409 `write_open` while it is open what became of a confirmed request."""
    async with services.conversations.transaction() as connection:
        found = await services.privacy.of_customer(connection, customer_id)
        count = await services.privacy.erase(connection, found, by=operator.staff.name, customer_id=customer_id)
    return Erased(conversations=count)


@router.get("/conversations/{conversation_id}", operation_id="exportConversation")
async def export_conversation(conversation_id: UUID, services: Gateway, operator: Operator) -> ExportOut:
    """As for a customer, of one conversation: of somebody who was never known, say."""
    async with services.conversations.transaction() as connection:
        export = await services.privacy.export(connection, [conversation_id], by=operator.staff.name)
    if not export.conversations:
        raise Problem(404, "not_found", "There is no such conversation.")
    return out(export)


@router.delete("/conversations/{conversation_id}", operation_id="eraseConversation")
async def erase_conversation(conversation_id: UUID, services: Gateway, operator: Operator) -> Erased:
    async with services.conversations.transaction() as connection:
        count = await services.privacy.erase(connection, [conversation_id], by=operator.staff.name)
    return Erased(conversations=count)


@router.get("/requests", operation_id="listPrivacyRequests")
async def list_requests(services: Gateway, operator: Operator) -> PrivacyRequests:
    """What customers asked for in the chat and nobody has dealt with, the oldest first."""
    del operator
    async with services.conversations.reading() as connection:
        found = await services.privacy.requests(connection)
    return PrivacyRequests(items=[PrivacyRequest(**asdict(each)) for each in found])


@router.post("/requests/{reference}/close", operation_id="closePrivacyRequest", status_code=204)
async def close_request(
    reference: CustomerId, services: Gateway, operator: Operator, body: Closing | None = None
) -> None:
    """It was dealt with, or declined: the customer is told in the conversation. Erasing closes it, too."""
    async with services.conversations.transaction() as connection:
        await services.privacy.close(connection, reference, operator.staff.name, (body or Closing()).outcome)


def out(export: Export) -> ExportOut:
    return ExportOut(**asdict(export))
