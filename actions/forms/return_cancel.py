"""return_cancel_form: which return → recap and yes."""

from actions.cards import return_card
from actions.context import Context
from actions.draft import Draft
from actions.forms.choice import Choice, ChoiceStep
from actions.forms.confirm import Confirm
from actions.forms.form import Form
from actions.forms.step import Answer, FormEnded, Outcome


class WhichReturn(ChoiceStep):
    slot = "cancel_return"
    entity = "return_number"
    template = "utter_question_cancel_return"
    resets = ("cancel_return_confirm",)
    call = "GET /returns"

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:  # noqa: ARG002 - of the base class
        page = await context.shop.list_returns(context.caller)
        return [
            Choice(each.number, each.number, each.number + " " + " ".join(line.title for line in each.lines))
            for each in page.items
            if each.cancellable
        ]

    async def ask(self, context: Context, draft: Draft) -> bool:
        if not await self.choices(context, draft):
            context.say.say("utter_return_nothing_to_cancel", call=self.call)
            raise FormEnded
        return await super().ask(context, draft)

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        number = answer.entities.get("return_number")
        if number:  # whether it can be cancelled, and whose it is, is told at the recap
            draft[self.slot] = number.upper()
            return Outcome.ANSWERED
        return await super().read(context, draft, answer)


async def recap(context: Context, draft: Draft) -> None:
    found = await context.shop.get_return(context.caller, draft["cancel_return"])
    call = f"GET /returns/{found.number}"
    cards = [return_card(context.words, found)]
    if not found.cancellable:
        context.say.say("utter_return_cancel_too_late", call=call, cards=cards, number=found.number)
        raise FormEnded(offers_human=True)
    context.say.say("utter_return_cancel_recap", call=call, cards=cards, number=found.number)


RETURN_CANCEL_FORM = Form(
    "return_cancel_form",
    skill="returns",
    intents=("return_cancel",),
    steps=(WhichReturn(), Confirm("cancel_return_confirm", recap, refused_template="utter_return_cancel_kept")),
)
