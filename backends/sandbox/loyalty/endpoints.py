from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from backends.models import LoyaltyAccount, LoyaltyTransaction, Page, Redemption, Reward
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import MemberDep, needs
from backends.sandbox.context import MomentDep, ShopDep
from backends.sandbox.idempotency import Answer, WriteDep
from backends.sandbox.loyalty import service
from backends.sandbox.pagination import CursorsDep
from backends.sandbox.texts import Id
from common.database import Connection

router = APIRouter()


class RedemptionBody(BaseModel):
    reward_id: Id
    dry_run: Annotated[bool, Field(strict=True)] = False


@router.get("/loyalty/account", dependencies=[Depends(needs("loyalty:read"))])
async def account(shop: ShopDep, moment: MomentDep, caller: MemberDep) -> Response:
    async with shop.pool.connection() as connection:
        found = await service.account(connection, moment, caller)
    return json_answer(to_json(LoyaltyAccount, found))


@router.get("/loyalty/transactions", dependencies=[Depends(needs("loyalty:read"))])
async def transactions(shop: ShopDep, caller: MemberDep, cursors: CursorsDep) -> Response:
    async with shop.pool.connection() as connection:
        page = await service.transactions(connection, caller, cursors)
    return json_answer(to_json(Page[LoyaltyTransaction], page))


@router.get("/loyalty/rewards", dependencies=[Depends(needs("loyalty:read"))])
async def rewards(shop: ShopDep, moment: MomentDep, caller: MemberDep, cursors: CursorsDep) -> Response:
    async with shop.pool.connection() as connection:
        found = await service.rewards(connection, moment, caller)
    return json_answer(to_json(Page[Reward], cursors.slice("rewards", found, lambda reward: reward.id)))


@router.post("/loyalty/redemptions", dependencies=[Depends(needs("loyalty:write"))])
async def redeem(caller: MemberDep, write: WriteDep, moment: MomentDep, body: RedemptionBody) -> Response:
    async def work(connection: Connection) -> Answer:
        redemption = await service.redeem(connection, moment, caller, body.reward_id, dry_run=body.dry_run)
        return Answer(Redemption, redemption, 200 if body.dry_run else 201)

    return await write.run(work, caller)
