"""Nobody finds out whether an order exists that isn't theirs: the same words after the same work.

Work is compared, not time, which is unsteady; `python -m bench.oracle` measures the time.
"""

import json
import re
from itertools import pairwise

import pytest

from tests.writes.run import answered
from tests.writes.wishes import Buyer
from tests.writes.world import Tab, World

UNKNOWN = "JL-999999"
NUMBER = re.compile(r"JL-\d{6}")
ASKING = {
    "order_status": "order_number",
    "order_change": "order_number",
    "order_cancel": "order_number",
    "return_start": "order_number",
    "exchange": "order_number",
    "refund_request": "order_number",
    "refund_status": "order_number",
    "return_status": "order_number",
    "loyalty_history": "order_number",
}


async def asks(world: World, tab: Tab, buyer: Buyer, intent: str, number: str) -> tuple[list[str], list[str]]:
    """What the shop was asked, and what the customer read, with the number left out."""
    before, read = len(world.calls.seen[buyer.id]), len(await tab.bot())
    await tab.say(intent + json.dumps({ASKING[intent]: number}))
    await answered(world, tab)
    sent = world.calls.seen[buyer.id][before:]
    requests = [
        NUMBER.sub("JL-…", f"{request.method} {request.url.raw_path.decode()} {request.content.decode()}")
        for request in sent
    ]
    said = [
        json.dumps([each["text"], each["buttons"], each["cards"], each["source"]]) for each in (await tab.bot())[read:]
    ]
    return requests, [NUMBER.sub("JL-…", each) for each in said]


@pytest.mark.parametrize("intent", sorted(ASKING))
async def test_an_order_of_somebody_else_is_looked_for_and_answered_like_none(world: World, intent: str) -> None:
    owner, curious = await world.buyers(2)
    answers = []
    for number in (UNKNOWN, f"JL-{owner.order}", f"JL-{owner.open_order}"):
        tab = await world.tab(curious)
        answers.append(await asks(world, tab, curious, intent, number))
    requests, said = answers[0]
    assert said
    assert any("JL-…" in request for request in requests) or intent in {"refund_status", "return_status"}
    for one, other in pairwise(answers):
        assert one == other


async def test_not_even_the_look_up_of_ones_own_order_is_another_request(world: World) -> None:
    owner, curious = await world.buyers(2)
    own, _ = await asks(world, await world.tab(curious), curious, "order_status", f"JL-{curious.order}")
    foreign, said = await asks(world, await world.tab(curious), curious, "order_status", f"JL-{owner.order}")
    assert foreign == own
    assert "utter_error_not_found" in said[0]
