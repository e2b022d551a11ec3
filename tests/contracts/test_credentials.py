"""Who is calling: tokens, keys, scopes."""

import uuid
from typing import Any

import pytest

from tests.contracts.contract import Operation, load_contract
from tests.contracts.requests import sample_body
from tests.contracts.shop import Shop, Who

CALLS = [operation for operation in load_contract().operations if operation.scope]


async def ask(shop: Shop, operation: Operation, who: Who | None = None) -> Any:
    key = str(uuid.uuid4()) if operation.keyed else None
    path = operation.filled("unknown-0000")
    return await shop.send(operation.method, path, who=who, body=sample_body(operation.id), key=key)


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation.id)
async def test_nobody_is_let_in_without_credentials(shop: Shop, somebody: Who, operation: Operation) -> None:
    for headers in ({}, {"Authorization": "Bearer forged"}, {"X-Api-Key": "forged"}, {"Authorization": "Basic eDp5"}):
        reply = await ask(shop.identified_by(headers), operation, somebody)
        assert (reply.status, reply.code) == (401, "unauthorized"), headers


@pytest.mark.parametrize("operation", CALLS, ids=lambda operation: operation.id)
async def test_a_token_without_the_scope_is_not_enough(shop: Shop, somebody: Who, operation: Operation) -> None:
    if not shop.credentials.client_id:
        pytest.skip("no OAuth2 client to narrow")
    other = "loyalty:read" if operation.scope != "loyalty:read" else "orders:read"
    reply = await ask(await shop.authenticated(other), operation, somebody)
    assert (reply.status, reply.code) == (403, "insufficient_scope")


async def test_a_wrong_secret_gets_no_token(shop: Shop) -> None:
    if not shop.credentials.client_id:
        pytest.skip("no OAuth2 client")
    form = {"grant_type": "client_credentials"}
    for basic in ((shop.credentials.client_id, "wrong"), ("nobody", shop.credentials.client_secret), ("", "")):
        answer = await shop.http.post("/oauth/token", data=form, auth=basic)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_client"


async def test_a_token_of_one_scope_says_so(shop: Shop) -> None:
    if not shop.credentials.client_id:
        pytest.skip("no OAuth2 client")
    basic = (shop.credentials.client_id, shop.credentials.client_secret)
    form = {"grant_type": "client_credentials", "scope": "orders:read"}
    answer = await shop.http.post("/oauth/token", data=form, auth=basic)
    assert answer.json()["scope"].split() == ["orders:read"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "client_credentials", "scope": "orders:read everything:do"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
    ],
)
async def test_a_strange_token_request_is_refused(shop: Shop, form: dict[str, str], error: str) -> None:
    if not shop.credentials.client_id:
        pytest.skip("no OAuth2 client")
    basic = (shop.credentials.client_id, shop.credentials.client_secret)
    answer = await shop.http.post("/oauth/token", data=form, auth=basic)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_an_api_key_does_what_a_token_does(shop: Shop, somebody: Who) -> None:
    if not shop.credentials.api_key:
        pytest.skip("no API key")
    keyed = shop.identified_by({"X-Api-Key": shop.credentials.api_key})
    assert (await keyed.get("/orders", somebody)).ok() == (await shop.get("/orders", somebody)).ok()
