import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day of the month, or its last one: 31 January and one month is 28 or 29 February."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
