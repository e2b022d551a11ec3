"""The desk in a browser: every action is a plain form post; htmx only spares the reloads."""

import hashlib
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.desk.customer_card import CustomerCards
from api.desk.models import View
from api.desk.service import DeskService, InvalidText
from api.handoff.service import NotYours, StillServed
from api.handoff.states import IllegalMove
from api.staff.guards import AdvisorPage, advisor_page, note_presence
from api.web.pages import pages_of

router = APIRouter(
    prefix="/desk", include_in_schema=False, dependencies=[Depends(advisor_page), Depends(note_presence)]
)

LONGEST_WAIT = 15.0
NOTICES = {
    "taken": "Somebody else was faster: this conversation is no longer waiting.",
    "moved": "This conversation has moved on in the meantime.",
    "returned": "The conversation is back with the assistant.",
    "resolved": "The conversation is closed.",
    "agreed": "That is agreed, and the customer is told.",
    "done": "Noted as done.",
    "invalid": "A message has 1 to 4000 characters.",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A form about an agreement as it came, and what is wrong with it."""

    agreed: str
    due_on: str
    wrong: str


def desk_service(request: Request) -> DeskService:
    service: DeskService = request.app.state.desk
    return service


def customer_cards(request: Request) -> CustomerCards:
    cards: CustomerCards = request.app.state.customer_cards
    return cards


Desk = Annotated[DeskService, Depends(desk_service)]
Cards = Annotated[CustomerCards, Depends(customer_cards)]


@router.get("")
async def desk(request: Request, session: AdvisorPage, service: Desk, notice: str = "") -> Response:
    board = await service.board(session.staff)
    body = pages_of(request).text("desk/_board.html", board=board, session=session)
    return pages_of(request).render(
        request, "desk/desk.html", board=board, seen=_digest(body), notice=NOTICES.get(notice, "")
    )


@router.get("/board")
async def board(request: Request, session: AdvisorPage, service: Desk, seen: str = "") -> Response:
    """The board as a fragment; 204 while it looks as the reader sees it."""
    current = await service.board(session.staff)
    digest = _digest(pages_of(request).text("desk/_board.html", board=current, session=session))
    if digest == seen:
        return Response(status_code=204)
    return pages_of(request).render(request, "desk/_live_board.html", board=current, seen=digest, announce=True)


@router.get("/conversations/{conversation_id}")
async def conversation(
    request: Request, session: AdvisorPage, conversation_id: UUID, *, service: Desk, cards: Cards, notice: str = ""
) -> Response:
    view = await service.view(session.staff, conversation_id)
    return await show(request, view, cards, notice=NOTICES.get(notice, ""))


@router.get("/conversations/{conversation_id}/events")
async def events(
    request: Request,
    session: AdvisorPage,
    conversation_id: UUID,
    *,
    service: Desk,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> Response:
    """What is new, as list items to add; after a change of hands also the controls."""
    new = await service.new_events(conversation_id, after=after, wait_seconds=wait)
    moved = any(event.type == "handoff" for event in new)
    view = await service.view(session.staff, conversation_id) if moved else None
    last_seq = new[-1].seq if new else after
    return pages_of(request).render(
        request, "desk/_news.html", conversation_id=conversation_id, events=new, last_seq=last_seq, view=view
    )


@router.post("/conversations/{conversation_id}/claim")
async def claim(session: AdvisorPage, conversation_id: UUID, service: Desk) -> Response:
    try:
        await service.claim(session.staff, conversation_id)
    except IllegalMove:
        return RedirectResponse("/desk?notice=taken", 303)
    return RedirectResponse(f"/desk/conversations/{conversation_id}", 303)


@router.post("/conversations/{conversation_id}/take-over")
async def take_over(session: AdvisorPage, conversation_id: UUID, service: Desk) -> Response:
    try:
        await service.take_over(session.staff, conversation_id)
    except (IllegalMove, StillServed):
        return RedirectResponse("/desk?notice=taken", 303)
    return RedirectResponse(f"/desk/conversations/{conversation_id}", 303)


@router.post("/conversations/{conversation_id}/messages")
async def send(
    request: Request,
    session: AdvisorPage,
    conversation_id: UUID,
    service: Desk,
    text: Annotated[str, Form()] = "",
) -> Response:
    """With htmx 204 (the transcript learns it from its own poll), as a form post back to the page."""
    live = "hx-request" in request.headers
    page = f"/desk/conversations/{conversation_id}"
    try:
        await service.send(session.staff, conversation_id, text)
    except (NotYours, InvalidText) as problem:
        if live:
            raise
        return RedirectResponse(f"{page}?notice={'moved' if isinstance(problem, NotYours) else 'invalid'}", 303)
    return Response(status_code=204) if live else RedirectResponse(f"{page}#reply", 303)


@router.post("/conversations/{conversation_id}/typing")
async def typing(session: AdvisorPage, conversation_id: UUID, service: Desk) -> Response:
    await service.typing(session.staff, conversation_id)
    return Response(status_code=204)


@router.post("/conversations/{conversation_id}/hand-back")
async def hand_back(session: AdvisorPage, conversation_id: UUID, service: Desk) -> Response:
    try:
        await service.hand_back(session.staff, conversation_id)
    except (IllegalMove, NotYours):
        return RedirectResponse("/desk?notice=moved", 303)
    return RedirectResponse("/desk?notice=returned", 303)


@router.post("/conversations/{conversation_id}/resolve")
async def resolve(session: AdvisorPage, conversation_id: UUID, service: Desk) -> Response:
    try:
        await service.resolve(session.staff, conversation_id)
    except (IllegalMove, NotYours):
        return RedirectResponse("/desk?notice=moved", 303)
    return RedirectResponse("/desk?notice=resolved", 303)


async def show(
    request: Request, view: View, cards: CustomerCards, *, notice: str = "", tried: Tried | None = None
) -> Response:
    """A conversation's page. `tried`: an agreement that was not accepted, shown as it was filled in."""
    card = await cards.card(view.conversation)
    return pages_of(request).render(
        request,
        "desk/conversation.html",
        status=422 if tried else 200,
        view=view,
        card=card,
        notice=notice,
        tried=tried,
    )


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:16]
