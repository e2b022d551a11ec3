from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.conversations.service import ConversationService
from api.insight.reports import repository
from api.insight.reports.models import Counts, Period, Report
from common.problems import Problem

USUAL_DAYS = 30
MOST_DAYS = 366
COMMENTS = 20


class InvalidPeriod(Problem):
    """Answers 422."""

    def __init__(self, detail: str) -> None:
        super().__init__(422, "invalid_period", detail)


class ReportService:
    """Figures of whole days in the staff's time zone, counted in the database each time."""

    def __init__(self, conversations: ConversationService, zone: ZoneInfo) -> None:
        self._conversations = conversations
        self._zone = zone

    def period(self, first: date | None, last: date | None) -> Period:
        """By default the thirty days up to `last`, which is today by default. Raises InvalidPeriod."""
        last = last or datetime.now(self._zone).date()
        try:
            first = first or last - timedelta(days=USUAL_DAYS - 1)
            days = (last - first).days + 1
            last + timedelta(days=1)
        except OverflowError:
            raise InvalidPeriod("These days are out of the calendar.") from None
        if days < 1:
            raise InvalidPeriod("The first day is after the last.")
        if days > MOST_DAYS:
            raise InvalidPeriod(f"A report has at most {MOST_DAYS} days.")
        return Period(first, last)

    async def report(self, period: Period) -> Report:
        async with self._conversations.reading() as connection:
            found = await repository.counts_by_day(connection, period, self._zone)
            reasons = await repository.handoff_reasons(connection, period, self._zone)
            comments = await repository.comments(connection, period, self._zone, COMMENTS)
        length = (period.last - period.first).days + 1
        all_days = [period.first + timedelta(days=number) for number in range(length)]
        days = [(day, Counts(**found.get(day, {}))) for day in all_days]
        total = sum((counts for _, counts in days), Counts())
        return Report(period, str(self._zone), total, days, reasons, comments)
