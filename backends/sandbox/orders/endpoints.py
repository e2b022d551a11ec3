from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, StringConstraints

from backends.models import Address, AddressChange, Order, OrderSummary, Page
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import CallerDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.idempotency import Answer, WriteDep
from backends.sandbox.orders import addresses, service
from backends.sandbox.pagination import CursorsDep
from backends.sandbox.texts import Text
from common.database import Connection

router = APIRouter()


class Cancellation(BaseModel):
    reason: Text


Part = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
Needed = Annotated[Part, StringConstraints(min_length=1)]


class AddressBody(BaseModel):
    name: Part
    line1: Needed
    city: Needed
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    line2: Part = ""
    postal_code: Annotated[Part, StringConstraints(max_length=20)] = ""
    region: Part = ""


class NewAddress(BaseModel):
    address: AddressBody
    version: Text | None = None
    dry_run: bool = False

    def of(self, order: str) -> AddressChange:
        return AddressChange(order, Address(**self.address.model_dump()), self.version)


@router.get("/orders", dependencies=[Depends(needs("orders:read"))])
async def list_orders(shop: ShopDep, caller: CallerDep, cursors: CursorsDep) -> Response:
    async with shop.pool.connection() as connection:
        page = await service.list_orders(connection, caller, cursors)
    return json_answer(to_json(Page[OrderSummary], page))


@router.get("/orders/{order}", dependencies=[Depends(needs("orders:read"))])
async def get_order(order: str, shop: ShopDep, moment: MomentDep, caller: CallerDep) -> Response:
    async with shop.pool.connection() as connection:
        found = await service.get_order(connection, moment, caller, order)
    return json_answer(to_json(Order, found))


@router.post("/orders/{order}/cancel", dependencies=[Depends(needs("refunds:write"))])
async def cancel_order(
    order: str, caller: CallerDep, write: WriteDep, moment: MomentDep, body: Cancellation
) -> Response:
    async def work(connection: Connection) -> Answer:
        return Answer(Order, await service.cancel_order(connection, moment, caller, order, body.reason))

    return await write.run(work, caller)


@router.post("/orders/{order}/address", dependencies=[Depends(needs("orders:write"))])
async def change_address(
    order: str, caller: CallerDep, write: WriteDep, moment: MomentDep, body: NewAddress
) -> Response:
    async def work(connection: Connection) -> Answer:
        changed = await addresses.change(connection, moment, caller, body.of(order), dry_run=body.dry_run)
        return Answer(Order, changed)

    return await write.run(work, caller)
