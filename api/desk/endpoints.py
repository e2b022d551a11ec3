from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from api.desk.pages import LONGEST_WAIT, Desk
from api.desk.schemas import Agreement, BoardView, ComplaintView, ConversationView, Events, Reply, Sent
from api.photos.endpoints import picture
from api.staff.guards import AdvisorEndpoint, advisor_endpoint, note_presence

router = APIRouter(prefix="/v1/desk", tags=["desk"], dependencies=[Depends(advisor_endpoint), Depends(note_presence)])


@router.get("/board", operation_id="deskBoard")
async def board(session: AdvisorEndpoint, service: Desk) -> BoardView:
    """Who waits, first in line first, and what you have yourself. Reading it says that you are on duty."""
    return BoardView.of(await service.board(session.staff))


@router.get("/conversations/{conversation_id}", operation_id="deskConversation")
async def conversation(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> ConversationView:
    return ConversationView.of(await service.view(session.staff, conversation_id))


@router.get("/conversations/{conversation_id}/events", operation_id="deskEvents")
async def events(
    conversation_id: UUID,
    service: Desk,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> Events:
    found = await service.new_events(conversation_id, after=after, wait_seconds=wait)
    return Events(events=[event.public() for event in found], next=found[-1].seq if found else after)


@router.get("/conversations/{conversation_id}/photos/{photo_id}", operation_id="deskPhoto", response_class=Response)
async def photo(conversation_id: UUID, photo_id: UUID, service: Desk) -> Response:
    return picture(await service.photo(conversation_id, photo_id))


@router.post("/conversations/{conversation_id}/claim", operation_id="deskClaim", status_code=204)
async def claim(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> None:
    """409 when it is not waiting (any more)."""
    await service.claim(session.staff, conversation_id)


@router.post("/conversations/{conversation_id}/take-over", operation_id="deskTakeOver", status_code=204)
async def take_over(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> None:
    """Go on with what an advisor who left the desk still has; 409 while that advisor is there."""
    await service.take_over(session.staff, conversation_id)


@router.post("/conversations/{conversation_id}/messages", operation_id="deskSend", status_code=201)
async def send(session: AdvisorEndpoint, conversation_id: UUID, body: Reply, service: Desk) -> Sent:
    return Sent(seq=(await service.send(session.staff, conversation_id, body.text)).seq)


@router.post("/conversations/{conversation_id}/typing", operation_id="deskTyping", status_code=204)
async def typing(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> None:
    await service.typing(session.staff, conversation_id)


@router.post("/conversations/{conversation_id}/hand-back", operation_id="deskHandBack", status_code=204)
async def hand_back(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> None:
    """The assistant answers again."""
    await service.hand_back(session.staff, conversation_id)


@router.post("/conversations/{conversation_id}/resolve", operation_id="deskResolve", status_code=204)
async def resolve(session: AdvisorEndpoint, conversation_id: UUID, service: Desk) -> None:
    await service.resolve(session.staff, conversation_id)


@router.put("/complaints/{reference}/agreement", operation_id="deskAgree")
async def agree(session: AdvisorEndpoint, reference: str, body: Agreement, service: Desk) -> ComplaintView:
    """What the customer is promised, and by when: kept, told to them, and due on the board on that day. Repeatable."""
    return ComplaintView.of(await service.agree(session.staff, reference, agreed=body.agreed, due_on=body.due_on))


@router.post("/complaints/{reference}/done", operation_id="deskAgreementDone")
async def agreement_done(session: AdvisorEndpoint, reference: str, service: Desk) -> ComplaintView:
    """It has been seen to. Repeatable; 409 `nothing_agreed` where nothing was agreed."""
    return ComplaintView.of(await service.done(session.staff, reference))
