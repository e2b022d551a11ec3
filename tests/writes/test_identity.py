"""Who confirms must be known, now: what an ended log-in or a long time since the last proof does to a request."""

import asyncio
from typing import Any

from tests.writes.check import heading
from tests.writes.run import WISHES, answered
from tests.writes.wishes import Buyer
from tests.writes.world import Tab, World


async def says(world: World, tab: Tab, *texts: str) -> list[str]:
    """The answers to the last of them."""
    before = 0
    for text in texts:
        before = len(await tab.bot())
        await tab.say(text)
        await answered(world, tab)
    return [heading(each) for each in (await tab.bot())[before:]]


async def change(world: World, tab: Tab, assignment: str) -> None:
    async with world.services.pool.connection() as connection:
        await connection.execute(f"UPDATE conversations SET {assignment} WHERE id = %s", (tab.id,))


async def proves(world: World, tab: Tab, buyer: Buyer) -> list[str]:
    """Order number, e-mail address, code."""
    await says(world, tab, f"JL-{buyer.order}", f"{buyer.id}@example.com")
    sender: Any = world.services.code_sender
    async with asyncio.timeout(60):
        while (code := sender.latest(f"{buyer.id}@example.com")) is None:  # noqa: ASYNC110 - the gateway's own work
            await asyncio.sleep(0.05)
        while (await world.rows(_UNSENT, tab.id))[0]["count"]:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    return await says(world, tab, code)


_UNSENT = "SELECT count(*) FROM challenges WHERE conversation_id = %s AND state = 'requested'"


async def count(world: World, kind: str, buyer: Buyer) -> int:
    [row] = await world.shop_rows(WISHES[kind].count, buyer.id, f"ord_{buyer.order}")
    return int(row["count"])


async def test_a_log_in_that_ends_in_the_middle_of_a_form_is_asked_for_again_and_nothing_is_lost(world: World) -> None:
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    opening, quantity = WISHES["return"].words(buyer)
    await says(world, tab, opening)
    await change(world, tab, "identified_until = now()")
    assert await says(world, tab, quantity) == ["utter_verification_needed", "utter_question_verification_order"]
    assert (await proves(world, tab, buyer))[0] == "utter_verification_passed"
    assert heading((await tab.bot())[-1]) == "utter_question_return_quantity"
    rest = ('inform{"reason": "changed_mind"}', 'inform{"resolution": "refund"}', 'inform{"method": "label"}')
    await says(world, tab, quantity, *rest, "yes")
    assert await count(world, "return", buyer) == 2, "the seeded one and this one"


async def test_a_yes_after_the_log_in_ended_is_carried_out_once_the_code_is_right(world: World) -> None:
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    await says(world, tab, *WISHES["refund"].words(buyer))
    await change(world, tab, "identified_until = now()")
    assert (await says(world, tab, "yes"))[0] == "utter_verification_needed"
    assert await count(world, "refund", buyer) == 0
    assert (await proves(world, tab, buyer))[0] == "utter_verification_passed"
    assert await count(world, "refund", buyer) == 1


async def test_money_moves_only_after_a_fresh_proof(world: World) -> None:
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    await says(world, tab, *WISHES["redemption"].words(buyer))
    await change(world, tab, "identified_at = now() - interval '61 minutes'")
    assert (await says(world, tab, "yes"))[0] == "utter_verification_step_up"
    assert await count(world, "redemption", buyer) == 0
    await proves(world, tab, buyer)
    assert await count(world, "redemption", buyer) == 1
    [row] = await world.rows("SELECT auth_level FROM conversations WHERE id = %s", tab.id)
    assert row["auth_level"] == "customer"


async def test_what_moves_no_money_needs_no_fresh_proof(world: World) -> None:
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    await says(world, tab, *WISHES["cancellation"].words(buyer))
    await change(world, tab, "identified_at = now() - interval '61 minutes'")
    await says(world, tab, "yes")
    assert await count(world, "cancellation", buyer) == 1


async def test_no_parcel_goes_elsewhere_on_an_old_proof(world: World) -> None:
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    await says(world, tab, *WISHES["new address"].words(buyer))
    await change(world, tab, "identified_at = now() - interval '61 minutes'")
    await says(world, tab, "yes")
    assert await count(world, "new address", buyer) == 0


async def test_who_is_known_by_a_channels_word_alone_moves_no_money_until_a_code_is_right(world: World) -> None:
    [buyer] = await world.buyers(1)
    phone = await world.tab(buyer, "sms", channel="sms", verified_by="phone")
    await says(world, phone, *WISHES["redemption"].words(buyer))
    assert (await says(world, phone, "yes"))[0] == "utter_verification_step_up"
    assert await count(world, "redemption", buyer) == 0
    await proves(world, phone, buyer)
    assert await count(world, "redemption", buyer) == 1
    [row] = await world.rows("SELECT auth_level, proof FROM conversations WHERE id = %s", phone.id)
    assert (row["auth_level"], row["proof"]) == ("customer", "code")
    await says(world, phone, *WISHES["cancellation"].words(buyer), "yes")
    assert await count(world, "cancellation", buyer) == 1
