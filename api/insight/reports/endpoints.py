from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.insight.reports.access import Reports, operator_endpoint
from api.insight.reports.schemas import ReportView

router = APIRouter(prefix="/v1/reports", tags=["reports"], dependencies=[Depends(operator_endpoint)])


@router.get("/summary", operation_id="reportSummary")
async def summary(
    service: Reports, first: Annotated[date | None, Query()] = None, last: Annotated[date | None, Query()] = None
) -> ReportView:
    """What customers think, how much needed no person, and why people were asked for: in all and by day.

    By default the thirty days that end today; at most 366. 422 `invalid_period` otherwise.
    """
    return ReportView.of(await service.report(service.period(first, last)))
