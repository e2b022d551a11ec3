"""Sandbox mode only: who the sample customers are, tokens as the shop's login makes them, and the hand of fate."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from backends.models import Refund, Return
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.customers.repository import references
from backends.sandbox.returns import progress
from backends.sandbox.shop import service
from backends.sandbox.shop.faults import Fault, Faults, Kind
from backends.sandbox.texts import Id, Text

router = APIRouter(prefix="/shop")


class TokenBody(BaseModel):
    customer: Id


class AdvanceBody(BaseModel):
    """`decline`: refuse a requested return, for this reason."""

    decline: Text | None = None


class FaultBody(BaseModel):
    """`kind` null: all is well again. `path`: only calls whose path starts with it."""

    kind: Kind | None
    delay: Annotated[float, Field(ge=0, le=120)] = 5.0
    calls: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[float, Field(gt=0)] | None = None
    path: str = "/"


@router.get("/customers")
async def customers(shop: ShopDep) -> dict[str, list[dict[str, object]]]:
    async with shop.pool.connection() as connection:
        found = await references(connection)
    items: list[dict[str, object]] = [
        {
            "id": customer.id,
            "reference": customer.reference,
            "name": customer.name,
            "email": customer.email,
            "interest": customer.interest,
            "orders": list(customer.orders),
        }
        for customer in found
    ]
    return {"items": items}


@router.post("/token")
async def token(body: TokenBody, shop: ShopDep, moment: MomentDep) -> dict[str, str]:
    async with shop.pool.connection() as connection:
        signed, expires = await service.customer_token(connection, shop.settings, body.customer, moment.now)
    return {"customer_token": signed, "expires_at": expires.isoformat()}


@router.post("/returns/{number}/advance")
async def advance_return(number: Id, shop: ShopDep, moment: MomentDep, body: AdvanceBody | None = None) -> Response:
    async with shop.pool.connection() as connection:
        decline = body.decline if body else None
        return_ = await progress.advance(connection, moment, number, decline=decline)
    return json_answer(to_json(Return, return_))


@router.post("/refunds/{number}/advance")
async def advance_refund(number: Id, shop: ShopDep, moment: MomentDep) -> Response:
    async with shop.pool.connection() as connection:
        refund = await service.advance_refund(connection, moment, number)
    return json_answer(to_json(Refund, refund))


@router.post("/faults")
async def faults(body: FaultBody, request: Request) -> dict[str, object]:
    current: Faults = request.app.state.faults
    fault = Fault(body.kind, body.delay, body.calls, body.seconds, body.path) if body.kind else None
    current.set(fault)
    return body.model_dump()
