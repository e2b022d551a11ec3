"""What the customers were told, against what the shop has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.writes.wishes import CHECKING, NOT_DONE, WISHES, Buyer
from tests.writes.world import Tab, World


@dataclass(frozen=True, slots=True)
class Checked:
    """`findings` begin with doubled, untold, untrue, told twice or left checking; `ended` is for statistics."""

    findings: list[str]
    ended: str


async def check(world: World, kind: str, buyer: Buyer, tabs: list[Tab]) -> Checked:
    wish = WISHES[kind]
    before = 1 if kind == "return" else 0  # the one that is to be sent
    rows = await world.shop_rows(wish.count, buyer.id, f"ord_{buyer.order}")
    count = rows[0]["count"] - before
    logs = [await tab.bot() for tab in tabs]
    said = [[heading(message) for message in log] for log in logs]
    later = CHECKING.intersection(each for log in said for each in log)
    ended = "not done" if not count else "done, told after checking" if later else "done"
    return Checked(list(findings(wish.told, count, said)), ended)


def findings(told: str, count: int, logs: list[list[str]]) -> Iterator[str]:
    said = [heading for log in logs for heading in log]
    confirmations = [each for each in said if re.match(told, each)]
    if count > 1:
        yield f"doubled: the shop has it {count} times; {said}"
    if count and not confirmations:
        yield f"untold: the shop has it and nobody said so; {said}"
    if confirmations and not count:
        yield f"untrue: told as done, and the shop does not have it; {said}"
    if len(confirmations) > 1:
        yield f"told twice: {said}"
    if count and "write_refused" in said:
        yield f"untrue: told as not done, and the shop has it; {said}"
    for log in logs:
        after = log[max((index for index, each in enumerate(log) if each in CHECKING), default=len(log)) + 1 :]
        if CHECKING.intersection(log) and not any(_settles(told, each) for each in after):
            yield f"left checking: {log}"


def _settles(told: str, heading: str) -> bool:
    return bool(re.match(told, heading) or NOT_DONE.match(heading) or heading == "write_given_up")


def heading(message: dict[str, Any]) -> str:
    """The backend call with the first card's kind, or the template."""
    source = message["source"] or {}
    kinds = [card["kind"] for card in message["cards"]]
    return f"{source['call']} {kinds[0] if kinds else ''}" if "call" in source else str(source.get("name"))
