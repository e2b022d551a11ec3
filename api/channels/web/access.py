from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request

from api.conversations.models import Conversation, Proof
from api.identity.channels import proof_in
from api.identity.customer_tokens import CustomerClaims
from api.identity.errors import CustomerTokenError
from api.identity.tokens import bearer_token, hash_token
from api.services import Services, provide_services
from common.problems import Problem

Gateway = Annotated[Services, Depends(provide_services)]


async def find_conversation(services: Services, conversation_id: UUID, token: str | None) -> Conversation | None:
    if not token:
        return None
    async with services.conversations.reading() as connection:
        return await services.conversations.by_token(connection, conversation_id, hash_token(token))


async def opened_conversation(
    conversation_id: UUID,
    services: Gateway,
    authorization: Annotated[str, Header(description="Bearer and the conversation's token")] = "",
) -> Conversation:
    """The conversation of the path, if the caller holds its token. An unknown one looks the same as a wrong token."""
    conversation = await find_conversation(services, conversation_id, bearer_token(authorization))
    if conversation is None:
        raise Problem(
            401,
            "unauthorized",
            "This needs the conversation's own token, unexpired.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return conversation


Opened = Annotated[Conversation, Depends(opened_conversation)]


async def read_customer_token(services: Services, token: str, channel: str) -> tuple[CustomerClaims, Proof]:
    """Raises a problem that says what is wrong with the token."""
    try:
        claims = await services.customer_tokens.verify(token)
        return claims, proof_in(channel, claims, dict(services.settings.channels))
    except CustomerTokenError as error:
        raise Problem(error.status, error.code, "The customer token was not accepted.") from None


def client_of(request: Request, services: Services) -> str:
    """A keyed hash of the sender's address: enough to count by, no address to keep."""
    address = request.client.host if request.client else ""
    return services.keyed.hex("address", address)
