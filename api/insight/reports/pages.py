from datetime import date

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.insight.reports.access import Reports, operator_page
from api.insight.reports.service import InvalidPeriod
from api.web.pages import pages_of

router = APIRouter(prefix="/reports", include_in_schema=False, dependencies=[Depends(operator_page)])


@router.get("")
async def reports(request: Request, service: Reports, first: str = "", last: str = "") -> Response:
    """A period that can't be is said above the usual one."""
    problem, status = "", 200
    try:
        period = service.period(_day(first), _day(last))
    except InvalidPeriod as error:
        problem, status, period = error.detail, error.status, service.period(None, None)
    report = await service.report(period)
    return pages_of(request).render(
        request, "insight/reports.html", status=status, report=report, total=report.total, problem=problem
    )


def _day(text: str) -> date | None:
    """Browsers send a day or nothing. Raises InvalidPeriod."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidPeriod("A day is written like 2027-01-31.") from None
