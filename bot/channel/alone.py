"""One turn at a time in a conversation, under the lock that Rasa's own turns take.

Rasa's ticket for the lock is good for 60 seconds from the moment it is drawn; a turn that outlived it would run beside
the next one. So whoever draws one waits at most WAIT_SECONDS and works at most RUN_SECONDS:
25 + 30 < 60. Both are at least the 25 seconds after which the gateway stops listening (AFTERCARE_TURN_TIMEOUT).
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Awaitable, Callable, Dict, Set

from rasa.core.lock_store import LockStore

WAIT_SECONDS = 25.0  # for the turn before
RUN_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.05  # Rasa's own waiters look once a second

Answer = Dict[str, Any]


class Alone:
    """Work that finishes although nobody waits for it any more, so that whoever asks again finds it done.

    Sanic cancels a handler when its client is gone: a gateway that is killed in the middle of a turn.
    """

    def __init__(self, wait: float = WAIT_SECONDS, run: float = RUN_SECONDS) -> None:
        self._wait = wait
        self._run = run
        self._tasks: Set["asyncio.Task[Answer]"] = set()

    async def do(self, locks: LockStore, sender: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """What `work()` returns, done while nobody else works at the conversation.

        A caller that goes away before the work has begun takes it along.

        Raises:
            asyncio.TimeoutError: the conversation was not free in time (nothing was done), or the work took too long.
        """
        begun = asyncio.Event()
        task = asyncio.ensure_future(self._locked(locks, sender, begun, work))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not begun.is_set():
                task.cancel()
            raise

    async def _locked(
        self, locks: LockStore, sender: str, begun: asyncio.Event, work: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        async with AsyncExitStack() as stack:
            lock = locks.lock(sender, wait_time_in_seconds=LOOK_AGAIN_SECONDS)
            await asyncio.wait_for(stack.enter_async_context(lock), self._wait)
            begun.set()
            return await asyncio.wait_for(work(), self._run)

    def _forget(self, task: "asyncio.Task[Answer]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be left to hear of it
