"""An erasure removes the conversation in which it would be told. Where an address was left, an e-mail tells."""

from collections.abc import Iterable
from uuid import uuid4

import structlog

from api.conversations.service import ConversationService
from api.outbox.ports import OutboundChannel, OutboundMessage, Retry
from api.privacy import repository
from api.texts import TEXTS
from common.database import Connection

log = structlog.get_logger(__name__)

TRIES = 12
LEASE_SECONDS = 60.0
PAUSE_SECONDS = 300.0


class Farewells:
    """The last e-mail about a request. The address is kept until it has left or was given up, and nothing else is."""

    def __init__(self, conversations: ConversationService, email: OutboundChannel | None) -> None:
        self._conversations = conversations
        self._email = email

    async def plan(self, connection: Connection, requests: Iterable[tuple[str, str]]) -> None:
        """`requests`: reference and address, in the transaction that erases."""
        if self._email:
            for reference, address in requests:
                await repository.plan_farewell(connection, uuid4(), reference, address)

    async def send_due(self) -> None:
        while self._email:
            async with self._conversations.transaction() as connection:
                claimed = await repository.claim_farewell(connection, lease=LEASE_SECONDS)
            if claimed is None:
                return
            await self._send(self._email, claimed)

    async def _send(self, email: OutboundChannel, claimed: repository.Farewell) -> None:
        text = TEXTS["privacy_erased"].format(reference=claimed.reference)
        message = OutboundMessage(claimed.key, 0, claimed.address, text, repeated=claimed.attempts > 1)
        delivery = await email.deliver(message, claimed.key)
        async with self._conversations.transaction() as connection:
            if isinstance(delivery, Retry) and claimed.attempts < TRIES:
                seconds = max(PAUSE_SECONDS, delivery.after or 0)
                await repository.postpone_farewell(connection, claimed.key, seconds=seconds)
            else:
                await repository.forget_farewell(connection, claimed.key)
        log.info("farewell", reference=claimed.reference, delivery=type(delivery).__name__)
