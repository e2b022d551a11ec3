from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from api.handoff.models import reference_of


class Progress(StrEnum):
    OPEN = "open"  # nothing is agreed yet
    AGREED = "agreed"
    DONE = "done"  # so an advisor says
    KEPT = "kept"  # so the customer says
    BROKEN = "broken"  # the customer says that it was not kept


@dataclass(frozen=True, slots=True)
class Complaint:
    """What follows a customer's complaint: which hand-off it was, what was agreed then, and by which day at the desk.

    `answer_by` is the time that the customer was told where nobody was there. `agreed`, `due_on` and `agreed_at` are
    None exactly while it is open.
    """

    handoff_id: int
    conversation_id: UUID
    state: Progress
    answer_by: datetime | None = None
    agreed: str | None = None
    due_on: date | None = None
    agreed_at: datetime | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.handoff_id)

    @property
    def pending(self) -> bool:
        """Something was agreed, and the customer has not said what became of it."""
        return self.state in (Progress.AGREED, Progress.DONE)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the desk has promised and is due. `late`: since an earlier day than today."""

    complaint: Complaint
    customer: str
    late: bool
