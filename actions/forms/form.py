from typing import Any

from rasa_sdk.events import SlotSet

from actions.context import Context, Events
from actions.draft import INSTANCE, OPENING, Draft
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.offers import human, made
from actions.reading.choices import is_question, lacks
from actions.turn import Turn

# What can be told when a customer doesn't have what was asked for: utter_without_<slot>. The latter offer a person.
OFFERING = frozenset({"verification_order", "verification_email", "address_postal_code"})
WITHOUT = OFFERING | {
    "address_order",
    "return_order",
    "refund_order",
    "cancel_order",
    "cancel_return",
    "return_reason",
    "refund_reason",
}


# Intents of the buttons that forms show.
_PRESSED = frozenset({"inform", "affirm", "deny"})
# Who says this corrects nothing: "I don't want this any more" is no other reason for a return.
_LEAVING = frozenset({"stop", "goodbye", "human", "restart"})


def _asks_back(turn: Turn) -> bool:
    """Whether it is something like "why do you need that?": no answer, whatever words are in it."""
    return turn.intent in {"why", "repeat", "help"} and not turn.is_button and is_question(turn.text)


class Form:
    """Runs the steps of one form over one customer message."""

    def __init__(
        self,
        name: str,
        *,
        skill: str,
        steps: tuple[Step, ...],
        intents: tuple[str, ...] = (),
        extra_slots: tuple[str, ...] = (),
    ) -> None:
        """`intents`: of the wishes that this form serves."""
        self.name = name
        self.skill = skill
        self.steps = steps
        self.intents = intents
        # The answers, without what helps to reach them.
        self.told = frozenset(step.slot for step in steps)
        self.slots = (*(step.slot for step in steps), *extra_slots, INSTANCE)

    def draft(self, turn: Turn) -> Draft:
        return Draft(self.name, (*self.slots, OPENING), turn.slots)

    async def handle(self, context: Context) -> Events:
        """The body of `validate_<form>`. No events: not an answer, so that Rasa lets the rules take over."""
        if context.turn.answers(self.name):
            context.turn = context.turn.as_pressed(_PRESSED)
        draft = context.draft = self.draft(context.turn)
        turn = context.turn
        asked = self._step(turn.requested_slot)
        try:
            if turn.answers(self.name) and (turn.answers_offer or _asks_back(turn)):
                return []
            if asked and turn.answers(self.name):
                outcome = await self._read(context, draft, asked)
                if outcome is Outcome.NOT_UNDERSTOOD and asked.slot in WITHOUT and lacks(turn.text):
                    return await self._without(context, draft, asked)
                if outcome is Outcome.NOT_UNDERSTOOD:
                    return []
                requested = asked.slot if outcome is Outcome.ASKED else await self._advance(context, draft)
                # Rasa takes a validation that sets no slot for "not an answer"; this one is set in any case.
                return [SlotSet("misunderstood", None), *self._events(draft, requested)]
            return self._events(draft, await self._advance(context, draft))
        except FormEnded as ended:
            # A form that waits is offered to be resumed; two offers at once would make "yes" mean either.
            offer = ended.offer or (human("policy_restriction", self.skill) if ended.offers_human else None)
            offered = made(context, offer) if offer and not turn.slots.get("stack") else []
            return [*draft.wipe(), *offered, SlotSet("misunderstood", None), SlotSet("requested_slot", None)]

    async def _without(self, context: Context, draft: Draft, asked: Step) -> Events:
        """The customer can't tell what was asked for: how it goes on all the same."""
        context.say.say(f"utter_without_{asked.slot}")
        offered = made(context, human("unsupported_request", self.skill)) if asked.slot in OFFERING else []
        requested = asked.slot if offered else await self._advance(context, draft)
        return [SlotSet("misunderstood", None), *offered, *self._events(draft, requested)]

    async def _read(self, context: Context, draft: Draft, asked: Step) -> Outcome:
        """The answer to the question first, then corrections of earlier answers, latest first."""
        earlier = self.steps[: self.steps.index(asked)]
        given = [step for step in earlier if draft[step.slot] is not None and context.turn.intent not in _LEAVING]
        before = {step.slot: draft[step.slot] for step in self.steps}
        outcome = Outcome.NOT_UNDERSTOOD
        for step in (asked, *reversed(given)):
            outcome = await step.read(context, draft, self._answer(context.turn, asked=step is asked))
            if outcome is not Outcome.NOT_UNDERSTOOD:
                if step is not asked and step.correctable and draft[step.slot] not in (None, before[step.slot]):
                    context.say.fill(f"utter_changed_{step.slot}", {"to": await step.told(context, draft)})
                break
        else:
            outcome = await asked.otherwise(context, draft)
            if outcome is Outcome.NOT_UNDERSTOOD and await self._foreseen(context, draft, asked):
                outcome = Outcome.ANSWERED
        for step in self.steps:
            if draft[step.slot] != before[step.slot]:
                draft.clear(step.resets)
        return outcome

    async def _foreseen(self, context: Context, draft: Draft, asked: Step) -> bool:
        """An answer to a question that is still to come is kept until it would be asked."""
        text = context.turn.text
        if context.turn.is_button or is_question(text):
            return False
        answer = Answer(text, {}, asked=False, loose=False, is_button=False, other_wish=False)
        later = [step for step in self.steps[self.steps.index(asked) + 1 :] if draft[step.slot] is None]
        if not any([await step.foresees(context, draft, answer) for step in later]):
            return False
        opening = draft[OPENING] or {"text": "", "entities": {}}
        draft[OPENING] = {**opening, "text": f"{opening['text']}, {text}".removeprefix(", ")}
        context.say.say("utter_noted")
        return True

    async def _advance(self, context: Context, draft: Draft) -> str | None:
        """Ask the next open question; returns its slot, or None when the form is filled."""
        # A step may open an earlier one again, such as when nothing is in stock for the exchange that was wanted.
        for _ in range(2 * len(self.steps)):
            step = next((step for step in self.steps if draft[step.slot] is None), None)
            if step is None:
                return None
            if step.opening and await self._read_opening(context, draft, step):
                continue
            if await step.ask(context, draft):
                return step.slot
        raise RuntimeError("the questions of a form open each other for ever")

    async def _read_opening(self, context: Context, draft: Draft, step: Step) -> bool:
        opening = draft[OPENING]
        if not opening:
            return False
        answer = Answer(
            opening["text"], opening["entities"], asked=False, loose=True, is_button=False, other_wish=False
        )
        return await step.read(context, draft, answer) is Outcome.ANSWERED and draft[step.slot] is not None

    def _events(self, draft: Draft, requested: str | None) -> Events:
        return [*draft.events(), SlotSet("requested_slot", requested)]

    def _step(self, slot: Any) -> Step | None:
        return next((step for step in self.steps if step.slot == slot), None)

    def _answer(self, turn: Turn, *, asked: bool) -> Answer:
        text = "" if turn.is_button else turn.text
        entities = {name: values[0] for name, values in turn.entities.items()}
        other_wish = not turn.may_answer and turn.intent not in self.intents
        statement = asked and turn.states(self.intents)
        return Answer(
            text, entities, asked, asked and turn.may_answer, turn.is_button, other_wish, statement, turn.intent
        )
