"""What can go wrong with a ticket system.

TicketError
├── Away      not now: it can't be reached, is overloaded, or failed; whether it did what was asked is unknown
└── Refused   never: it understood, and said no
"""


class TicketError(Exception):
    """The message is for operators: never a customer's text."""


class Away(TicketError):
    """`after`: seconds that it asked for; `altogether`: nothing else would get through either."""

    def __init__(self, problem: str, after: float | None = None, *, altogether: bool = False) -> None:
        super().__init__(problem)
        self.after = after
        self.altogether = altogether


class Refused(TicketError):
    pass
