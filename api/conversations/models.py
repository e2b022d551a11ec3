from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

EventType = Literal["message", "typing", "handoff", "survey", "status", "consent"]
Author = Literal["customer", "bot", "advisor", "system"]
LocaleBy = Literal["page", "detected", "chosen"]


class State(StrEnum):
    """Who owns a conversation: the bot, the queue, one advisor, or nobody until the customer writes again."""

    BOT = "bot"
    QUEUED = "queued"
    ASSIGNED = "assigned"
    RESOLVED = "resolved"


class AuthLevel(StrEnum):
    ANONYMOUS = "anonymous"
    GUEST = "guest"  # proved to own one order
    CUSTOMER = "customer"  # signed customer token of the retailer


class Proof(StrEnum):
    """How it was shown who the customer is."""

    LOGIN = "login"  # at the shop, whose token says so
    CODE = "code"  # a one-time code that went to an order's address
    CHANNEL = "channel"  # by the telephone number or e-mail address that a channel vouches for


@dataclass(frozen=True, slots=True)
class Conversation:
    """`advisor_id` is set exactly while assigned; `verified_order_id` exactly for a guest.

    `locale_by`: whether the page said the locale, the customer's first messages did, or the customer asked for it.
    `auth_level` is what the customer proved at `identified_at`, by `proof`; it holds for what is written until
    `identified_until`.
    """

    id: UUID
    channel: str
    locale: str
    state: State
    advisor_id: str | None
    customer_id: str | None
    customer_name: str | None
    first_name: str | None
    auth_level: AuthLevel
    verified_order_id: str | None
    identified_at: datetime | None
    identified_until: datetime | None
    last_seq: int
    created_at: datetime
    updated_at: datetime
    proof: Proof | None = None
    locale_by: LocaleBy = "page"

    @property
    def known(self) -> bool:
        """Whether whoever writes now is the customer of this conversation, and not only somebody who opened it."""
        return self.identified_until is not None and self.identified_until > datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a conversation's log; `seq` counts from 1 without gaps. `body` holds the type's own members."""

    conversation_id: UUID
    seq: int
    type: EventType
    author: Author
    at: datetime
    body: dict[str, Any]

    def public(self) -> dict[str, Any]:
        """As customers and desks receive it."""
        return {
            "seq": self.seq,
            "type": self.type,
            "author": self.author,
            "at": self.at.isoformat(),
            **self.body,
        }


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list: what the customer said last, and who of customer and advisors spoke last."""

    last_said: str | None
    last_author: Author | None
    last_at: datetime | None
    conversation: Conversation
