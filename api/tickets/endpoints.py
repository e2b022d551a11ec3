import secrets

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.tickets.watcher import TicketWatcher
from common.problems import Problem

WEBHOOK = "/v1/desks/helpdesk/webhook/"
WEBHOOK_LIMIT = 4 * 1024 * 1024  # bytes: each webhook carries the whole ticket


class TicketNamed(BaseModel):
    id: int = Field(gt=0, lt=2**63)


class Webhook(BaseModel):
    """What django-helpdesk sends for a new ticket and for a follow-up: much more than we take from it."""

    ticket: TicketNamed


def webhook_router(watcher: TicketWatcher, secret: str) -> APIRouter:
    """django-helpdesk signs nothing, so the address is the secret; it is shown to nobody and logged nowhere."""
    router = APIRouter(tags=["desks"])

    @router.post(WEBHOOK + "{key}", operation_id="helpdeskWebhook", status_code=204)
    async def webhook(key: str, body: Webhook) -> None:
        """Something has happened to a ticket: have a look at it."""
        if not secret or not secrets.compare_digest(key.encode(), secret.encode()):
            raise Problem(404, "not_found", "There is nothing here.")
        await watcher.hint(body.ticket.id)

    return router
