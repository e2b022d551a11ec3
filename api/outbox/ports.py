"""How a message leaves for a customer who does not come and read."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One event of a conversation for one address. `repeated`: an earlier try may have worked."""

    conversation_id: UUID
    seq: int
    address: str
    text: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver has taken it over."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. `after`: seconds that the receiver asked for; `whole_channel`: it meant everything, not this message."""

    problem: str
    after: float | None = None
    whole_channel: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Never: trying again would change nothing."""

    problem: str


Delivery = Delivered | Retry | Failed


class OutboundChannel(Protocol):
    async def deliver(self, message: OutboundMessage, idempotency_key: UUID) -> Delivery:
        """Hand the message over. The same key comes again where it is not known whether the last try worked.

        Raises nothing for what can go wrong with the receiver.
        """
