"""The recap and its yes. "No" asks what to change; naming a part opens that question again."""

from collections.abc import Awaitable, Callable

from actions.context import Context
from actions.draft import OPENING, Draft
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.reading.choices import Option, find_number, find_one, says_only_no, says_only_yes
from actions.replies import button

YES = "yes"
STOP = "stop"
# In the slot `opening`, which is used up by now: the last question was what to change, to which "yes" is no answer.
CHANGING = "changing"
# There, too: the part that the customer wants to change, for steps that would fill it by themselves.
REOPENED = "reopened"


class Confirm(Step):
    opening = False
    correctable = False

    def __init__(
        self,
        slot: str,
        recap: Callable[[Context, Draft], Awaitable[None]],
        *,
        change_template: str = "",
        changeable: dict[str, str] | None = None,
        refused_template: str = "",
    ) -> None:
        """`changeable`: slot → label of the part; without any, "no" ends the form with `refused_template`."""
        self.slot = slot
        self._recap = recap
        self._change_template = change_template
        self._changeable = changeable or {}
        self._refused_template = refused_template

    async def ask(self, context: Context, draft: Draft) -> bool:
        draft[OPENING] = None
        await self._recap(context, draft)
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if not answer.asked:
            return Outcome.NOT_UNDERSTOOD
        if "change" in answer.entities:
            return self._reopen(context, draft, answer.entities["change"])
        intent = context.turn.intent
        if says_only_yes(answer.text) or (intent == "affirm" and (answer.is_button or answer.loose)):
            if (draft[OPENING] or {}).get(CHANGING):
                return self._refused(context, draft)
            draft[self.slot] = YES
            return Outcome.ANSWERED
        # "No, only one" says what is wrong: the corrections have their chance first.
        only_no = says_only_no(answer.text) and find_number(answer.text) is None
        if only_no or (intent == "deny" and answer.is_button):
            return self._refused(context, draft)
        return Outcome.NOT_UNDERSTOOD

    async def otherwise(self, context: Context, draft: Draft) -> Outcome:
        """After every correction had its chance: a part that was named, or a "no" with more words."""
        options = [Option(slot, context.words.label(label)) for slot, label in self._changeable.items()]
        found = find_one(context.turn.text, options)
        if found.whole and not found.tied:
            return self._reopen(context, draft, found.values[0])
        return self._refused(context, draft) if context.turn.intent == "deny" else Outcome.NOT_UNDERSTOOD

    def _refused(self, context: Context, draft: Draft) -> Outcome:
        if not self._changeable:
            context.say.say(self._refused_template)
            raise FormEnded
        labels = {**self._changeable, STOP: "change_stop"}
        buttons = [button(context.words.label(label), "inform", change=slot) for slot, label in labels.items()]
        context.say.say(self._change_template, buttons=buttons)
        draft[OPENING] = {"text": "", "entities": {}, CHANGING: True}
        return Outcome.ASKED

    def _reopen(self, context: Context, draft: Draft, slot: str) -> Outcome:
        if slot == STOP:
            context.say.say(f"utter_stopped_{context.turn.active_form}")
            raise FormEnded
        if slot not in self._changeable:
            return Outcome.NOT_UNDERSTOOD
        draft[slot] = None
        draft[OPENING] = {"text": "", "entities": {}, REOPENED: slot}
        return Outcome.ANSWERED
