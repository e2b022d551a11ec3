"""Who the customer is: conversation tokens and the retailer's signed customer tokens."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI
from jwt.algorithms import RSAAlgorithm

from backends.errors import Unavailable
from tests.api.conftest import ASSERTION_SECRET, CUSTOMER_SECRET, Gateway, Start
from tests.fakes.server import served


def claims(**changes: Any) -> dict[str, Any]:
    base = {"sub": "cust-1", "name": "Emma Byrne", "given_name": "Emma", "aud": "aftercare", "exp": time.time() + 300}
    return {name: value for name, value in (base | changes).items() if value is not None}


def token(key: str = CUSTOMER_SECRET, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm="HS256")


async def test_a_customer_token_makes_the_conversation_a_customers(gateway: Gateway) -> None:
    customer = await gateway.customer(customer_token=token())
    await customer.say("my points")
    await customer.reply()
    [call] = gateway.rasa.calls
    assert (call["metadata"]["auth_level"], call["metadata"]["first_name"]) == ("customer", "Emma")
    assertion = jwt.decode(
        call["metadata"]["assertion"], ASSERTION_SECRET, algorithms=["HS256"], audience="commerce", issuer="aftercare"
    )
    assert (assertion["sub"], assertion["auth_level"]) == ("cust-1", "customer")
    assert "order_id" not in assertion
    assert assertion["exp"] - assertion["iat"] <= 120


async def test_rasa_hears_a_customers_tier_which_the_shop_is_asked_for_once(gateway: Gateway) -> None:
    customer = await gateway.customer(customer_token=token())
    for text in ("my points", "and now"):
        await customer.say(text)
        await customer.reply()
    assert [call["metadata"]["tier"] for call in gateway.rasa.calls] == ["Leaf", "Leaf"]
    assert len(gateway.shop.asked_for) == 1


async def test_a_shop_that_does_not_say_the_tier_holds_no_answer_up(gateway: Gateway) -> None:
    gateway.shop.fail_with = Unavailable()
    customer = await gateway.customer(customer_token=token())
    await customer.say("my points")
    await customer.reply()
    [call] = gateway.rasa.calls
    assert (call["metadata"]["tier"], call["metadata"]["auth_level"]) == ("", "customer")


async def test_an_anonymous_conversation_can_be_linked_later(gateway: Gateway) -> None:
    customer = await gateway.customer()
    answer = await identify(gateway, customer, token())
    assert (answer.status_code, answer.json()) == (
        200,
        {"auth_level": "customer", "first_name": "Emma", "language": "en"},
    )
    again = await identify(gateway, customer, token())
    assert again.status_code == 200


async def test_a_conversation_never_changes_its_customer(gateway: Gateway) -> None:
    customer = await gateway.customer(customer_token=token())
    answer = await identify(gateway, customer, token(sub="cust-2"))
    assert (answer.status_code, answer.json()["code"]) == (409, "another_customer")
    rows = await gateway.sql("SELECT customer_id FROM conversations WHERE id = %s", customer.id)
    assert rows == [("cust-1",)]


async def identify(gateway: Gateway, customer: Any, customer_token: str) -> Any:
    return await gateway.http.post(
        f"{customer.path}/identify", json={"customer_token": customer_token}, headers=customer.headers
    )


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (token(exp=time.time() - 60), "customer_token_expired"),
        (token(aud="somebody-else"), "customer_token_wrong_audience"),
        (token(aud=None), "customer_token_missing_claim"),
        (token(exp=None), "customer_token_missing_claim"),
        (token(sub=None), "customer_token_missing_claim"),
        (token(sub=""), "customer_token_missing_claim"),
        (token(nbf=time.time() + 600), "customer_token_not_yet_valid"),
        (token(key="another-secret-that-is-not-ours-0123456789"), "customer_token_bad_signature"),
        (jwt.encode(claims(), "", algorithm="none"), "customer_token_malformed"),
        (jwt.encode(claims(), CUSTOMER_SECRET * 2, algorithm="HS512"), "customer_token_malformed"),
        ("not.a.token", "customer_token_malformed"),
        ("ünïcödé", "customer_token_malformed"),
    ],
)
async def test_a_token_that_is_not_right_is_refused_and_says_why(gateway: Gateway, bad: str, code: str) -> None:
    answer = await gateway.http.post("/v1/conversations", json={"customer_token": bad})
    assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_the_issuer_is_checked_where_one_is_set(start_gateway: Start) -> None:
    async with start_gateway(customer_token_issuer="https://shop.example") as gateway:
        await gateway.customer(customer_token=token(iss="https://shop.example"))
        for issuer, code in (("https://evil.example", "wrong_issuer"), (None, "missing_claim")):
            answer = await gateway.http.post("/v1/conversations", json={"customer_token": token(iss=issuer)})
            assert answer.json()["code"] == f"customer_token_{code}"


class KeyServer:
    """A retailer's JWKS address."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAPrivateKey] = {}
        self.asked = 0
        self.app = FastAPI()
        self.app.get("/jwks.json")(self._serve)

    def add(self, key_id: str) -> RSAPrivateKey:
        self.keys[key_id] = generate_private_key(65537, 2048)
        return self.keys[key_id]

    async def _serve(self) -> dict[str, Any]:
        self.asked += 1
        public = {key_id: json.loads(RSAAlgorithm.to_jwk(key.public_key())) for key_id, key in self.keys.items()}
        return {"keys": [jwk | {"kid": key_id, "use": "sig"} for key_id, jwk in public.items()]}


