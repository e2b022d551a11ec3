from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict

from api.channels.web.access import Gateway, Opened
from api.channels.web.endpoints import problems
from api.consent.models import Consent, Purpose
from api.staff.guards import endpoint_for
from api.staff.models import Role, Session

ForOperators = Depends(endpoint_for(Role.OPERATOR))
Operator = Annotated[Session, ForOperators]
CustomerId = Annotated[str, Path(min_length=1, max_length=200)]
PAGE = 1000

router = APIRouter(prefix="/v1/conversations/{conversation_id}/consents", tags=["conversations"])
staff_router = APIRouter(prefix="/v1/privacy", tags=["privacy"])


class Decision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    given: bool


class ConsentOut(BaseModel):
    """`given` is null until the question is answered; `wording` is empty for an objection that nobody asked for."""

    purpose: Purpose
    given: bool | None
    wording: str
    version: str
    channel: str
    asked_at: datetime
    decided_at: datetime | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, consent: Consent) -> Self:
        names = cls.model_fields.keys() - {"given"}
        shown = {name: getattr(consent, name) for name in names}
        return cls(given=None if consent.given is None else consent.holds, **shown)


class Consents(BaseModel):
    items: list[ConsentOut]


class CustomerConsent(ConsentOut):
    id: int
    customer_id: str


class CustomerConsents(BaseModel):
    """`next` is the `after` of the next page, null on the last."""

    items: list[CustomerConsent]
    next: int | None


class Withdrawn(BaseModel):
    consents: int


@router.get("", operation_id="readConsents", responses=problems(401))
async def read_consents(conversation: Opened, services: Gateway) -> Consents:
    """What the customer was asked for, in which words, and what they said."""
    async with services.conversations.reading() as connection:
        found = await services.consent.of(connection, conversation)
    return Consents(items=[ConsentOut.of(each) for each in found])


@router.post("/{purpose}", operation_id="decideConsent", responses=problems(401, 403, 409, 422, 429))
async def decide_consent(purpose: Purpose, body: Decision, conversation: Opened, services: Gateway) -> Consents:
    """Agree, decline or withdraw. A no is always taken, a yes only to a question that was asked. Repeatable."""
    await services.limit_messages.hit(str(conversation.id))
    async with services.conversations.transaction() as connection:
        locked = await services.conversations.lock(connection, conversation.id)
        changed = await services.consent.decide(connection, locked, purpose, given=body.given)
        if changed and body.given:
            await services.endings.agreed(connection, locked, purpose)
        found = await services.consent.of(connection, locked)
    return Consents(items=[ConsentOut.of(each) for each in found])


@staff_router.get("/consents", operation_id="listConsents", dependencies=[ForOperators])
async def list_consents(
    purpose: Purpose, services: Gateway, after: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> CustomerConsents:
    """Customers who agreed and have not withdrawn: for marketing, the shop's own tools ask here before they send."""
    async with services.conversations.reading() as connection:
        found = await services.consent.given(connection, purpose, after=after, limit=PAGE)
    items = [
        CustomerConsent(**ConsentOut.of(each).model_dump(), id=each.id, customer_id=each.customer_id or "")
        for each in found
    ]
    return CustomerConsents(items=items, next=items[-1].id if len(items) == PAGE else None)


@staff_router.delete("/customers/{customer_id}/consents", operation_id="withdrawConsents")
async def withdraw_consents(customer_id: CustomerId, services: Gateway, operator: Operator) -> Withdrawn:
    """The customer has told somebody of the shop that they want none of it any more."""
    async with services.conversations.transaction() as connection:
        count = await services.consent.withdraw_for(connection, customer_id, by=operator.staff.name)
    return Withdrawn(consents=count)
