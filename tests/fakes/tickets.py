"""A ticket system in memory, whose calls may fail before or after they have done what was asked."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from api.tickets.errors import Away
from api.tickets.helpdesk import first_line
from api.tickets.models import FollowUp, NewTicket, Ticket

ACCOUNT = 1

BEFORE, AFTER = "before", "after"


@dataclass
class MemoryTickets:
    """`mishap` says for each call what goes wrong: `before`, `after` or nothing."""

    mishap: Callable[[], str] = lambda: ""
    tickets: dict[int, Ticket] = field(default_factory=dict)
    added: int = 0

    async def newest(self) -> int:
        self._fail_at({BEFORE, AFTER}, self.mishap())
        return max(self.tickets, default=0)

    async def open(self, ticket: NewTicket) -> Ticket:
        fate = self.mishap()
        self._fail_at({BEFORE}, fate)
        made = Ticket(len(self.tickets) + 1, ticket.description, closed=False, follow_ups=())
        self.tickets[made.id] = made
        self.add(made.id, ticket.description, user=ACCOUNT)
        self._fail_at({AFTER}, fate)
        return self.tickets[made.id]

    async def find(self, reference: str, *, after: int) -> Ticket | None:
        self._fail_at({BEFORE, AFTER}, self.mishap())
        fitting = [each for each in self.tickets.values() if first_line(each.description) == reference]
        return next((each for each in fitting if each.id > after), None)

    async def ticket(self, ticket_id: int) -> Ticket | None:
        self._fail_at({BEFORE, AFTER}, self.mishap())
        return self.tickets.get(ticket_id)

    async def say(self, ticket_id: int, text: str, *, public: bool, reopen: bool = False) -> None:
        fate = self.mishap()
        self._fail_at({BEFORE}, fate)
        self.add(ticket_id, text, user=ACCOUNT, public=public)
        if reopen:
            self.tickets[ticket_id] = replace(self.tickets[ticket_id], closed=False)
        self._fail_at({AFTER}, fate)

    def add(self, ticket_id: int, text: str, *, user: int, public: bool = True, closes: bool = False) -> None:
        """What people do there."""
        self.added += 1
        ticket = self.tickets[ticket_id]
        follow_up = FollowUp(self.added, user, text, public, date=f"moment {self.added}", closes=closes)
        closed = ticket.closed or closes
        self.tickets[ticket_id] = replace(ticket, follow_ups=(*ticket.follow_ups, follow_up), closed=closed)

    @staticmethod
    def _fail_at(moments: set[str], fate: str) -> None:
        if fate in moments:
            raise Away("out of order")
