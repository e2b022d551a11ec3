"""A question with a short list of possible answers."""

from abc import abstractmethod
from dataclasses import dataclass

from actions.context import Context
from actions.draft import Draft
from actions.forms.step import Answer, Outcome, Step
from actions.reading.choices import Option, asks_for_information, find_one, find_place
from actions.replies import button


@dataclass(frozen=True, slots=True)
class Choice:
    """`title` is on the button; `words`, if given, are what it may be called instead. `kind` is for the step."""

    value: str
    title: str
    words: str = ""
    kind: str | None = None


class ChoiceStep(Step):
    # Name of the entity that the buttons carry.
    entity: str
    template: str
    # Whether a single choice is taken without asking.
    settle_single: bool = True
    # The backend call from which the choices are, if they are from one.
    call: str = ""

    @abstractmethod
    async def choices(self, context: Context, draft: Draft) -> list[Choice]: ...

    async def ask(self, context: Context, draft: Draft) -> bool:
        choices = await self.choices(context, draft)
        if len(choices) == 1 and self.settle_single:
            draft[self.slot] = choices[0].value
            return False
        buttons = [button(choice.title, "inform", **{self.entity: choice.value}) for choice in choices]
        context.say.say(self.template, call=self.call, buttons=buttons)
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if answer.is_button and self.entity not in answer.entities:
            return Outcome.NOT_UNDERSTOOD
        if asks_for_information(answer.text):
            return Outcome.NOT_UNDERSTOOD
        choices = self.speaking(answer, await self.choices(context, draft))
        picked = answer.entities.get(self.entity)
        if picked is None:
            found = find_one(answer.text, [Option(each.value, each.words or each.title) for each in choices])
            named = bool(found.values) and (found.whole or self.among_words(answer))
            fitting = self.narrowed([each for each in choices if each.value in found.values])
            if named and len(fitting) > 1 and answer.asked:
                return self._narrow(context, fitting)
            usable = named and len(fitting) == 1
            picked = fitting[0].value if usable else self._by_place(answer, choices)
            picked = picked or self.otherwise_chosen(answer, choices)
        if picked not in {choice.value for choice in choices}:
            return Outcome.NOT_UNDERSTOOD
        draft[self.slot] = picked
        return Outcome.ANSWERED

    async def told(self, context: Context, draft: Draft) -> str:
        value = draft[self.slot]
        return next((each.title for each in await self.choices(context, draft) if each.value == value), str(value))

    def speaking(self, answer: Answer, choices: list[Choice]) -> list[Choice]:  # noqa: ARG002 - for those that need them
        """Those that this answer may mean at all."""
        return choices

    def narrowed(self, choices: list[Choice]) -> list[Choice]:
        """Of choices that a text fits equally well, those that it means."""
        return choices

    def among_words(self, answer: Answer) -> bool:
        """Whether a choice counts that stands among other words."""
        return answer.loose

    def _narrow(self, context: Context, choices: list[Choice]) -> Outcome:
        """Several fit: ask which of these."""
        buttons = [button(choice.title, "inform", **{self.entity: choice.value}) for choice in choices]
        context.say.say("utter_question_which_of_these", call=self.call, buttons=buttons)
        return Outcome.ASKED

    def _by_place(self, answer: Answer, choices: list[Choice]) -> str | None:
        place = find_place(answer.text, len(choices)) if answer.asked else None
        return None if place is None else choices[place].value

    def otherwise_chosen(self, answer: Answer, choices: list[Choice]) -> str | None:  # noqa: ARG002 - for those that need them
        """What to take for a text that names none of the choices."""
        return None
