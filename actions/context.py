"""What a skill is given to work with, and what it gives back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from actions.draft import Draft
from actions.journal import Journal
from actions.replies import Replies
from actions.turn import Turn
from actions.words import Words
from backends.models import Caller
from backends.ports import Commerce

Events = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FaqEntry:
    """`related`: id and question of entries to go on with; `button`: title and skill of what the customer may start."""

    id: str
    version: int
    question: str
    answer: str
    related: tuple[tuple[str, str], ...] = ()
    button: tuple[str, str] | None = None
    language: str = "en"


class FaqEntries(Protocol):
    async def entry(self, entry_id: str, *, signed_in: bool, tier: str) -> FaqEntry | None:
        """A published entry that is for this customer. Raises FaqUnavailable."""


@dataclass(slots=True)
class Context:
    # Name of the action that Rasa asked for.
    action: str
    turn: Turn
    say: Replies
    shop: Commerce
    faq: FaqEntries
    journal: Journal
    words: Words
    # Every skill by the name of its action, for those that carry out what was wanted before.
    skills: Mapping[str, "Handler"]
    # Set while a form is being filled, so that an error does not lose what was answered in the same turn.
    draft: Draft | None = None
    # Set once a write was sent: from then on "no answer" does not mean "not done".
    wrote: bool = field(default=False)

    @property
    def caller(self) -> Caller:
        return self.turn.caller


Handler = Callable[[Context], Awaitable[Events]]
