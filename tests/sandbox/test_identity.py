import time
from typing import Any

import jwt
import pytest

from tests.sandbox.client import ShopClient, assertion

GUEST: dict[str, Any] = {"auth_level": "guest", "order_id": "ord_100187"}


async def test_a_guest_sees_the_one_order_and_no_more(shop: ShopClient) -> None:
    assert [o["number"] for o in (await shop.get("/orders", "cus_emma", **GUEST)).json()["items"]] == ["JL-100187"]
    assert (await shop.get("/orders/JL-100187", "cus_emma", **GUEST)).status_code == 200
    assert (await shop.get("/orders/JL-100234", "cus_emma", **GUEST)).status_code == 404
    assert (await shop.get("/loyalty/account", "cus_emma", **GUEST)).json()["code"] == "verification_required"


async def test_somebody_elses_order_and_an_unknown_one_are_the_same_answer(shop: ShopClient) -> None:
    answers = [(await shop.get(f"/orders/{ref}", "cus_liam")).json() for ref in ("JL-100234", "JL-999999", "%00")]
    for answer in answers:
        answer.pop("trace_id")
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["code"] == "not_found"


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "nonsense",
        assertion("cus_emma", secret="another-secret-0123456789abcdef01234"),
        assertion("cus_emma", exp=time.time() - 1),
        assertion("cus_emma", aud="other"),
        assertion("cus_emma", iss="other"),
        assertion("cus_emma", auth_level="anonymous"),
        assertion("cus_emma", auth_level="guest"),
        jwt.encode({"sub": "cus_emma", "auth_level": "customer", "exp": 9e9}, "", algorithm="none"),
    ],
)
async def test_an_assertion_that_does_not_hold_opens_nothing(shop: ShopClient, shown: str) -> None:
    headers = {"X-Api-Key": "api-key", "X-Customer-Assertion": shown}
    answer = await shop.http.get("/orders", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "verification_required")


async def test_a_token_opens_what_its_scopes_say(shop: ShopClient) -> None:
    credentials = ("aftercare", "client-secret-of-some-length-0123")
    form = {"grant_type": "client_credentials", "scope": "loyalty:read"}
    issued = (await shop.http.post("/oauth/token", data=form, auth=credentials)).json()
    headers = {"Authorization": f"Bearer {issued['access_token']}", "X-Customer-Assertion": assertion("cus_emma")}
    assert (await shop.http.get("/loyalty/account", headers=headers)).status_code == 200
    assert (await shop.http.get("/orders", headers=headers)).json()["code"] == "insufficient_scope"
    assert (await shop.http.post("/oauth/token", data=form, auth=("aftercare", "wrong"))).status_code == 401


async def test_the_shop_signs_its_customers_tokens(shop: ShopClient) -> None:
    answer = (await shop.internal("/shop/token", {"customer": "emma"})).json()
    claims = jwt.decode(
        answer["customer_token"], "customer-token-secret-0123456789abcdef", ["HS256"], audience="aftercare"
    )
    assert (claims["sub"], claims["given_name"], claims["iss"]) == ("cus_emma", "Emma", "juniper-lane")


@pytest.mark.parametrize(("kind", "status"), [("down", 503), ("rate_limited", 429), ("garbage", 200)])
async def test_a_fault_lasts_for_its_calls(shop: ShopClient, kind: str, status: int) -> None:
    await shop.internal("/shop/faults", {"kind": kind, "calls": 2})
    broken = [await shop.get("/policies") for _ in range(2)]
    assert [answer.status_code for answer in broken] == [status, status]
    assert "facts" not in broken[0].text
    assert "facts" in (await shop.get("/policies")).json()
