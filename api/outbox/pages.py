"""What could not be delivered, for operators to see and send again."""

from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.outbox.endpoints import Gateway
from api.staff.guards import OperatorPage, operator_page
from api.web.pages import pages_of
from common.problems import Problem

router = APIRouter(prefix="/outbox", include_in_schema=False, dependencies=[Depends(operator_page)])

NOTICES = {
    "again": "On its way again. It comes back to this page if it fails once more.",
    "all": "All of them are on their way again. What fails once more comes back to this page.",
    "gone": "It is no longer here: somebody has sent it again, or its conversation was deleted.",
}


@router.get("")
async def outbox(request: Request, services: Gateway, notice: str = "") -> Response:
    async with services.conversations.reading() as connection:
        letters = await services.outbox.dead(connection)
        backlog = await services.outbox.backlog(connection)
    return pages_of(request).render(
        request, "outbox/outbox.html", letters=letters, backlog=backlog, notice=NOTICES.get(notice, "")
    )


@router.post("/dead/{letter_id}/resend")
async def resend(session: OperatorPage, letter_id: UUID, services: Gateway) -> Response:
    try:
        async with services.conversations.transaction() as connection:
            await services.outbox.resend(connection, letter_id, by=session.staff.name)
    except Problem:
        return RedirectResponse("/outbox?notice=gone", 303)
    return RedirectResponse("/outbox?notice=again", 303)


@router.post("/resend")
async def resend_all(session: OperatorPage, services: Gateway) -> Response:
    """For after an outage: everything that was given up is tried again."""
    async with services.conversations.transaction() as connection:
        await services.outbox.resend_all(connection, by=session.staff.name)
    return RedirectResponse("/outbox?notice=all", 303)
