from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from api.complaints.models import Complaint, Reminder
from api.conversations.models import Conversation, Event, State
from api.handoff.models import Handoff
from api.photos.models import Photo
from api.staff.models import Staff


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation as a line of the board. `last_line` is what the customer said last."""

    handoff: Handoff
    customer: str
    verified: bool
    channel: str
    last_line: str
    last_author: str
    last_at: datetime

    @property
    def id(self) -> UUID:
        return self.handoff.conversation_id

    @property
    def unanswered(self) -> bool:
        return self.last_author == "customer"


@dataclass(frozen=True, slots=True)
class Board:
    """`left_alone`: what advisors who are no longer on duty still have; `due`: what was agreed on by today."""

    waiting: tuple[Line, ...]
    left_alone: tuple[Line, ...]
    mine: tuple[Line, ...]
    due: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An advisor as the operator sees them: `load` is the number of conversations held now."""

    advisor: Staff
    active: bool
    present: bool
    load: int


@dataclass(frozen=True, slots=True)
class View:
    """One conversation opened by one advisor.

    `owner` is the first name of the advisor who has it, `owner_present` whether that one is on duty.
    `complaint` is the conversation's last one, `today` the day at the desk.
    """

    conversation: Conversation
    handoff: Handoff
    events: tuple[Event, ...]
    mine: bool
    owner: str | None
    owner_present: bool
    complaint: Complaint | None
    today: date
    photos: tuple[Photo, ...]

    @property
    def agreeable(self) -> str:
        """The reference of what this advisor may agree on with the customer now; empty if there is nothing."""
        if self.mine:
            return self.handoff.reference
        with_people = self.conversation.state in (State.QUEUED, State.ASSIGNED)
        return "" if self.complaint is None or with_people else self.complaint.reference

    @property
    def customer(self) -> str:
        return customer_of(self.conversation)

    @property
    def claimable(self) -> bool:
        """Waiting in line, or kept from a time when nobody was on duty."""
        return self.handoff.closed_at is None and self.handoff.claimed_at is None

    @property
    def last_seq(self) -> int:
        return self.events[-1].seq if self.events else 0


def customer_of(conversation: Conversation) -> str:
    return conversation.customer_name or conversation.first_name or "Guest"
