from typing import Annotated

from fastapi import Depends, Request

from api.insight.reports.service import ReportService
from api.staff.guards import endpoint_for, page_for
from api.staff.models import Role

operator_endpoint, operator_page = endpoint_for(Role.OPERATOR), page_for(Role.OPERATOR)


def report_service(request: Request) -> ReportService:
    service: ReportService = request.app.state.reports
    return service


Reports = Annotated[ReportService, Depends(report_service)]
