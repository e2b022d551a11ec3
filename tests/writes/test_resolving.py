"""After "I am checking": the gateway finds out, tells the customer once, and gives up towards a person."""

import asyncio

from tests.writes.check import heading
from tests.writes.run import WISHES, answered
from tests.writes.wishes import Buyer
from tests.writes.world import Tab, World

GONE = ("refused",) * 30


async def left_checking(world: World, kind: str) -> tuple[Buyer, Tab]:
    """The shop does nothing and says nothing until `asks` is emptied."""
    [buyer] = await world.buyers(1)
    world.calls.plans[buyer.id].extend(("drop_before", "drop_before"))
    world.asks.plans[buyer.id].extend(GONE)
    tab = await world.tab(buyer)
    for words in (*WISHES[kind].words(buyer), "yes"):
        await tab.say(words)
        await answered(world, tab)
    assert heading((await tab.bot())[-1]) == "utter_error_outcome_unknown"
    return buyer, tab


async def test_the_customer_is_told_what_came_of_it_with_number_and_card(world: World) -> None:
    buyer, tab = await left_checking(world, "return")
    world.asks.plans[buyer.id].clear()
    await world.quiet()
    told = (await tab.bot())[-1]
    made, _ = await world.shop_rows(
        "SELECT number FROM returns WHERE customer_id = %s ORDER BY created_at DESC", buyer.id
    )
    assert made["number"] in told["text"]
    assert told["source"] == {"kind": "backend", "call": f"POST /returns → {made['number']}"}
    assert told["cards"][0]["link"]["title"] == "Return label"
    assert "in_reply_to" not in told


async def test_what_can_not_be_found_out_goes_to_a_person_with_the_facts(world: World) -> None:
    _, tab = await left_checking(world, "refund")
    async with world.services.pool.connection() as connection:
        await connection.execute(
            "UPDATE writes SET confirmed_at = now() - interval '3 hours' WHERE conversation_id = %s", (tab.id,)
        )
    await world.quiet()
    assert heading((await tab.bot())[-1]) == "write_given_up"
    [handoff] = await world.rows("SELECT reason, skill, summary FROM handoffs WHERE conversation_id = %s", tab.id)
    assert (handoff["reason"], handoff["skill"]) == ("tool_failure", "refunds")
    assert "refund_order=" in handoff["summary"]
    assert "request_refund=given_up" in handoff["summary"]


async def test_where_an_advisor_has_the_conversation_the_advisor_is_told(world: World) -> None:
    buyer, tab = await left_checking(world, "redemption")
    await world.gateway.post(f"/v1/conversations/{tab.id}/handoff", headers=tab.headers)
    async with world.services.pool.connection() as connection:
        await connection.execute(
            "UPDATE conversations SET state = 'assigned', advisor_id = 'ada' WHERE id = %s", (tab.id,)
        )
    before = len(await tab.bot())
    world.asks.plans[buyer.id].clear()
    await world.quiet()
    assert len(await tab.bot()) == before
    [handoff] = await world.rows("SELECT summary FROM handoffs WHERE conversation_id = %s", tab.id)
    assert "redeem=done" in handoff["summary"]


async def test_two_processes_that_look_at_the_same_time_tell_it_once(world: World) -> None:
    buyer, tab = await left_checking(world, "cancellation")
    world.asks.plans[buyer.id].clear()
    await world.hurry()
    await asyncio.gather(*(world.services.write_resolver.resolve_next() for _ in range(4)))
    await world.quiet()
    assert [heading(each) for each in await tab.bot()].count(f"POST /orders/JL-{buyer.open_order}/cancel order") == 1


async def test_who_what_and_on_what_evidence_is_written_down_without_a_word_of_the_customer(world: World) -> None:
    buyer, tab = await left_checking(world, "redemption")
    world.asks.plans[buyer.id].clear()
    await world.quiet()
    rows = await world.rows(
        "SELECT actor, actor_id, action, subject, outcome, evidence FROM audit WHERE conversation_id = %s"
        " AND actor_id = %s AND action LIKE 'write.%%' ORDER BY id",
        tab.id,
        buyer.id,
    )
    assert [(row["actor"], row["outcome"]) for row in rows] == [("customer", "confirmed"), ("system", "done")]
    for row in rows:
        assert (row["actor_id"], row["action"], row["subject"]) == (buyer.id, "write.redeem", "voucher-5")
        assert row["evidence"]["auth_level"] == "customer"
        assert row["evidence"]["seq"] == 3
    [voucher] = (await tab.bot())[-1]["cards"]
    assert voucher["fields"][0]["value"] not in str(rows), "a code could be spent by whoever reads the audit"
