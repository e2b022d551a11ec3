"""Channels beside the web: their connectors say who writes with signed tokens, which count there and nowhere else."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api.settings import ApiSettings
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_customers import token


@pytest_asyncio.fixture
async def gateway(start_gateway: Start) -> AsyncIterator[Gateway]:
    async with start_gateway(channels=(("sms", "phone"), ("mail", "email"), ("kiosk", ""))) as gateway:
        yield gateway


async def opened(gateway: Gateway, where: str, **claims: Any) -> httpx.Response:
    body = {"channel": where, "customer_token": token(**claims)}
    return await gateway.http.post("/v1/conversations", json=body)


async def identifies(customer: Customer, **claims: Any) -> httpx.Response:
    body = {"customer_token": token(**claims)}
    return await customer.http.post(f"{customer.path}/identify", json=body, headers=customer.headers)


@pytest.mark.parametrize(("channel", "kind"), [("sms", "phone"), ("mail", "email")])
async def test_an_address_that_the_operator_trusts_says_who_writes(gateway: Gateway, channel: str, kind: str) -> None:
    made = (await opened(gateway, channel, channel=channel, verified_by=kind)).json()
    customer = Customer(gateway.http, made["id"], made["token"])
    await customer.say("my points")
    await customer.reply()
    metadata = gateway.rasa.calls[-1]["metadata"]
    assert (metadata["channel"], metadata["auth_level"]) == (channel, "customer")
    [proof] = await gateway.sql("SELECT proof FROM conversations WHERE id = %s", customer.id)
    assert proof == ("channel",)
    [evidence] = await gateway.sql("SELECT evidence FROM audit WHERE conversation_id = %s", customer.id)
    assert evidence == ({"by": "customer_token", "proof": "channel", "verified_by": kind},)


WRONG = "customer_token_wrong_channel"
UNTRUSTED = "customer_token_untrusted_address"


@pytest.mark.parametrize(
    ("channel", "claims", "code"),
    [
        ("web", {"channel": "sms", "verified_by": "phone"}, WRONG),
        ("mail", {"channel": "sms", "verified_by": "phone"}, WRONG),
        ("sms", {}, WRONG),
        ("sms", {"verified_by": "phone"}, WRONG),
        ("sms", {"channel": "sms", "verified_by": "email"}, UNTRUSTED),
        ("sms", {"channel": "sms", "verified_by": "fax"}, UNTRUSTED),
        ("kiosk", {"channel": "kiosk", "verified_by": "phone"}, UNTRUSTED),
        ("web", {"verified_by": "email"}, UNTRUSTED),
    ],
)
async def test_what_was_verified_in_one_channel_is_not_carried_to_another(
    gateway: Gateway, channel: str, claims: dict[str, str], code: str
) -> None:
    refused = await opened(gateway, channel, **claims)
    assert (refused.status_code, refused.json()["code"]) == (401, code)
    made = (await gateway.http.post("/v1/conversations", json={"channel": channel})).json()
    customer = Customer(gateway.http, made["id"], made["token"])
    later = await identifies(customer, **claims)
    assert (later.status_code, later.json()["code"]) == (401, code)
    assert await gateway.sql("SELECT customer_id, proof FROM conversations WHERE id = %s", customer.id) == [
        (None, None)
    ]


async def test_a_log_in_inside_a_channel_is_a_log_in(gateway: Gateway) -> None:
    made = (await opened(gateway, "kiosk", channel="kiosk")).json()
    assert await gateway.sql("SELECT proof FROM conversations WHERE id = %s", made["id"]) == [("login",)]


async def test_a_channel_that_vouches_again_takes_nothing_away_of_what_was_proved_since(gateway: Gateway) -> None:
    claims = {"channel": "sms", "verified_by": "phone"}
    made = (await opened(gateway, "sms", **claims)).json()
    customer = Customer(gateway.http, made["id"], made["token"])
    await gateway.sql(
        "UPDATE conversations SET proof = 'code', identified_at = now() - interval '5 minutes',"
        " identified_until = now() + interval '1 minute' WHERE id = %s",
        customer.id,
    )
    assert (await identifies(customer, **claims)).status_code == 200
    [row] = await gateway.sql(
        "SELECT proof, now() - identified_at > interval '4 minutes', identified_until > now() + interval '1 hour'"
        " FROM conversations WHERE id = %s",
        customer.id,
    )
    assert row == ("code", True, True), "nor is an old code made young by it"


async def test_a_channel_that_is_not_set_up_has_no_conversations(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/conversations", json={"channel": "carrier-pigeon"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_channel")
    answer = await gateway.http.post("/v1/conversations", json={"channel": "SMS; --"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_channels_are_read_from_one_line(settings: ApiSettings) -> None:
    read = ApiSettings.model_validate({**settings.model_dump(), "channels": "sms=phone, mail = email,kiosk"})
    assert read.channels == (("sms", "phone"), ("mail", "email"), ("kiosk", ""))
    with pytest.raises(ValueError, match="channels"):
        ApiSettings.model_validate({**settings.model_dump(), "channels": "sms=telegraph"})
