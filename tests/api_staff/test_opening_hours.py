from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.handoff.opening_hours import DeskHours, OpeningHours

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


@pytest.mark.parametrize("text", ["daily", "Mon 9-18", "Xyz 09:00-18:00", "Mon 09:00-25:00", "Mon 24:00-09:00"])
def test_hours_that_cannot_be_understood_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"opening hours|hour must be"):
        OpeningHours.parse(text, "UTC")


def moment(text: str, zone: ZoneInfo = DUBLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-28T21:59", "2026-11-28T22:00"),  # Saturday
        ("2026-11-28T23:30", None),
        ("2026-11-29T01:59", None),  # Sunday, still Saturday's night
        ("2026-11-29T02:00", "2026-12-05T22:00"),
    ],
)
def test_a_night_belongs_to_the_day_it_starts_on(now: str, opens: str | None) -> None:
    nights = OpeningHours.parse("Sat 22:00-02:00", "Europe/Dublin")
    assert nights.next_opening(moment(now)) == (moment(opens) if opens else None)


def test_days_may_run_over_the_weekend_and_round_the_clock() -> None:
    hours = OpeningHours.parse("Fri-Mon 00:00-24:00", "UTC")
    thursday = datetime(2026, 11, 26, 23, 59, tzinfo=UTC)
    assert hours.next_opening(thursday) == datetime(2026, 11, 27, tzinfo=UTC)
    assert all(hours.is_open(datetime(2026, 11, day, 12, tzinfo=UTC)) for day in (27, 28, 29, 30))
    assert not hours.is_open(datetime(2026, 12, 1, tzinfo=UTC))


def test_a_holiday_is_passed_over_and_so_is_a_row_of_them() -> None:
    holidays = [date(2026, 12, 25), date(2026, 12, 28)]
    hours = OpeningHours.parse("Mon-Fri 09:00-18:00", "Europe/Dublin", holidays)
    assert not hours.is_open(moment("2026-12-25T12:00"))
    assert hours.next_opening(moment("2026-12-24T18:00")) == moment("2026-12-29T09:00")


def test_a_night_that_began_before_a_holiday_goes_on_into_it_and_none_begins_on_it() -> None:
    hours = OpeningHours.parse("Mon-Sun 22:00-02:00", "UTC", [date(2026, 12, 25)])
    assert hours.is_open(datetime(2026, 12, 25, 1, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 12, 25, 23, tzinfo=UTC))


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-03-29T00:30:00+00:00", True),  # clocks go from 01:00 to 02:00: the night is an hour shorter
        ("2026-03-29T01:59:00+00:00", True),
        ("2026-03-29T02:00:00+00:00", False),
        ("2026-10-25T02:30:00+00:00", True),  # from 02:00 back to 01:00: an hour longer
        ("2026-10-25T03:00:00+00:00", False),
    ],
)
def test_a_night_ends_by_the_clock_on_the_wall_when_clocks_change(now: str, is_open: bool) -> None:
    nights = OpeningHours.parse("Sat 22:00-03:00", "Europe/Dublin")
    assert nights.is_open(datetime.fromisoformat(now)) is is_open


def test_a_desk_that_opens_at_a_time_that_the_day_leaves_out_opens_when_that_time_would_have_been() -> None:
    hours = OpeningHours.parse("Sun 01:30-06:00", "Europe/Dublin")
    assert hours.next_opening(datetime(2026, 3, 29, tzinfo=UTC)) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_teams_have_their_own_hours_and_else_those_of_the_desk(tmp_path: Path) -> None:
    file = tmp_path / "hours.yml"
    file.write_text(
        """
        timezone: Europe/Dublin
        holidays: [2026-12-25]
        teams:
          refunds: {hours: "Mon-Fri 09:00-12:00"}
          loyalty: {timezone: America/New_York, holidays: []}
        """
    )
    desk = DeskHours.load(file, hours="Mon-Fri 08:00-20:00", zone="UTC")
    christmas = datetime(2026, 12, 25, 14, tzinfo=UTC)
    assert [desk.of(skill).is_open(christmas) for skill in ("orders", "refunds", "loyalty")] == [False, False, True]
    monday = datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert [desk.of(skill).is_open(monday) for skill in ("orders", "refunds", "loyalty")] == [True, False, True]


@pytest.mark.parametrize(
    "content", ["teams: {gardening: {}}", "hours: [1]", "opens: now", "timezone: Mars/Base", "holidays: [soon]"]
)
def test_a_file_that_is_not_understood_is_refused_at_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "hours.yml"
    file.write_text(content)
    with pytest.raises((ValueError, KeyError)):
        DeskHours.load(file, hours="", zone="UTC")