@pytest_asyncio.fixture
async def key_server() -> AsyncIterator[tuple[KeyServer, str]]:
    server = KeyServer()
    async with served(server.app) as url:
        yield server, f"{url}/jwks.json"


def signed(key: RSAPrivateKey, key_id: str) -> str:
    return jwt.encode(claims(), key, algorithm="RS256", headers={"kid": key_id})


async def test_public_keys_are_fetched_once(start_gateway: Start, key_server: tuple[KeyServer, str]) -> None:
    server, url = key_server
    key = server.add("a")
    async with start_gateway(customer_token_jwks_url=url) as gateway:
        for _ in range(3):
            await gateway.customer(customer_token=signed(key, "a"))
    assert server.asked == 1


async def test_an_unknown_key_and_a_forged_signature_are_refused(
    start_gateway: Start, key_server: tuple[KeyServer, str]
) -> None:
    server, url = key_server
    server.add("a")
    forger = generate_private_key(65537, 2048)
    async with start_gateway(customer_token_jwks_url=url) as gateway:
        for key_id, code in (("a", "bad_signature"), ("b", "unknown_key")):
            answer = await gateway.http.post("/v1/conversations", json={"customer_token": signed(forger, key_id)})
            assert (answer.status_code, answer.json()["code"]) == (401, f"customer_token_{code}")


async def test_the_public_key_is_no_shared_secret(start_gateway: Start, key_server: tuple[KeyServer, str]) -> None:
    server, url = key_server
    public = server.add("a").public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header, payload = jwt.encode(claims(), "k" * 32, algorithm="HS256", headers={"kid": "a"}).split(".")[:2]
    mac = jwt.get_algorithm_by_name("HS256").sign(f"{header}.{payload}".encode(), pem)
    forged = f"{header}.{payload}.{jwt.utils.base64url_encode(mac).decode()}"
    async with start_gateway(customer_token_jwks_url=url) as gateway:
        answer = await gateway.http.post("/v1/conversations", json={"customer_token": forged})
        assert (answer.status_code, answer.json()["code"]) == (401, "customer_token_bad_signature")


async def test_keys_that_cannot_be_fetched_are_no_fault_of_the_token(start_gateway: Start) -> None:
    key = generate_private_key(65537, 2048)
    async with start_gateway(customer_token_jwks_url="http://127.0.0.1:9/jwks.json") as gateway:
        answer = await gateway.http.post("/v1/conversations", json={"customer_token": signed(key, "a")})
        assert (answer.status_code, answer.json()["code"]) == (503, "customer_token_keys_unavailable")


async def test_a_conversation_opens_with_its_own_token_only(gateway: Gateway) -> None:
    one, other = await gateway.customer(), await gateway.customer()
    for path, shown in (
        (one.path, f"Bearer {other.token}"),
        (one.path, one.token),
        (one.path, "Bearer"),
        (one.path, f"Basic {one.token}"),
        (f"/v1/conversations/{uuid4()}", f"Bearer {one.token}"),
    ):
        answer = await gateway.http.get(f"{path}/events", headers={"Authorization": shown})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await gateway.http.get(f"{one.path}/events?token={one.token}")).status_code == 401
    assert await one.events() == []


async def test_an_expired_token_opens_nothing(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await gateway.sql("UPDATE conversations SET token_expires_at = now() WHERE id = %s", customer.id)
    answer = await gateway.http.get(f"{customer.path}/events", headers=customer.headers)
    assert answer.status_code == 401


async def test_the_database_does_not_hold_the_token(gateway: Gateway) -> None:
    customer = await gateway.customer()
    [(row,)] = await gateway.sql("SELECT conversations::text FROM conversations WHERE id = %s", customer.id)
    assert customer.token not in row
    assert customer.token.encode().hex() not in row


async def test_a_new_conversation_says_that_an_assistant_answers(gateway: Gateway) -> None:
    answer = (await gateway.http.post("/v1/conversations", json={})).json()
    assert "automated assistant" in answer["ai_disclosure"]
    assert answer["greeting"]
    assert answer["locale"] == "en"
