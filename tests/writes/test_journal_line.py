"""The line on which the action server writes down what was confirmed breaks: what the customer reads stays true."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.writes.check import heading
from tests.writes.run import WISHES, answered
from tests.writes.wishes import Buyer
from tests.writes.world import Tab, World


async def no_connection(_request: httpx.Request) -> None:
    raise httpx.ConnectError("cut")


async def lose_the_answer(_response: httpx.Response) -> None:
    raise httpx.ReadError("cut")


@asynccontextmanager
async def breaking(world: World, moment: str, how: Callable[[Any], Awaitable[None]]) -> AsyncIterator[None]:
    """`moment`: request or response."""
    world.journal.event_hooks[moment].append(how)
    try:
        yield
    finally:
        world.journal.event_hooks[moment].remove(how)


async def confirmed(world: World) -> tuple[Buyer, Tab, str]:
    """A redemption up to the yes; the last is what was answered to it."""
    [buyer] = await world.buyers(1)
    tab = await world.tab(buyer)
    for words in (*WISHES["redemption"].words(buyer), "yes"):
        await tab.say(words)
        await answered(world, tab)
    return buyer, tab, heading((await tab.bot())[-1])


async def vouchers(world: World, buyer: Buyer) -> int:
    rows = await world.shop_rows("SELECT 1 FROM redemptions WHERE customer_id = %s", buyer.id)
    return len(rows)


async def test_what_never_got_there_is_not_done_and_told_so(world: World) -> None:
    async with breaking(world, "request", no_connection):
        buyer, tab, told = await confirmed(world)
    assert told == "utter_error_unavailable"
    await world.quiet()
    assert await vouchers(world, buyer) == 0
    assert not await world.rows("SELECT 1 FROM writes WHERE conversation_id = %s", tab.id)


async def test_what_got_there_although_nobody_heard_so_is_told_as_open_and_done_once(world: World) -> None:
    async with breaking(world, "response", lose_the_answer):
        buyer, tab, _ = await confirmed(world)
    await world.quiet()
    assert await vouchers(world, buyer) == 1
    *_, told, found_out = [heading(each) for each in await tab.bot()]
    assert told == "write_checking"
    assert found_out.startswith("POST /loyalty/redemptions")


async def test_a_yes_to_trying_again_meanwhile_does_it_once(world: World) -> None:
    async with breaking(world, "response", lose_the_answer):
        buyer, tab, _ = await confirmed(world)
    await world.quiet()
    for words in ("yes", "yes"):
        await tab.say(words)
        await answered(world, tab)
    await world.quiet()
    assert await vouchers(world, buyer) == 1
