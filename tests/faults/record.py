"""What the customers know after a run, and what is found in the databases: the checker compares them."""

from dataclasses import dataclass, field
from typing import Any, Literal

WriteKind = Literal["return", "refund", "redemption"]


@dataclass(frozen=True, slots=True)
class Sent:
    """An acknowledged message."""

    message_id: str
    seq: int
    text: str


@dataclass(slots=True)
class Talk:
    """One conversation as its customer saw it. `wants` is the one thing that the customer wants done, once."""

    conversation: str
    token: str
    customer: str
    scenario: str
    wants: WriteKind | None = None
    agreed: bool = False  # the customer said yes to it
    ended: str = "gave up"  # or: served, with people, got nowhere
    sent: list[Sent] = field(default_factory=list)
    unacknowledged: int = 0  # messages that the customer gave up sending
    refused: list[str] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Event:
    """`transaction` is the database's number of the transaction that stored it."""

    seq: int
    type: str
    author: str
    body: dict[str, Any]
    transaction: str

    @property
    def answers(self) -> list[str]:
        """Of a bot's message: the customer's messages that it answers."""
        if self.type != "message" or self.author != "bot":
            return []
        several = self.body.get("answers")
        return list(several) if several else [str(self.body.get("in_reply_to"))]


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation in the gateway's database."""

    state: str
    last_seq: int
    open_turns: int
    open_writes: int  # that nobody has found out about yet
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """A row of the shop's database. `number` is what a customer is told: of the return, refund or voucher."""

    kind: WriteKind
    customer: str
    number: str


@dataclass(frozen=True, slots=True)
class Record:
    talks: list[Talk]
    stored: dict[str, Stored]
    writes: list[Write]


@dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    conversation: str
    detail: str
