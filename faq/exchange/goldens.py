"""Golden questions that come in with a file: they hold at once, since they are no part of what customers get."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from common.database import Connection
from faq.audit import log
from faq.exchange.records import GoldenRecord, Trouble, golden_key
from faq.gate import repository
from faq.gate.goldens import MOST
from faq.gate.models import Golden


@dataclass(frozen=True, slots=True)
class GoldenArrival:
    """`changed`: it is known, and `before` is what it expected."""

    line: int
    text: str
    expected: str | None
    language: str | None
    new: bool
    changed: bool
    before: str | None


def arrivals(records: Iterable[GoldenRecord], present: Iterable[Golden]) -> list[GoldenArrival]:
    known = {golden_key(golden.text, golden.language): golden for golden in present}
    found = []
    for each in records:
        golden = known.get(each.key)
        before = golden.expected if golden else None
        changed = golden is not None and before != each.expected
        found.append(GoldenArrival(each.line, each.text, each.expected, each.language, golden is None, changed, before))
    return found


def clashes(found: Sequence[GoldenArrival], entries: AbstractSet[str], present: int) -> list[Trouble]:
    """`entries`: ids, in the file or before; `present`: how many golden questions there are."""
    troubles = [
        Trouble(each.line, f"expected: names {each.expected}, which is no entry")
        for each in found
        if each.expected is not None and each.expected not in entries
    ]
    fresh = [each for each in found if each.new]
    room = max(0, MOST - present)
    if len(fresh) > room:
        troubles.append(Trouble(fresh[room].line, f"golden: with it there would be more than {MOST}"))
    return troubles


async def save(connection: Connection, found: Iterable[GoldenArrival], *, author: str | None) -> int:
    """How many were added or changed; each stands in the log."""
    count = 0
    for each in found:
        if not each.new and not each.changed:
            continue
        await repository.put(connection, each.text, each.expected, each.language, author=author)
        action = "golden_added" if each.new else "golden_changed"
        note = each.text if each.new else f"{each.text} (before: {each.before or 'no entry'})"
        await log.record(connection, action, author=author, entry=each.expected, note=note)
        count += 1
    return count
