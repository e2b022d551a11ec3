from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

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
    waiting: list[LineView]
    left_alone: list[LineView]
    mine: list[LineView]

    @classmethod
    def of(cls, board: Board) -> "BoardView":
        parts = {"waiting": board.waiting, "left_alone": board.left_alone, "mine": board.mine}
        return cls(**{name: [LineView.of(line) for line in lines] for name, lines in parts.items()})


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
            events=[event.public() for event in view.events],
        )


class Events(BaseModel):
    events: list[dict[str, Any]]
    next: int


class Reply(BaseModel):
    text: str = Field(min_length=1, max_length=TEXT_LIMIT)


class Sent(BaseModel):
    seq: int
