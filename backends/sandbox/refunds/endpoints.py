from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from backends.models import Page, Refund, RefundMethod, RefundRequest, RefundStatus
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import CallerDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.idempotency import Answer, WriteDep
from backends.sandbox.pagination import CursorsDep
from backends.sandbox.refunds import service
from backends.sandbox.texts import Id
from common.database import Connection

router = APIRouter()


class RefundBody(BaseModel):
    order_id: Id
    line_id: Id | None
    quantity: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    reason: Id
    method: RefundMethod


@router.get("/refunds", dependencies=[Depends(needs("orders:read"))])
async def list_refunds(
    shop: ShopDep, caller: CallerDep, cursors: CursorsDep, order_id: Annotated[str | None, Query()] = None
) -> Response:
    async with shop.pool.connection() as connection:
        page = await service.list_refunds(connection, caller, cursors, order_id)
    return json_answer(to_json(Page[Refund], page))


@router.post("/refunds", dependencies=[Depends(needs("refunds:write"))])
async def request_refund(caller: CallerDep, write: WriteDep, moment: MomentDep, body: RefundBody) -> Response:
    request = RefundRequest(body.order_id, body.line_id, body.quantity, body.reason, body.method)

    async def work(connection: Connection) -> Answer:
        refund = await service.request_refund(connection, moment, caller, request)
        return Answer(Refund, refund, 202 if refund.status is RefundStatus.NEEDS_APPROVAL else 201)

    return await write.run(work, caller)
