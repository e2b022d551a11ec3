from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ASKED_AT = time(10)  # on the day after the one that was agreed on


def asked_at(due_on: date, zone: ZoneInfo) -> datetime:
    """When it is time to ask whether it was kept."""
    return datetime.combine(due_on + timedelta(days=1), ASKED_AT, zone)
