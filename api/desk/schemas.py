from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.complaints.models import Complaint, Progress, Reminder
from api.complaints.service import LONGEST
from api.conversations.models import AuthLevel, State
from api.desk.models import Board, Line, View
from api.desk.service import TEXT_LIMIT
from api.handoff.models import Handoff
from api.handoff.states import Reason, Skill


class HandoffView(BaseModel):
    reference: str
    reason: Reason
    skill: Skill
    summary: str
    requested_at: datetime
    kept_at: datetime | None = Field(
        description="Set where the customer went on with the assistant: nobody was on duty."
    )
    claimed_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, handoff: Handoff) -> "HandoffView":
        return cls.model_validate(handoff, from_attributes=True)


class ComplaintView(BaseModel):
    """`agreed` and `due_on` are null while nothing is agreed; `answer_by` is what the customer was told instead."""

    reference: str
    conversation_id: UUID
    state: Progress
    answer_by: datetime | None
    agreed: str | None
    due_on: date | None
    agreed_at: datetime | None

    @classmethod
    def of(cls, complaint: Complaint) -> "ComplaintView":
        return cls.model_validate(complaint, from_attributes=True)


class ReminderView(BaseModel):
    customer: str
    late: bool
    complaint: ComplaintView

    @classmethod
    def of(cls, reminder: Reminder) -> "ReminderView":
        return cls(customer=reminder.customer, late=reminder.late, complaint=ComplaintView.of(reminder.complaint))


class Agreement(BaseModel):
    """Reads on as “We agreed: … by Friday 12 December”."""

    model_config = ConfigDict(extra="forbid")

    agreed: str = Field(min_length=1, max_length=LONGEST)
    due_on: date


class LineView(BaseModel):
    conversation_id: UUID
    customer: str
    verified: bool
    channel: str
    last_line: str
    last_author: str
    last_at: datetime
    handoff: HandoffView

    @classmethod
    def of(cls, line: Line) -> "LineView":
        return cls(
            conversation_id=line.id,
            customer=line.customer,
            verified=line.verified,
            channel=line.channel,
            last_line=line.last_line,
            last_author=line.last_author,
            last_at=line.last_at,
            handoff=HandoffView.of(line.handoff),
        )


class BoardView(BaseModel):
    """`due`: what was agreed with customers for today or earlier and is not done."""

    waiting: list[LineView]
    left_alone: list[LineView]
    mine: list[LineView]
    due: list[ReminderView]

    @classmethod
    def of(cls, board: Board) -> "BoardView":
        parts = {"waiting": board.waiting, "left_alone": board.left_alone, "mine": board.mine}
        shown = {name: [LineView.of(line) for line in lines] for name, lines in parts.items()}
        return cls(**shown, due=[ReminderView.of(each) for each in board.due])


class ConversationView(BaseModel):
    """`owner` is the first name of the advisor who has it; `mine` says whether that is you."""

    id: UUID
    state: State
    channel: str
    locale: str
    customer: str
    auth_level: AuthLevel
    owner: str | None
    mine: bool
    handoff: HandoffView
    complaint: ComplaintView | None
    photos: list[UUID]
    events: list[dict[str, Any]]

    @classmethod
    def of(cls, view: View) -> "ConversationView":
        conversation = view.conversation
        return cls(
            id=conversation.id,
            state=conversation.state,
            channel=conversation.channel,
            locale=conversation.locale,
            customer=view.customer,
            auth_level=conversation.auth_level,
            owner=view.owner,
            mine=view.mine,
            handoff=HandoffView.of(view.handoff),
            complaint=ComplaintView.of(view.complaint) if view.complaint else None,
            photos=[photo.id for photo in view.photos],
            events=[event.public() for event in view.events],
        )


class Events(BaseModel):
    events: list[dict[str, Any]]
    next: int


class Reply(BaseModel):
    text: str = Field(min_length=1, max_length=TEXT_LIMIT)


class Sent(BaseModel):
    seq: int
