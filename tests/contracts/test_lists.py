"""Pages: complete, without repeats, newest first."""

from typing import Any

import pytest

from tests.contracts.shop import Shop, Who
from tests.contracts.world import World

LISTS = {
    "/orders": "placed_at",
    "/returns": "created_at",
    "/refunds": "created_at",
    "/loyalty/transactions": "at",
    "/loyalty/rewards": None,
    "/return-reasons": None,
}


async def longest(shop: Shop, world: World, path: str) -> tuple[Who, list[Any]]:
    best: tuple[Who, list[Any]] = (world.customers[0], [])
    for who in world.customers:
        reply = await shop.get(path, who, limit=100)
        if reply.status == 200 and len(reply.json["items"]) > len(best[1]):
            best = who, reply.json["items"]
    return best if len(best[1]) > 1 else world.missing(f"two entries in {path}")


@pytest.mark.parametrize("path", LISTS)
async def test_pages_of_any_size_give_every_item_once_in_the_same_order(shop: Shop, world: World, path: str) -> None:
    who, _ = await longest(shop, world, path)
    everything = await shop.all(path, who)
    keys = [item["id"] for item in everything]
    assert len(set(keys)) == len(keys)
    for limit in (1, 2, len(keys)):
        assert await shop.all(path, who, limit=limit) == everything


@pytest.mark.parametrize("path", [path for path, at in LISTS.items() if at])
async def test_the_newest_comes_first(shop: Shop, world: World, path: str) -> None:
    who, _ = await longest(shop, world, path)
    at = LISTS[path]
    times = [item[at] for item in await shop.all(path, who)]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 101}, {"limit": "many"}, {"cursor": "made-up"}])
async def test_a_page_that_cannot_be_is_an_invalid_request(
    shop: Shop, world: World, path: str, params: dict[str, str | int]
) -> None:
    who, _ = await longest(shop, world, path)
    reply = await shop.get(path, who, **params)
    assert (reply.status, reply.code) == (422, "invalid_request")


async def test_a_cursor_of_somebody_else_shows_nothing_of_theirs(shop: Shop, world: World) -> None:
    who, theirs = await world.regular()
    cursor = (await shop.get("/orders", who, limit=1)).ok()["next_cursor"]
    other = next(each for each in world.customers if each != who)
    reply = await shop.get("/orders", other, cursor=cursor)
    shown = {item["id"] for item in reply.json["items"]} if reply.status == 200 else set()
    assert not shown & {order["id"] for order in theirs}
