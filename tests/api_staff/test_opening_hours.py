from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from api.handoff.opening_hours import OpeningHours

DUBLIN = ZoneInfo("Europe/Dublin")
HOURS = OpeningHours.parse("Mon-Fri 09:00-18:00, Sat 10:00-16:00", "Europe/Dublin")


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-23T08:59", "2026-11-23T09:00"),  # Monday morning
        ("2026-11-23T09:00", None),
        ("2026-11-23T17:59", None),
        ("2026-11-23T18:00", "2026-11-24T09:00"),
        ("2026-11-27T20:00", "2026-11-28T10:00"),  # Friday evening
        ("2026-11-28T16:30", "2026-11-30T09:00"),  # Saturday after closing: not on Sunday
        ("2026-03-28T18:00", "2026-03-30T09:00"),  # over the start of summer time
    ],
)
def test_the_next_opening_is_told_in_the_time_zone_of_the_desk(now: str, opens: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=DUBLIN).astimezone(ZoneInfo("UTC"))
    expected = datetime.fromisoformat(opens).replace(tzinfo=DUBLIN) if opens else None
    assert HOURS.next_opening(moment) == expected


def test_a_day_that_opens_once_a_week_is_found_on_that_very_day_after_closing() -> None:
    sundays = OpeningHours.parse("Sun 10:00-12:00", "UTC")
    after_closing = datetime(2026, 11, 29, 13, tzinfo=ZoneInfo("UTC"))
    assert sundays.next_opening(after_closing) == datetime(2026, 12, 6, 10, tzinfo=ZoneInfo("UTC"))


def test_without_any_hours_no_time_is_promised() -> None:
    assert OpeningHours.parse("", "UTC").next_opening(datetime.now(ZoneInfo("UTC"))) is None


@pytest.mark.parametrize(
    "text", ["daily", "Mon 9-18", "Xyz 09:00-18:00", "Fri-Mon 09:00-18:00", "Mon 18:00-09:00", "Mon 09:00-25:00"]
)
def test_hours_that_cannot_be_understood_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"opening hours|hour must be"):
        OpeningHours.parse(text, "UTC")
