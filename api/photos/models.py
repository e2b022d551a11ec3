from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MEDIA_TYPE = "image/jpeg"  # whatever came, this is kept


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of one without its content. `seq` is the number of the event that shows it."""

    id: UUID
    seq: int
    width: int
    height: int
    sent_at: datetime
