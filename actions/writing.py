import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from actions.context import Context
from backends.errors import BackendError, InvalidRequest, NotFound, Refused, VerificationRequired

T = TypeVar("T")

_DECIDED = (Refused, NotFound, InvalidRequest, VerificationRequired)
# Seconds before a write whose outcome is open is sent once more.
_PAUSE = 0.3


async def write(context: Context, call: Callable[[], Awaitable[T]]) -> T:
    """Carry out a confirmed request. One whose outcome is open is repeated once, with the same idempotency key.

    Raises what the second attempt raises; `outcome_unknown` then still means that nobody knows.
    """
    context.wrote = True
    try:
        return await call()
    except BackendError as error:
        if not error.outcome_unknown:
            raise
    await asyncio.sleep(_PAUSE)
    try:
        return await call()
    except BackendError as error:
        # The first attempt may have been carried out, whatever became of the second: only an answer of the shop's
        # rules to this same key tells otherwise.
        error.outcome_unknown = not isinstance(error, _DECIDED)
        raise
