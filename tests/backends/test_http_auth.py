import asyncio
import base64

import pytest

from backends import errors
from tests.backends.conftest import Connect
from tests.backends.samples import EMMA, ORDER, RETURN, RETURN_REQUEST
from tests.fakes.broken_shop import Answer, BrokenShop, Drop


async def test_many_calls_at_once_fetch_one_token(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER))
    client = connect()
    await asyncio.gather(*(client.get_order(EMMA, "o1") for _ in range(8)))
    assert shop.tokens_issued == 1
    assert {request.headers["authorization"] for request in shop.requests} == {"Bearer t1"}


async def test_a_token_is_renewed_before_it_expires(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER))
    shop.token_lifetime = 1  # renewed at half its life
    client = connect()
    await client.get_order(EMMA, "o1")
    await asyncio.sleep(0.6)
    await client.get_order(EMMA, "o1")
    assert [request.headers["authorization"] for request in shop.requests] == ["Bearer t1", "Bearer t2"]


async def test_a_revoked_token_is_renewed_once_for_a_write_too(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(201, RETURN))
    shop.revoked.add("t1")
    made = await connect().create_return(EMMA, RETURN_REQUEST, idempotency_key="k")
    assert made.id == "r1"
    assert [request.headers["authorization"] for request in shop.requests] == ["Bearer t1", "Bearer t2"]


async def test_a_shop_that_refuses_every_token_is_asked_twice(shop: BrokenShop, connect: Connect) -> None:
    shop.revoked |= {f"t{number}" for number in range(1, 20)}
    with pytest.raises(errors.InvalidRequest):
        await connect().get_order(EMMA, "o1")
    assert len(shop.requests) == shop.tokens_issued == 2


async def test_refused_credentials_are_our_defect_and_the_call_is_never_sent(
    shop: BrokenShop, connect: Connect
) -> None:
    shop.token_steps.append(Answer(401, {"error": "invalid_client"}))
    with pytest.raises(errors.InvalidRequest):
        await connect().get_order(EMMA, "o1")
    assert shop.requests == []


@pytest.mark.parametrize("failure", [Drop(), Answer(503, "oops")])
async def test_a_write_waits_for_a_token_that_comes_at_the_second_try(
    shop: BrokenShop, connect: Connect, failure: Answer | Drop
) -> None:
    shop.script(Answer(201, RETURN))
    shop.token_steps.append(failure)
    await connect().create_return(EMMA, RETURN_REQUEST, idempotency_key="k")
    assert len(shop.requests) == 1


async def test_without_a_token_nothing_happened(shop: BrokenShop, connect: Connect) -> None:
    shop.token_steps.extend([Drop()] * 3)
    with pytest.raises(errors.Unavailable) as caught:
        await connect().create_return(EMMA, RETURN_REQUEST, idempotency_key="k")
    assert not caught.value.outcome_unknown
    assert shop.requests == []


async def test_the_client_shows_itself_by_basic_authentication(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER))
    await connect(commerce_client_secret="s3:cret é").get_order(EMMA, "o1")
    expected = base64.b64encode(b"aftercare:s3%3Acret+%C3%A9").decode()
    assert shop.token_requests[0].headers["authorization"] == f"Basic {expected}"
    assert shop.token_requests[0].body == b"grant_type=client_credentials"


async def test_an_api_key_needs_no_token(shop: BrokenShop, connect: Connect) -> None:
    shop.script(Answer(body=ORDER))
    await connect(commerce_client_id="", commerce_api_key="key").get_order(EMMA, "o1")
    assert shop.requests[0].headers["x-api-key"] == "key"
    assert shop.tokens_issued == 0


async def test_without_credentials_there_is_no_client(connect: Connect) -> None:
    with pytest.raises(ValueError, match="must be set"):
        connect(commerce_client_id="")
