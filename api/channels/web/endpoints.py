# ruff: noqa: FAST003 - `Opened` reads the id of the conversation from the path
import asyncio
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import JSONResponse

from api.assistant.intake import Incoming, IntakeError
from api.audit import service as audit
from api.channels.web.access import Gateway, Opened, client_of, read_customer_token
from api.channels.web.schemas import (
    ConversationState,
    Created,
    EventPage,
    Identify,
    Identity,
    MessageAccepted,
    NewConversation,
    NewMessage,
    ProblemDocument,
    WriteLater,
)
from api.conversations.models import AuthLevel, Conversation, Event, Proof
from api.conversations.service import topic_of
from api.handoff.addresses import find_email
from api.identity.channels import WEB
from api.identity.customer_tokens import CustomerClaims
from api.identity.tokens import hash_token, new_token
from api.services import Services
from api.texts import text
from common.database import Connection
from common.problems import Problem

LONGEST_WAIT = 25.0  # seconds; below the usual timeouts of proxies
PAGE = 200

INTAKE_DETAILS = {
    "empty_text": "The text is empty.",
    "text_too_long": "The text is too long.",
    "unknown_payload": "The assistant has not offered this button in this conversation.",
    "idempotency_key_reused": "This Idempotency-Key came before with another body.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemDocument} for status in statuses}


router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.post("", operation_id="createConversation", status_code=201, responses=problems(401, 422, 429, 503))
async def create_conversation(body: NewConversation, request: Request, services: Gateway) -> Created:
    """Start a conversation; anonymous unless a customer token comes with it."""
    await services.limit_conversations.hit(client_of(request, services))
    if body.channel not in {WEB, *dict(services.settings.channels)}:
        raise Problem(422, "unknown_channel", "This channel is not set up here.")
    who = await read_customer_token(services, body.customer_token, body.channel) if body.customer_token else None
    token = new_token()
    lifetime = timedelta(days=services.settings.conversation_token_days)
    async with services.conversations.transaction() as connection:
        conversation_id, expires_at = await services.conversations.create(
            connection,
            channel=body.channel,
            locale=body.locale,
            token_hash=hash_token(token),
            token_ttl=lifetime,
        )
        known = await log_in(services, connection, conversation_id, *who) if who else None
    locale = known.locale if known else body.locale
    language = services.languages.of(locale)
    return Created(
        id=conversation_id,
        token=token,
        expires_at=expires_at,
        locale=locale,
        language=services.languages.spoken(locale),
        greeting=text("greeting", language),
        ai_disclosure=text("ai_disclosure", language),
        photos=services.photos.taken,
    )


@router.post(
    "/{conversation_id}/messages",
    operation_id="sendMessage",
    status_code=202,
    responses=problems(401, 413, 422, 429, 503),
)
async def send_message(
    body: NewMessage,
    request: Request,
    conversation: Opened,
    services: Gateway,
    idempotency_key: Annotated[str, Header(min_length=1, max_length=200)],
) -> MessageAccepted:
    """Say something. With the same Idempotency-Key again: the same answer, and nothing happens twice."""
    await services.limit_messages.hit(str(conversation.id))
    services.worker.load.admit(conversation, body.payload)
    incoming = Incoming(key=idempotency_key, client=client_of(request, services), text=body.text, payload=body.payload)
    try:
        accepted, turn = await services.intake.accept(conversation.id, incoming)
    except IntakeError as error:
        raise Problem(422, error.code, INTAKE_DETAILS[error.code]) from None
    services.worker.kick(conversation.id, turn, after=services.intake.collecting(conversation.channel))
    await asyncio.sleep(0)  # the turn is on its way to Rasa while this answer is written
    return MessageAccepted(message_id=accepted.message_id, seq=accepted.seq)


@router.get(
    "/{conversation_id}/events",
    operation_id="readEvents",
    response_model=EventPage,
    responses=problems(401),
)
async def read_events(
    conversation: Opened,
    services: Gateway,
    after: Annotated[int, Query(ge=0)] = 0,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT)] = 0,
) -> JSONResponse:
    """What happened after `after`, oldest first; waits up to `wait` seconds for news, less if the server stops."""
    deadline = asyncio.get_running_loop().time() + wait
    while True:
        async with services.conversations.reading() as connection:
            events = await services.conversations.events(connection, conversation.id, after, PAGE)
        remaining = deadline - asyncio.get_running_loop().time()
        if events or remaining <= 0 or services.hub.closing:
            return page(events, after)
        signal = await services.hub.wait(topic_of(conversation.id), after, remaining)
        if signal and signal.transient:
            return JSONResponse({"events": [{"seq": after, **signal.transient}], "next": after})


