import asyncio
import contextlib

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from api.conversations.models import State
from api.conversations.service import ConversationService
from api.identity.guests import repository
from api.identity.guests.codes import new_code
from api.identity.guests.repository import Challenge
from api.identity.guests.senders import CodeNotSent, CodeSender
from api.identity.guests.service import GuestVerification
from api.metrics import Metrics
from api.texts import apology
from backends.errors import BackendError, InvalidRequest, NotFound, Refused
from backends.models import Verification
from backends.ports import Customers

log = structlog.get_logger(__name__)

POLL_SECONDS = 2.0
TRY_SECONDS = 25.0  # for the shop and the mail server together
LEASE_SECONDS = 30.0  # for which nobody else tries: longer than a try
PAUSE_SECONDS = 5.0  # after the first failed try, doubled with each
MAX_SENDS = 4
AT_ONCE = 20


class CodeDispatcher:
    """Asks the shop whether order and address belong together, and sends the code if so. Outlives crashes."""

    def __init__(
        self,
        conversations: ConversationService,
        guests: GuestVerification,
        customers: Customers,
        sender: CodeSender,
        metrics: Metrics,
    ) -> None:
        self._conversations = conversations
        self._guests = guests
        self._customers = customers
        self._sender = sender
        self._metrics = metrics
        self._running = 0

    async def run(self) -> None:
        """Codes leave side by side: a mail server that is slow for one doesn't hold up the others."""
        async with asyncio.TaskGroup() as tries:
            while True:
                self._guests.wanted.clear()
                for challenge in await self._due():
                    self._running += 1
                    tries.create_task(self._try(challenge))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._guests.wanted.wait()

    async def _due(self) -> list[Challenge]:
        try:
            async with self._conversations.transaction() as connection:
                return await repository.claim_to_send(connection, lease=LEASE_SECONDS, limit=AT_ONCE - self._running)
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("code_dispatch_interrupted", error=type(error).__name__)
            return []

    async def _try(self, challenge: Challenge) -> None:
        try:
            try:
                async with asyncio.timeout(TRY_SECONDS):
                    await self._dispatch(challenge)
            except TimeoutError:
                log.warning("code_not_sent", challenge=str(challenge.id), sends=challenge.sends, error="timeout")
                await self._again(challenge, "not_sent")
        except (psycopg.Error, PoolTimeout) as error:
            log.warning("code_dispatch_interrupted", error=type(error).__name__)
        finally:
            self._running -= 1

    async def _dispatch(self, challenge: Challenge) -> None:
        try:
            verification = await self._customers.start_verification(
                challenge.order_number, challenge.email, idempotency_key=str(challenge.id)
            )
        except (NotFound, InvalidRequest, Refused):
            await self._close(challenge, "undeliverable")
        except BackendError as error:
            self._metrics.part_failures.labels("shop", error.code).inc()
            log.warning("verification_not_started", challenge=str(challenge.id), error=error.code)
            await self._again(challenge, "backend_unavailable", apologise=True)
        else:
            if verification.deliverable:
                await self._send(challenge, verification)
            else:
                await self._close(challenge, "undeliverable")

    async def _send(self, challenge: Challenge, verification: Verification) -> None:
        code = new_code()
        async with self._conversations.transaction() as connection:
            code_hash = self._guests.hash_code(challenge.id, code)
            if not await repository.set_code(
                connection, challenge.id, verification_id=verification.id, code_hash=code_hash
            ):
                return  # asked for anew meanwhile: a mail with this code would only mislead
        try:
            await self._sender.send(verification.email, code)
        except CodeNotSent as error:
            log.warning("code_not_sent", challenge=str(challenge.id), sends=challenge.sends, error=str(error))
            await self._again(challenge, "not_sent")
        else:
            await self._close(challenge, "sent")

    async def _again(self, challenge: Challenge, outcome: str, *, apologise: bool = False) -> None:
        if challenge.sends >= MAX_SENDS:
            await self._close(challenge, outcome, apologise=apologise)
            return
        async with self._conversations.transaction() as connection:
            await repository.send_again(connection, challenge.id, seconds=PAUSE_SECONDS * 2 ** (challenge.sends - 1))

    async def _close(self, challenge: Challenge, outcome: str, *, apologise: bool = False) -> None:
        """An apology only where it says nothing about the pair."""
        self._metrics.codes.labels(outcome).inc()
        async with self._conversations.transaction() as connection:
            conversation = await self._conversations.lock(connection, challenge.conversation_id)
            await repository.sent(connection, challenge.id)
            if apologise and conversation.state is State.BOT:
                body = apology("verification_unavailable")
                await self._conversations.append(
                    connection, challenge.conversation_id, type="message", author="bot", body=body
                )
