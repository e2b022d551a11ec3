from fastapi import APIRouter, Depends, Response

from backends.models import Policies
from backends.sandbox.answers import json_answer, to_json
from backends.sandbox.auth.callers import needs
from backends.sandbox.context import ShopDep
from backends.sandbox.policies.facts import published

router = APIRouter()


@router.get("/policies", dependencies=[Depends(needs("orders:read"))])
async def policies(shop: ShopDep) -> Response:
    return json_answer(to_json(Policies, published(shop.policy)))
