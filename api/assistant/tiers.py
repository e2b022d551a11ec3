import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from api.conversations.models import AuthLevel, Conversation

KNOWN_SECONDS = 300.0
UNKNOWN_SECONDS = 30.0  # while the shop does not answer
MOST = 10_000


class RememberedTiers:
    """Customers' tiers for the FAQ's audiences, asked for once in a while and not in every turn."""

    def __init__(
        self, ask: Callable[[Conversation], Awaitable[str | None]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()  # customer → (tier, until when)

    async def of(self, conversation: Conversation) -> str:
        """Empty for who is not logged in, has none, or while the shop does not say."""
        customer = conversation.customer_id
        if conversation.auth_level is not AuthLevel.CUSTOMER or not customer:
            return ""
        tier, until = self._known.get(customer, ("", 0.0))
        if self._clock() < until:
            return tier
        found = await self._ask(conversation)
        lasts = UNKNOWN_SECONDS if found is None else KNOWN_SECONDS
        self._known[customer] = (found or "", self._clock() + lasts)
        self._known.move_to_end(customer)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return found or ""
