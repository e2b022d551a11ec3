import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Something that was added to a ticket. `user`: the account that wrote it; None for outsiders."""

    id: int
    user: int | None
    text: str
    public: bool
    date: str
    by_mail: bool = False
    closes: bool = False

    @property
    def key(self) -> bytes:
        """The same for the same words of the same person at the same time.

        Editing a follow-up there makes a new one with another id: what did not change is not told again.
        """
        return hashlib.sha256(f"{self.date}\0{self.user}\0{self.text}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Ticket:
    """`follow_ups` are in the order in which they were added, the one that opened it first.

    `merged`: closed because people have merged it into another ticket, where its follow-ups are now.
    """

    id: int
    description: str
    closed: bool
    follow_ups: tuple[FollowUp, ...]
    merged: bool = False

    @property
    def author(self) -> int | None:
        """The account that opened it."""
        return self.follow_ups[0].user if self.follow_ups else None

    def has(self, mark: str) -> bool:
        """Whether one of ours with this mark is there."""
        return any(each.text.rstrip().endswith(mark) for each in self.follow_ups)


@dataclass(frozen=True, slots=True)
class NewTicket:
    """`reference` is the first line of the description, by which the ticket is found again."""

    reference: str
    title: str
    body: str
    skill: str
    urgent: bool

    @property
    def description(self) -> str:
        return f"{self.reference}\n\n{self.body}"


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of a hand-off's ticket: `newest_before` is set before it is made, `ticket` when that is sure."""

    handoff_id: int
    newest_before: int | None
    ticket: int | None
    account: int | None
