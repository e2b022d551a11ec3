"""What the gateway lets the action server begin, and what it refuses."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.writes.models import Report
from backends.models import Address, AddressChange, RefundMethod, RefundRequest
from backends.writes import CancelOrder, ChangeAddress, Redeem, RequestRefund, content, from_json, to_json
from common.internal import INTERNAL_SECRET_HEADER
from tests.writes.world import SECRET, Tab, World

REDEEM = {"kind": "redeem", "reward_id": "voucher-5"}


async def open_turn(world: World, tab: Tab) -> str:
    """As while Rasa works at a message."""
    message_id = str(uuid4())
    async with world.services.pool.connection() as connection:
        await connection.execute(
            "INSERT INTO messages (id, conversation_id, idempotency_key, fingerprint, seq) VALUES (%s, %s, %s, '', 1)",
            (message_id, tab.id, message_id),
        )
        await connection.execute(
            "INSERT INTO turns (message_id, conversation_id, seq, kind, content, client, attempts, batch, leased_by,"
            " leased_until) VALUES (%s, %s, 1, 'text', '', '', 1, %s, 'test', now() + interval '1 hour')",
            (message_id, tab.id, message_id),
        )
    return message_id


async def close_turn(world: World, message_id: str) -> None:
    async with world.services.pool.connection() as connection:
        await connection.execute(
            "UPDATE turns SET finished_at = now(), outcome = 'failed' WHERE message_id = %s", (message_id,)
        )


async def begin(world: World, tab: Tab, message_id: str, *, key: str = "", **changes: Any) -> httpx.Response:
    body = {"conversation_id": tab.id, "message_id": message_id, "write": REDEEM, "facts": ""} | changes
    headers = {INTERNAL_SECRET_HEADER: SECRET}
    return await world.gateway.put(f"/internal/writes/{key or uuid4().hex}", json=body, headers=headers)


@pytest.fixture
async def tab(world: World) -> Tab:
    [buyer] = await world.buyers(1)
    return await world.tab(buyer)


async def test_it_is_for_our_own_processes_only(world: World, tab: Tab) -> None:
    body = {"conversation_id": tab.id, "message_id": str(uuid4()), "write": REDEEM}
    answer = await world.gateway.put("/internal/writes/k", json=body)
    assert answer.status_code == 401


async def test_the_same_write_may_be_begun_again_in_its_turn(world: World, tab: Tab) -> None:
    message_id = await open_turn(world, tab)
    answers = [await begin(world, tab, message_id, key="again") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    audited = await world.rows(
        "SELECT outcome FROM audit WHERE conversation_id = %s AND action = 'write.redeem'", tab.id
    )
    assert [row["outcome"] for row in audited] == ["confirmed"]
    await close_turn(world, message_id)
    await world.quiet()


async def test_nothing_is_begun_when_the_turn_is_over(world: World, tab: Tab) -> None:
    message_id = await open_turn(world, tab)
    await close_turn(world, message_id)
    answer = await begin(world, tab, message_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_now")


async def test_nothing_is_begun_when_people_have_the_conversation(world: World, tab: Tab) -> None:
    message_id = await open_turn(world, tab)
    await world.gateway.post(f"/v1/conversations/{tab.id}/handoff", headers=tab.headers)
    assert (await begin(world, tab, message_id)).json()["code"] == "not_now"
    await close_turn(world, message_id)


async def test_nothing_is_begun_for_nobody(world: World) -> None:
    made = (await world.gateway.post("/v1/conversations", json={})).json()
    stranger = Tab(world.gateway, made["id"], {})
    message_id = await open_turn(world, stranger)
    answer = await begin(world, stranger, message_id)
    assert (answer.status_code, answer.json()["code"]) == (403, "verification_required")
    await close_turn(world, message_id)


async def test_one_at_a_time_for_the_same_thing_whatever_the_conversation(world: World) -> None:
    [buyer] = await world.buyers(1)
    one, other = await world.tab(buyer), await world.tab(buyer)
    first, second = await open_turn(world, one), await open_turn(world, other)
    assert (await begin(world, one, first)).status_code == 204
    assert (await begin(world, other, second)).json()["code"] == "underway"
    another = {"kind": "redeem", "reward_id": "voucher-10"}
    assert (await begin(world, other, second, write=another)).status_code == 204
    for message_id in (first, second):
        await close_turn(world, message_id)
    await world.quiet()
    third = await open_turn(world, other)
    assert (await begin(world, other, third)).json()["code"] == "just_done"
    await close_turn(world, third)


async def test_what_the_customer_was_told_in_the_turn_may_be_wanted_once_more(world: World, tab: Tab) -> None:
    first = await open_turn(world, tab)
    await begin(world, tab, first, key="first")
    report = Report(key="first", outcome="done", number="JC-1")
    async with world.services.pool.connection() as connection:
        await world.services.writes.settle(connection, UUID(tab.id), [report])
    await close_turn(world, first)
    second = await open_turn(world, tab)
    assert (await begin(world, tab, second)).status_code == 204
    await close_turn(world, second)
    await world.quiet()


async def test_what_was_found_out_later_is_not_done_again_for_one_who_may_not_have_read_it(
    world: World, tab: Tab
) -> None:
    first = await open_turn(world, tab)
    await begin(world, tab, first)
    await close_turn(world, first)
    await world.quiet()
    second = await open_turn(world, tab)
    assert (await begin(world, tab, second)).json()["code"] == "just_done"
    await close_turn(world, second)


@pytest.mark.parametrize("write", [{}, {"kind": "pay"}, {"kind": "redeem"}, "redeem", None])
async def test_what_is_no_write_is_refused(world: World, tab: Tab, write: Any) -> None:
    assert (await begin(world, tab, str(uuid4()), write=write)).status_code == 422


def test_a_write_survives_being_written_down() -> None:
    refund = RequestRefund(RefundRequest("ord_1", None, 1, "late", RefundMethod.STORE_CREDIT))
    address = ChangeAddress(AddressChange("ord_1", Address("Robin", "12 Main Street", "Cork", "IE"), "v1"))
    for write in (refund, Redeem("voucher-5"), CancelOrder("ord_1"), address):
        assert from_json(to_json(write)) == write


def test_another_quote_of_the_same_return_is_the_same_content() -> None:
    line = {"line_id": "l", "quantity": 1, "reason": "late"}
    plain = {"order_id": "o", "lines": [line], "resolution": "refund", "method": "label"}
    quoted = [from_json({"kind": "create_return", "request": plain | {"quote_id": each}}) for each in ("q1", "q2")]
    assert len({content(write) for write in quoted}) == 1
    assert content(Redeem("a")) != content(Redeem("b"))


def test_the_same_address_for_a_later_version_of_the_order_is_the_same_content() -> None:
    def of(line1: str, version: str) -> str:
        return content(ChangeAddress(AddressChange("ord_1", Address("Robin", line1, "Cork", "IE"), version)))

    assert of("12 Main Street", "v1") == of("12 Main Street", "v2")
    assert of("12 Main Street", "v1") != of("14 Main Street", "v1")
