import asyncio
from datetime import timedelta

import psycopg
import pytest

from backends.models import Money
from backends.sandbox.auth.tokens import Client
from backends.sandbox.context import Shop
from backends.sandbox.idempotency import Answer, Write
from common.database import Connection
from common.problems import Problem
from tests.sandbox.client import ShopClient, assertion, return_body
from tests.sandbox.conftest import Clock

BODY = return_body("100241", (2, 1, "changed_mind"))
RETURNS = "SELECT 1 FROM return_lines WHERE line_id = 'ln_100241_2'"


class Crashed(BaseException):
    """The process dies: nothing of ours catches this."""


async def test_the_same_request_again_is_the_same_answer_and_nothing_more(shop: ShopClient, clock: Clock) -> None:
    first = await shop.post("/returns", "cus_liam", BODY, key="k1")
    clock.ahead = timedelta(hours=24)
    again = await shop.post("/returns", "cus_liam", BODY, key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(await shop.rows(RETURNS)) == 1


async def test_a_key_belongs_to_its_body_and_its_customer(shop: ShopClient) -> None:
    assert (await shop.post("/returns", "cus_liam", BODY, key="k1")).status_code == 201
    other = BODY | {"method": "store"}
    reused = await shop.post("/returns", "cus_liam", other, key="k1")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    stolen = await shop.post("/returns", "cus_emma", BODY, key="k1")
    assert (stolen.status_code, stolen.json()["code"]) == (422, "idempotency_key_reused")


async def test_a_refusal_is_looked_at_again(shop: ShopClient) -> None:
    too_many = return_body("100241", (2, 99, "changed_mind"))
    assert (await shop.post("/returns", "cus_liam", too_many, key="k1")).status_code == 422
    assert (await shop.post("/returns", "cus_liam", BODY, key="k1")).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "x" * 201])
async def test_a_write_without_a_proper_key_is_refused(shop: ShopClient, key: str) -> None:
    headers = {"X-Api-Key": "api-key", "X-Customer-Assertion": assertion("cus_liam"), "Idempotency-Key": key}
    answer = await shop.http.post("/returns", json=BODY, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def write(shop: ShopClient) -> Write:
    state: Shop = shop.app.state.shop
    return Write(state, Client("aftercare", frozenset()), "k-crash", b"request")


async def mark(connection: Connection) -> None:
    await connection.execute("UPDATE orders SET cancel_reason = 'written' WHERE id = 'ord_100241'")


async def test_a_crash_before_the_commit_leaves_neither_effect_nor_key(shop: ShopClient) -> None:
    async def dies(connection: Connection) -> Answer:
        await mark(connection)
        raise Crashed

    async def works(connection: Connection) -> Answer:
        await mark(connection)
        return Answer(Money, Money(1, "EUR"), 201)

    with pytest.raises(Crashed):
        await write(shop).run(dies)
    assert await shop.rows("SELECT 1 FROM orders WHERE cancel_reason = 'written'") == []
    assert await shop.rows("SELECT 1 FROM idempotency_keys") == []
    assert (await write(shop).run(works)).status_code == 201
    assert (await write(shop).run(dies)).headers["Idempotent-Replayed"] == "true"


async def test_a_connection_lost_before_the_commit_leaves_neither_effect_nor_key(shop: ShopClient) -> None:
    async def cut(connection: Connection) -> Answer:
        await mark(connection)
        await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise AssertionError("the connection is gone")

    with pytest.raises(psycopg.OperationalError):
        await write(shop).run(cut)
    assert await shop.rows("SELECT 1 FROM orders WHERE cancel_reason = 'written'") == []
    assert await shop.rows("SELECT 1 FROM idempotency_keys") == []


async def test_a_key_in_use_is_told_to_wait(shop: ShopClient) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_connection: Connection) -> Answer:
        entered.set()
        await leave.wait()
        return Answer(Money, Money(1, "EUR"))

    first = asyncio.create_task(write(shop).run(slow))
    await entered.wait()
    with pytest.raises(Problem) as refused:
        await write(shop).run(slow)
    assert (refused.value.status, refused.value.code) == (409, "idempotency_in_progress")
    assert refused.value.headers["Retry-After"]
    leave.set()
    assert (await first).status_code == 200
