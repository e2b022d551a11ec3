"""The sample shop page and what it needs. Only in sandbox mode: elsewhere these addresses do not exist."""

from datetime import datetime
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from api.identity.guests.senders import ConsoleSender
from api.services import Services, services_of
from api.settings import ApiSettings
from common.internal import INTERNAL_SECRET_HEADER, require_internal_secret
from common.problems import Problem

SECONDS = 5.0


class SampleCustomer(BaseModel):
    """A customer of the sample shop; `interest` says what can be tried with them, `orders` their order numbers."""

    reference: str
    name: str
    interest: str
    orders: list[str] = []


class SampleCustomers(BaseModel):
    items: list[SampleCustomer]


class TokenRequest(BaseModel):
    customer: str = Field(min_length=1, max_length=100)


class ShopToken(BaseModel):
    """A customer token as a real shop's page would carry it."""

    customer_token: str
    expires_at: datetime


class SentCode(BaseModel):
    code: str


def shop_router(settings: ApiSettings) -> APIRouter:
    router = APIRouter(prefix="/shop", tags=["sample shop"])
    internal = Depends(require_internal_secret(settings.internal_secret))

    @router.get("/customers", operation_id="listSampleCustomers")
    async def customers(request: Request) -> SampleCustomers:
        answer = await ask_shop(services_of(request), "GET", "/shop/customers")
        return SampleCustomers.model_validate_json(answer.content)

    @router.post("/token", operation_id="issueSampleToken")
    async def token(body: TokenRequest, request: Request) -> ShopToken:
        answer = await ask_shop(services_of(request), "POST", "/shop/token", body.model_dump())
        return ShopToken.model_validate_json(answer.content)

    @router.get("/codes", include_in_schema=False, dependencies=[internal])
    async def codes(request: Request, email: Annotated[str, Query(max_length=320)]) -> SentCode:
        """The last one-time code for an address, for tests of the whole product."""
        sender = services_of(request).code_sender
        code = sender.latest(email) if isinstance(sender, ConsoleSender) else None
        if code is None:
            raise Problem(404, "not_found", "No code went there.")
        return SentCode(code=code)

    return router


async def ask_shop(services: Services, method: str, path: str, body: dict[str, str] | None = None) -> httpx.Response:
    """Raises a problem: 404 for a customer that the shop does not have, 503 when it does not answer."""
    url = f"{services.settings.commerce_url.rstrip('/')}{path}"
    headers = {INTERNAL_SECRET_HEADER: services.settings.internal_secret.get_secret_value()}
    try:
        answer = await services.http.request(method, url, json=body, headers=headers, timeout=SECONDS)
    except httpx.HTTPError:
        raise Problem(503, "upstream_unavailable", "The sample shop does not answer.") from None
    if answer.status_code == httpx.codes.NOT_FOUND:
        raise Problem(404, "not_found", "The sample shop has no such customer.")
    if answer.is_error:
        raise Problem(503, "upstream_unavailable", "The sample shop does not answer.")
    return answer


def shop_page_router() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/", response_class=HTMLResponse)
    async def shop_page(request: Request) -> str:
        text: str = request.app.state.pages.text("shop.html")
        return text

    return router
