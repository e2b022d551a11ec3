from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ASKED_AT = time(10)  # on the day after the one that was agreed on


def spoken(day: date, today: date) -> str:
    """`Friday 12 December`; with the year where it is another one."""
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day:%A} {day.day} {day:%B}{year}"


def asked_at(due_on: date, zone: ZoneInfo) -> datetime:
    """When it is time to ask whether it was kept."""
    return datetime.combine(due_on + timedelta(days=1), ASKED_AT, zone)
