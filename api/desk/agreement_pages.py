"""What is agreed with customers who complained, as plain form posts of the desk's pages."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from api.complaints.errors import InvalidAgreement, NothingAgreed
from api.desk.pages import Cards, Desk, Tried, show
from api.handoff.service import NotYours
from api.staff.guards import AdvisorPage, advisor_page, note_presence

router = APIRouter(
    prefix="/desk/complaints", include_in_schema=False, dependencies=[Depends(advisor_page), Depends(note_presence)]
)


@router.post("/{reference}/agreement")
async def agree(
    request: Request,
    session: AdvisorPage,
    reference: str,
    *,
    service: Desk,
    cards: Cards,
    agreed: Annotated[str, Form()] = "",
    due_on: Annotated[str, Form()] = "",
) -> Response:
    """What is not accepted is shown again as it was filled in."""
    conversation_id = await service.conversation_of(reference)
    try:
        await service.agree(session.staff, reference, agreed=agreed, due_on=_day(due_on))
    except InvalidAgreement as error:
        view = await service.view(session.staff, conversation_id)
        return await show(request, view, cards, tried=Tried(agreed, due_on, error.detail))
    except NotYours:
        return RedirectResponse(f"/desk/conversations/{conversation_id}?notice=moved", 303)
    return RedirectResponse(f"/desk/conversations/{conversation_id}?notice=agreed", 303)


@router.post("/{reference}/done")
async def done(session: AdvisorPage, reference: str, service: Desk) -> Response:
    try:
        await service.done(session.staff, reference)
    except NothingAgreed:
        return RedirectResponse("/desk?notice=moved", 303)
    return RedirectResponse("/desk?notice=done", 303)


def _day(text: str) -> date:
    """Browsers send a day or nothing. Raises InvalidAgreement."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidAgreement("Say by which day.") from None
