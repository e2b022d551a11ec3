import asyncio
from collections.abc import Callable

import structlog

from api.conversations.models import Conversation
from backends.errors import BackendError
from backends.models import Caller
from backends.ports import Customers

log = structlog.get_logger(__name__)

SECONDS = 2.0


class Tiers:
    """Asks the shop for a customer's tier, with the customer's own rights."""

    def __init__(self, customers: Customers, sign: Callable[[Conversation], str]) -> None:
        self._customers = customers
        self._sign = sign

    async def of(self, conversation: Conversation) -> str | None:
        """Empty for a customer without one; None where the shop does not answer."""
        try:
            async with asyncio.timeout(SECONDS):
                customer = await self._customers.me(Caller(self._sign(conversation)))
        except (BackendError, TimeoutError) as error:
            log.info("tier_unknown", conversation=str(conversation.id), error=type(error).__name__)
            return None
        return customer.tier or ""
