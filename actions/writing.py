import asyncio
from typing import Protocol, TypeVar, cast

from actions.context import Context
from actions.draft import INSTANCE, Draft
from actions.journal import Intent
from actions.keys import idempotency_key
from actions.summary import summary
from backends.errors import BackendError, NotFound, Refused
from backends.models import Caller
from backends.ports import Commerce
from backends.writes import Write, to_json

T_co = TypeVar("T_co", covariant=True)

# Seconds before a write whose outcome is open is sent once more.
_PAUSE = 0.3


class Wanted(Protocol[T_co]):
    """One of `backends.writes`, by what it brings."""

    async def send(self, shop: Commerce, caller: Caller, key: str) -> T_co: ...


async def carry_out(context: Context, draft: Draft, wanted: Wanted[T_co]) -> T_co:
    """Do what the customer confirmed: write it down, send it, once more with the same key if its outcome is open.

    Raises what the journal or the second attempt raises; `outcome_unknown` then means that nobody knows, and the
    gateway goes on asking.
    """
    turn, write = context.turn, cast("Write", wanted)
    key = idempotency_key(turn.conversation, write.kind, draft[INSTANCE], to_json(write))
    await context.journal.begin(Intent(key, turn.conversation, turn.message_id, write, summary(context)))
    context.wrote = True
    try:
        done = await _send(context, wanted, key)
    except BackendError as error:
        if not error.outcome_unknown:
            context.say.reports({"key": key, "outcome": "refused", "code": error.code})
        raise
    context.say.reports({"key": key, "outcome": "done", "number": str(getattr(done, "number", ""))})
    return done


async def _send(context: Context, wanted: Wanted[T_co], key: str) -> T_co:
    try:
        return await wanted.send(context.shop, context.caller, key)
    except BackendError as error:
        if not error.outcome_unknown:
            raise
    await asyncio.sleep(_PAUSE)
    try:
        return await wanted.send(context.shop, context.caller, key)
    except BackendError as error:
        # The first attempt may have been carried out, whatever became of the second: only an answer of the shop's
        # rules to this same key tells otherwise.
        error.outcome_unknown = not isinstance(error, NotFound | Refused)
        raise
