from fastapi import APIRouter

from api.channels.web.access import Gateway, Opened
from api.channels.web.endpoints import problems
from api.surveys.schemas import Dismissal, GivenFeedback, NewFeedback

router = APIRouter(prefix="/v1/conversations/{conversation_id}/feedback", tags=["conversations"])


@router.post("", operation_id="giveFeedback", responses=problems(401, 422, 429))
async def give_feedback(body: NewFeedback, conversation: Opened, services: Gateway) -> GivenFeedback:
    """Rate an answer or the conversation. The same again changes nothing, another score replaces the first."""
    await services.limit_messages.hit(str(conversation.id))
    async with services.conversations.transaction() as connection:
        given = await services.surveys.give(connection, conversation.id, body.feedback())
    return GivenFeedback.of(given)


@router.post("/dismiss", operation_id="dismissSurvey", status_code=204, responses=problems(401, 422, 429))
async def dismiss_survey(body: Dismissal, conversation: Opened, services: Gateway) -> None:
    """The customer does not want to answer the survey. Repeatable; an answer that was given stays."""
    await services.limit_messages.hit(str(conversation.id))
    async with services.conversations.transaction() as connection:
        await services.surveys.dismiss(connection, conversation.id, body.ref)
