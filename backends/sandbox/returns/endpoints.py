from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from backends.models import (
    Page,
    Resolution,
    Return,
    ReturnableItems,
    ReturnLine,
    ReturnQuote,
    ReturnReason,
    ReturnRequest,
)
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import CallerDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.idempotency import Answer, WriteDep
from backends.sandbox.pagination import CursorsDep
from backends.sandbox.problems import invalid, not_found
from backends.sandbox.returns import repository, service
from backends.sandbox.returns.label import label_page
from backends.sandbox.texts import Id, Text, storable
from common.database import Connection

router = APIRouter()


class LineBody(BaseModel):
    line_id: Id
    quantity: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    reason: Id
    exchange_for: Text | None = None
    note: Text = ""


class ReturnBody(BaseModel):
    order_id: Id
    lines: Annotated[list[LineBody], Field(min_length=1, max_length=100)]
    resolution: Resolution
    method: Id
    quote_id: Id | None = None

    def to_request(self) -> ReturnRequest:
        lines = tuple(
            ReturnLine(line.line_id, line.quantity, line.reason, exchange_for=line.exchange_for, note=line.note)
            for line in self.lines
        )
        return ReturnRequest(self.order_id, lines, self.resolution, self.method, self.quote_id)


@router.get("/orders/{order}/returnable-items", dependencies=[Depends(needs("orders:read"))])
async def returnable_items(order: str, shop: ShopDep, moment: MomentDep, caller: CallerDep) -> Response:
    async with shop.pool.connection() as connection:
        items = await service.returnable_items(connection, moment, caller, order)
    return json_answer(to_json(ReturnableItems, items))


@router.get("/return-reasons", dependencies=[Depends(needs("orders:read"))])
async def return_reasons(shop: ShopDep, cursors: CursorsDep) -> Response:
    page = cursors.slice("return-reasons", service.reasons(shop.policy), lambda reason: reason.id)
    return json_answer(to_json(Page[ReturnReason], page))


@router.post("/orders/{order}/return-quote", dependencies=[Depends(needs("returns:write"))])
async def quote(order: str, caller: CallerDep, write: WriteDep, moment: MomentDep, body: ReturnBody) -> Response:
    if body.order_id != order:
        raise invalid(order_id="differs from the path")
    if body.quote_id is not None:
        raise invalid(quote_id="a quote is asked for without one")

    async def work(connection: Connection) -> Answer:
        return Answer(ReturnQuote, await service.quote(connection, moment, caller, body.to_request()))

    return await write.run(work, caller)


@router.post("/returns", dependencies=[Depends(needs("returns:write"))])
async def create(caller: CallerDep, write: WriteDep, moment: MomentDep, body: ReturnBody) -> Response:
    async def work(connection: Connection) -> Answer:
        return Answer(Return, await service.create(connection, moment, caller, body.to_request()), 201)

    return await write.run(work, caller)


@router.get("/returns", dependencies=[Depends(needs("orders:read"))])
async def list_returns(shop: ShopDep, moment: MomentDep, caller: CallerDep, cursors: CursorsDep) -> Response:
    async with shop.pool.connection() as connection:
        page = await service.list_returns(connection, moment, caller, cursors)
    return json_answer(to_json(Page[Return], page))


@router.get("/returns/{return_}", dependencies=[Depends(needs("orders:read"))])
async def get(return_: str, shop: ShopDep, moment: MomentDep, caller: CallerDep) -> Response:
    async with shop.pool.connection() as connection:
        found = await service.get(connection, moment, caller, return_)
    return json_answer(to_json(Return, found))


@router.post("/returns/{return_}/cancel", dependencies=[Depends(needs("returns:write"))])
async def cancel(return_: str, caller: CallerDep, write: WriteDep, moment: MomentDep) -> Response:
    async def work(connection: Connection) -> Answer:
        return Answer(Return, await service.cancel(connection, moment, caller, return_))

    return await write.run(work, caller)


@router.get("/labels/{number}/{key}")
async def label(number: str, key: str, shop: ShopDep) -> HTMLResponse:
    """Opened by the customer's browser: the key in the address is the permission."""
    if not storable(number) or not storable(key):
        raise not_found()
    async with shop.pool.connection() as connection:
        holder = await repository.label_holder(connection, number, key)
    if holder is None:
        raise not_found()
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "no-store"}
    return HTMLResponse(label_page(**holder), headers=headers)
