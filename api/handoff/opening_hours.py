"""When people are at the desk: lines such as `Mon-Fri 09:00-18:00, Sat 22:00-02:00`, by team, with holidays.

A span belongs to the day it starts on and may end on the next one. On a holiday no span starts. Times are those of
clocks on the wall, so that a day on which clocks change is as long as it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

from api.handoff.states import Skill

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAYS_AHEAD = 60  # further than any row of holidays
_PART = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Span:
    """`day` 0 is Monday. It ends on the next day unless `closes` is after `opens`."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """No spans: nobody has said when the desk is open."""

    spans: tuple[Span, ...]
    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, text: str, zone: str, holidays: Iterable[date] = ()) -> "OpeningHours":
        """Raises ValueError with the part that is not understood."""
        spans: list[Span] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            match = _PART.fullmatch(part)
            if match is None or not {match["first"], match["last"] or match["first"]} <= set(DAYS):
                raise ValueError(f"opening hours: {part!r} is not like 'Mon-Fri 09:00-18:00'")
            first, last = DAYS.index(match["first"]), DAYS.index(match["last"] or match["first"])
            closes = "00:00" if match["closes"] == "24:00" else match["closes"]
            span = time.fromisoformat(match["opens"]), time.fromisoformat(closes)
            spans += [Span((first + day) % 7, *span) for day in range((last - first) % 7 + 1)]
        return cls(tuple(spans), ZoneInfo(zone), frozenset(holidays))

    def is_open(self, now: datetime) -> bool:
        local = now.astimezone(self.zone).date()
        return any(opens <= now < closes for opens, closes in self._from(local - timedelta(days=1), days=2))

    def next_opening(self, now: datetime) -> datetime | None:
        """When the desk opens next, in its own time zone. None while it is open or without any spans."""
        if self.is_open(now):
            return None
        openings = (opens for opens, _ in self._from(now.astimezone(self.zone).date(), days=DAYS_AHEAD))
        following = min((opens for opens in openings if opens > now), default=None)
        return following.astimezone(self.zone) if following else None

    def _from(self, first: date, *, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Opening and closing as moments in UTC, where a wall time that a day leaves out is an hour later."""
        for day in (first + timedelta(days=ahead) for ahead in range(days)):
            for span in self.spans:
                if span.day == day.weekday() and day not in self.holidays:
                    ends = day if span.closes > span.opens else day + timedelta(days=1)
                    yield self._moment(day, span.opens), self._moment(ends, span.closes)

    def _moment(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self.zone).astimezone(UTC)


class HoursFile(BaseModel):
    """One team's part of the file; a team without a member has the one of the whole desk."""

    model_config = ConfigDict(extra="forbid")

    timezone: str | None = None
    hours: str | None = None
    holidays: list[date] | None = None


class DeskHoursFile(HoursFile):
    teams: dict[Skill, HoursFile] = {}


@dataclass(frozen=True, slots=True)
class DeskHours:
    """Opening hours of every team, which is who has a skill."""

    general: OpeningHours
    teams: Mapping[str, OpeningHours] = field(default_factory=dict)

    def of(self, skill: str) -> OpeningHours:
        return self.teams.get(skill, self.general)

    @classmethod
    def load(cls, path: Path, *, hours: str, zone: str) -> "DeskHours":
        """From a YAML file; `hours` and `zone` are for what it leaves out.

        Raises OSError, or ValueError with what is wrong in it.
        """
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        desk = DeskHoursFile.model_validate(content or {})
        whole = HoursFile(
            timezone=desk.timezone or zone,
            hours=hours if desk.hours is None else desk.hours,
            holidays=desk.holidays or [],
        )
        return cls(_hours(whole, whole), {skill: _hours(team, whole) for skill, team in desk.teams.items()})


def _hours(team: HoursFile, whole: HoursFile) -> OpeningHours:
    def of(name: str) -> Any:
        own = getattr(team, name)
        return getattr(whole, name) if own is None else own

    return OpeningHours.parse(of("hours"), of("timezone"), of("holidays"))
