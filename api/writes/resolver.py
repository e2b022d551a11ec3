import asyncio
import contextlib
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from api.conversations.models import State as Owner
from api.conversations.service import DATABASE_TROUBLE, ConversationService
from api.handoff.service import HandoffService
from api.identity.assertions import Assertions
from api.metrics import Metrics
from api.writes import messages, models, repository
from api.writes.models import Confirmed
from api.writes.service import WriteService
from backends.errors import BackendError, NotFound, Refused
from backends.models import Caller
from backends.ports import Commerce
from backends.writes import Outcome

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0  # longer than the shop may take for one write
TRY_SECONDS = 20.0
POLL_SECONDS = 2.0
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0  # seconds; the longest is what a customer waits once the shop is back
SKILLS = {
    "create_return": "returns",
    "cancel_return": "returns",
    "request_refund": "refunds",
    "redeem": "loyalty",
    "cancel_order": "orders",
    "change_address": "orders",
}


class WriteResolver:
    """Finds out what became of writes whose turn ended without knowing, and tells the customer.

    The shop is sent the same request with the same key: it answers what it answered the first time, or does now what
    the customer confirmed. After `give_up` a person gets the facts. A lease says which process is at it; what it finds
    is stored and told in one transaction, so that it is told once whichever process dies.
    """

    def __init__(
        self,
        conversations: ConversationService,
        writes: WriteService,
        handoff: HandoffService,
        shop: Commerce,
        *,
        assertions: Assertions,
        metrics: Metrics,
        owner: str,
        give_up: timedelta,
    ) -> None:
        self._conversations = conversations
        self._writes = writes
        self._handoff = handoff
        self._shop = shop
        self._assertions = assertions
        self._metrics = metrics
        self._owner = owner
        self._give_up = give_up

    async def run(self) -> None:
        while True:
            self._writes.wanted.clear()
            found = False
            try:
                found = await self.resolve_next()
                await self._measure()
            except DATABASE_TROUBLE as error:
                log.warning("write_resolver_interrupted", error=type(error).__name__)
            except Exception:
                log.exception("write_resolver_crashed")
            if not found:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._writes.wanted.wait()

    async def resolve_next(self) -> bool:
        """Whether there was one to ask about now."""
        async with self._conversations.transaction() as connection:
            claimed = await repository.claim(connection, owner=self._owner, lease=LEASE_SECONDS)
        if claimed is None:
            return False
        try:
            async with asyncio.timeout(TRY_SECONDS):
                outcome = await claimed.write.send(self._shop, self._caller(claimed), claimed.key)
        except (NotFound, Refused) as error:
            await self._tell(claimed, "refused", error.code)
        except (BackendError, TimeoutError) as error:
            await self._still_unknown(claimed, getattr(error, "code", "timed_out"))
        else:
            await self._tell(claimed, "done", messages.reference(outcome), outcome)
        return True

    def _caller(self, claimed: Confirmed) -> Caller:
        who = claimed.identity
        return Caller(self._assertions.sign_for(who.customer_id, who.auth_level, who.verified_order_id))

    async def _still_unknown(self, claimed: Confirmed, code: str) -> None:
        self._metrics.part_failures.labels("shop", code).inc()
        log.warning("write_still_unknown", conversation=str(claimed.conversation_id), key=claimed.key, error=code)
        if datetime.now(UTC) - claimed.confirmed_at > self._give_up:
            await self._tell(claimed, "given_up", code)
            return
        full = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (claimed.attempts - 1))
        seconds = full * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        async with self._conversations.transaction() as connection:
            await repository.postpone(connection, claimed, owner=self._owner, seconds=seconds)

    async def _tell(self, claimed: Confirmed, state: models.State, result: str, outcome: Outcome | None = None) -> None:
        """To the customer; where an advisor has the conversation, to the advisor."""
        async with self._conversations.transaction() as connection:
            conversation = await self._conversations.lock(connection, claimed.conversation_id)
            if not await self._writes.close(connection, claimed, state, result):
                return
            facts = f"{claimed.facts}; {claimed.write.kind}={state} {result}".removeprefix("; ")
            if conversation.state is Owner.ASSIGNED:
                await self._handoff.note(connection, conversation.id, facts)
            else:
                body = _body(claimed, state, outcome)
                await self._conversations.append(connection, conversation.id, type="message", author="bot", body=body)
            if state == "given_up":
                skill = SKILLS[claimed.write.kind]
                await self._handoff.request(
                    connection, conversation.id, reason="tool_failure", skill=skill, summary=facts
                )
        self._metrics.writes_resolved.labels(claimed.write.kind, state).inc()
        log.info("write_resolved", conversation=str(claimed.conversation_id), key=claimed.key, outcome=state)

    async def _measure(self) -> None:
        async with self._conversations.reading() as connection:
            self._metrics.writes_open.set(await repository.open_count(connection))


def _body(claimed: Confirmed, state: models.State, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is not None:
        return messages.done(claimed.write, outcome)
    return messages.refused(claimed.write) if state == "refused" else messages.given_up(claimed.write)
