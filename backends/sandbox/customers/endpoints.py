from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, StringConstraints

from backends.models import Customer, Verification, VerifiedGuest
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import MemberDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.customers import service
from backends.sandbox.idempotency import Answer, WriteDep
from common.database import Connection

router = APIRouter(dependencies=[Depends(needs("orders:read"))])


class VerificationBody(BaseModel):
    order_number: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")]
    email: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00]*$")]


@router.post("/customers/lookup")
async def lookup(shop: ShopDep, moment: MomentDep, caller: MemberDep) -> Response:
    async with shop.pool.connection() as connection:
        customer = await service.lookup(connection, moment, caller)
    return json_answer(to_json(Customer, customer))


@router.post("/verifications")
async def start(write: WriteDep, moment: MomentDep, body: VerificationBody) -> Response:
    async def work(connection: Connection) -> Answer:
        started = await service.start_verification(connection, moment, body.order_number, body.email)
        return Answer(Verification, started, 201)

    return await write.run(work)


@router.post("/verifications/{verification}/confirm")
async def confirm(verification: str, write: WriteDep, moment: MomentDep) -> Response:
    async def work(connection: Connection) -> Answer:
        return Answer(VerifiedGuest, await service.confirm_verification(connection, moment, verification))

    return await write.run(work)
