"""verification_form: order number → e-mail address. Whether they belong together is never told here."""

import re

from actions.context import Context
from actions.draft import Draft
from actions.forms.form import Form
from actions.forms.step import Answer, Outcome, Step

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+")
# A word with at least four digits in it; what a number looks like is the shop's business.
_NUMBER = re.compile(r"\b(?=[\w-]*\d{4})[A-Za-z\d][\w-]{3,30}\b")


class OrderNumber(Step):
    slot = "verification_order"
    correctable = False

    async def ask(self, context: Context, draft: Draft) -> bool:  # noqa: ARG002 - of the base class
        context.say.say("utter_question_verification_order")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:  # noqa: ARG002 - of the base class
        number = answer.entities.get("order_number") or answer.entities.get("order")
        if not number and answer.asked:
            found = _NUMBER.search(_EMAIL.sub(" ", answer.text))
            number = found.group() if found else None
        if not number:
            return Outcome.NOT_UNDERSTOOD
        draft[self.slot] = number.upper()
        _take_email(draft, answer)
        return Outcome.ANSWERED


class Email(Step):
    slot = "verification_email"
    correctable = False

    async def ask(self, context: Context, draft: Draft) -> bool:  # noqa: ARG002 - of the base class
        context.say.say("utter_question_verification_email")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:  # noqa: ARG002 - of the base class
        return Outcome.ANSWERED if _take_email(draft, answer) else Outcome.NOT_UNDERSTOOD


def _take_email(draft: Draft, answer: Answer) -> bool:
    found = _EMAIL.search(answer.entities.get("email") or answer.text)
    if found:
        draft[Email.slot] = found.group()
    return found is not None


VERIFICATION_FORM = Form("verification_form", skill="general", steps=(OrderNumber(), Email()))
