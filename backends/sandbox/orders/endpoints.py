from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from backends.models import Order, OrderSummary, Page
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import CallerDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.idempotency import Answer, WriteDep
from backends.sandbox.orders import service
from backends.sandbox.pagination import CursorsDep
from backends.sandbox.texts import Text
from common.database import Connection

router = APIRouter()


class Cancellation(BaseModel):
    reason: Text


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
