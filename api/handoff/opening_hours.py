"""When somebody is at the desk, from one line of settings such as `Mon-Fri 09:00-18:00, Sat 10:00-16:00`."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PART = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """`day` 0 is Monday; a span ends on the day it starts."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """No spans: nobody has said when the desk is open."""

    spans: tuple[Span, ...]
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str, zone: str) -> "OpeningHours":
        """Raises ValueError with the part that is not understood."""
        spans: list[Span] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = _PART.fullmatch(part)
            if match is None or not {match["first"], match["last"] or match["first"]} <= set(DAYS):
                raise ValueError(f"opening hours: {part!r} is not like 'Mon-Fri 09:00-18:00'")
            first, last = DAYS.index(match["first"]), DAYS.index(match["last"] or match["first"])
            opens, closes = time.fromisoformat(match["opens"]), time.fromisoformat(match["closes"])
            if last < first or closes <= opens:
                raise ValueError(f"opening hours: {part!r} ends before it starts")
            spans += [Span(day, opens, closes) for day in range(first, last + 1)]
        return cls(tuple(spans), ZoneInfo(zone))

    def next_opening(self, now: datetime) -> datetime | None:
        """When the desk opens next, in its own time zone. None while it is open or without any spans."""
        local = now.astimezone(self.zone)
        if any(s.day == local.weekday() and s.opens <= local.time() < s.closes for s in self.spans):
            return None
        openings = [
            datetime.combine(local.date() + timedelta(days=ahead), span.opens, self.zone)
            for ahead in range(8)
            for span in self.spans
            if span.day == (local.weekday() + ahead) % 7
        ]
        return min((opening for opening in openings if opening > local), default=None)
