"""What the assistant said that it did, against what the shop has."""

import re
from collections.abc import Iterator

from tests.faults.record import Stored, Talk, Write, WriteKind

_CREATED = re.compile(r"^POST /(?P<what>returns|refunds) → (?P<number>\S+)$")
_KINDS: dict[str, WriteKind] = {"returns": "return", "refunds": "refund"}
# After these the customer knows that it may have happened.
_HONEST = {"assistant_slow", "utter_error_outcome_unknown"}


def confirmations(stored: Stored) -> Iterator[tuple[WriteKind, str]]:
    """What the bot told the customer that it had done, with its number."""
    for event in stored.events:
        if event.type != "message" or event.author != "bot":
            continue
        created = _CREATED.match((event.body.get("source") or {}).get("call") or "")
        if created:
            yield _KINDS[created["what"]], created["number"]
        for card in event.body.get("cards") or []:
            if card["kind"] == "voucher" and (event.body["source"] or {}).get("call") == "POST /loyalty/redemptions":
                yield "redemption", next(f["value"] for f in card["fields"] if f["value"].startswith("JC-"))


def check(talk: Talk, stored: Stored, writes: list[Write]) -> Iterator[tuple[str, str]]:
    """Each talk has a customer of its own, who wants one thing at most, once."""
    own = [write for write in writes if write.customer == talk.customer]
    if len(own) > 1:
        yield "doubled_write", f"the shop has {', '.join(f'{write.kind} {write.number}' for write in own)}"
    told = list(confirmations(stored))
    for kind, number in told:
        if not any(write.kind == kind and write.number == number for write in own):
            yield "lost_write", f"the customer was told of {kind} {number}, which the shop does not have"
    for write in own:
        if not talk.agreed or write.kind != talk.wants:
            yield "unasked_write", f"nobody agreed to {write.kind} {write.number}"
        elif (write.kind, write.number) not in told and not _mentioned(stored, write.number) and not _honest(stored):
            yield "lost_write", f"the customer never heard of {write.kind} {write.number}"


def _mentioned(stored: Stored, number: str) -> bool:
    return any(number in str(event.body) for event in stored.events if event.author == "bot")


def _honest(stored: Stored) -> bool:
    return any(
        (event.body.get("source") or {}).get("name") in _HONEST for event in stored.events if event.author == "bot"
    )