@router.post("/{conversation_id}/identify", operation_id="identifyCustomer", responses=problems(401, 409, 422, 503))
async def identify(body: Identify, conversation: Opened, services: Gateway) -> Identity:
    """Link the conversation to a customer who has logged in. Another customer than before is refused."""
    who = await read_customer_token(services, body.customer_token, conversation.channel)
    async with services.conversations.transaction() as connection:
        known = await log_in(services, connection, conversation.id, *who)
    language = services.languages.spoken(known.locale)
    return Identity(auth_level=known.auth_level.value, first_name=known.first_name, language=language)


@router.delete("/{conversation_id}/identify", operation_id="logOutCustomer", responses=problems(401))
async def log_out(conversation: Opened, services: Gateway) -> Identity:
    """The customer has logged out: whoever goes on in this conversation is nobody until they prove who they are."""
    async with services.conversations.transaction() as connection:
        left = await services.conversations.log_out(connection, conversation.id)
        await services.guests.end(connection, conversation.id)
        if conversation.known:
            await audit.record(
                connection,
                actor="customer",
                actor_id=left.customer_id,
                action="identity.log_out",
                conversation_id=left.id,
                outcome="logged_out",
            )
    return Identity(auth_level="anonymous", first_name=None, language=services.languages.spoken(left.locale))


@router.post("/{conversation_id}/handoff", operation_id="requestHandoff", status_code=202, responses=problems(401))
async def request_handoff(conversation: Opened, services: Gateway) -> ConversationState:
    """Ask for a person. Where one was asked for already, nothing changes."""
    async with services.conversations.transaction() as connection:
        await services.handoff.request(
            connection, conversation.id, reason="customer_request", skill="general", summary=""
        )
    return await current_state(services, conversation.id)


@router.delete("/{conversation_id}/handoff", operation_id="withdrawHandoff", responses=problems(401, 409))
async def withdraw_handoff(conversation: Opened, services: Gateway) -> ConversationState:
    """Go on with the assistant instead of waiting."""
    async with services.conversations.transaction() as connection:
        await services.handoff.withdraw(connection, conversation.id)
    return await current_state(services, conversation.id)


@router.post("/{conversation_id}/handoff/later", operation_id="writeLater", responses=problems(401, 409, 422))
async def write_later(body: WriteLater, conversation: Opened, services: Gateway) -> ConversationState:
    """Go on with the assistant and get the answer by e-mail, too; without an address the customer is asked for one."""
    email = find_email(body.email) if body.email else None
    if body.email and email != body.email:
        raise Problem(422, "invalid_email", "This is not an address that mail could reach.")
    async with services.conversations.transaction() as connection:
        await services.handoff.write_later(connection, conversation.id, email)
    return await current_state(services, conversation.id)


async def current_state(services: Services, conversation_id: UUID) -> ConversationState:
    async with services.conversations.reading() as connection:
        conversation = await services.conversations.get(connection, conversation_id)
    return ConversationState(state=conversation.state.value)


async def log_in(
    services: Services, connection: Connection, conversation_id: UUID, claims: CustomerClaims, proof: Proof
) -> Conversation:
    """Raises AnotherCustomer."""
    known = await services.conversations.link_customer(
        connection,
        conversation_id,
        customer_id=claims.customer_id,
        name=claims.name,
        first_name=claims.first_name,
        auth_level=AuthLevel.CUSTOMER,
        proof=proof,
        hours=services.settings.identity_hours,
    )
    await audit.record(
        connection,
        actor="customer",
        actor_id=claims.customer_id,
        action="identity.log_in",
        conversation_id=conversation_id,
        outcome="customer",
        evidence={"by": "customer_token", "proof": proof.value, "verified_by": claims.verified_by or "log-in"},
    )
    return known


def page(events: list[Event], after: int) -> JSONResponse:
    return JSONResponse({"events": [event.public() for event in events], "next": events[-1].seq if events else after})
