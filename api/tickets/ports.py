from typing import Protocol

from api.tickets.models import NewTicket, Ticket


class TicketSystem(Protocol):
    """Every call raises Away or Refused."""

    async def newest(self) -> int:
        """The id of a ticket that is older than any made from now on; 0 if there is none."""

    async def open(self, ticket: NewTicket) -> Ticket: ...

    async def find(self, reference: str, *, after: int) -> Ticket | None:
        """The first ticket with a greater id than `after` that has this reference."""

    async def ticket(self, ticket_id: int) -> Ticket | None:
        """None if it is not there any more, or not for us to see."""

    async def say(self, ticket_id: int, text: str, *, public: bool, reopen: bool = False) -> None:
        """Add a follow-up. Public ones are what customer and people say to each other, others are for people only."""
