from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from actions.context import Context
from actions.draft import Draft


class Outcome(Enum):
    NOT_UNDERSTOOD = auto()
    ANSWERED = auto()  # look for the next question
    ASKED = auto()  # the step has said or asked something itself; wait for the customer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer wrote, as one step of a form sees it.

    `other_wish`: by its intent it wants something else than this form.
    `asked`: the step had asked for it. Otherwise it may be a correction of an earlier answer, or an opening sentence
    that says more than the wish. `loose`: a choice among other words counts; else the message must be nothing but it.
    `statement`: it asks nothing and wants nothing that this form doesn't serve, whatever the FAQ knows of it.
    """

    text: str
    entities: dict[str, str]
    asked: bool
    loose: bool
    is_button: bool
    other_wish: bool
    statement: bool = False
    intent: str = ""


class FormEnded(Exception):
    def __init__(self, *, offers_human: bool = False, offer: dict[str, Any] | None = None) -> None:
        """`offers_human`: what was said asks whether to fetch a person. `offer`: it offers this (actions/offers.py)."""
        super().__init__()
        self.offers_human = offers_human
        self.offer = offer


class Step(ABC):
    """One question of a form."""

    slot: str
    # The slots whose answers no longer hold when this one changes.
    resets: tuple[str, ...] = ()
    # Whether the sentence that opened the form may answer it.
    opening: bool = True
    # Whether it may be corrected later; the customer is then told: utter_changed_<slot>.
    correctable: bool = True

    @abstractmethod
    async def ask(self, context: Context, draft: Draft) -> bool:
        """Ask; False if nothing was to be asked because the answer was clear and has been put into the draft."""

    @abstractmethod
    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome: ...

    async def told(self, context: Context, draft: Draft) -> str:  # noqa: ARG002 - for those that need them
        """The answer in the customer's words, for the echo of a correction."""
        return str(draft[self.slot])

    async def foresees(self, context: Context, draft: Draft, answer: Answer) -> bool:  # noqa: ARG002 - for those that need them
        """Whether a message that answered an earlier question says what this step will ask for."""
        return False

    async def otherwise(self, context: Context, draft: Draft) -> Outcome:  # noqa: ARG002 - for those that need them
        """The last word on an answer that no step understood."""
        return Outcome.NOT_UNDERSTOOD
