from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Purpose(StrEnum):
    """What a customer is asked before it is done. Answers to what they asked for themselves need no consent."""

    FOLLOW_UP = "follow_up"  # a message of ours some days after a complaint was dealt with
    SURVEY = "survey"  # the one question at the end of a conversation
    MARKETING = "marketing"  # news and offers of the shop, which reads here who agreed: Aftercare sends none


@dataclass(frozen=True, slots=True)
class Consent:
    """`given` is None until the question is answered. An objection without a question has neither wording nor `seq`.

    `seq` is the number of the event that asked in `conversation_id`; `wording` what it said, word for word.
    """

    id: int
    conversation_id: UUID
    customer_id: str | None
    purpose: Purpose
    channel: str
    wording: str
    version: str
    seq: int | None
    asked_at: datetime
    given: bool | None
    decided_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def holds(self) -> bool:
        return self.given is True and self.withdrawn_at is None
