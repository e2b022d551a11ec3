"""address_form: order → street (or all in one line) → town → postal code → country → recipient → recap and yes.

The shop checks the address before the recap (a dry run), which shows it as the shop writes it.
"""

from typing import Any

from actions.cards import address_line
from actions.context import Context
from actions.draft import OPENING, Draft
from actions.facts import facts_of
from actions.forms.cancel import is_open
from actions.forms.confirm import REOPENED, Confirm
from actions.forms.form import Form
from actions.forms.orders import WhichOrder
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.keys import idempotency_key
from actions.offers import human
from actions.reading.addresses import LONGEST, Written, read_address, read_code, read_country, read_place
from actions.reading.choices import is_question, lacks, mentions
from actions.reading.recipients import read_recipient
from actions.replies import Card
from backends.errors import AddressRefused
from backends.models import Address, AddressChange, Order

ORDER, STREET, CITY = "address_order", "address_street", "address_city"
CODE, COUNTRY = "address_postal_code", "address_country"
RECIPIENT = "address_recipient"
REGION, CHECKED, CONFIRM = "address_region", "address_checked", "address_confirm"
_RESETS = (CONFIRM, CHECKED)
# What the shop found wrong → the question that is asked again. For anything else a person is offered.
_ASKED_AGAIN = {"postal_code": CODE}


class Street(Step):
    """Whatever else of the address is told along with it is taken, too."""

    slot = STREET
    resets = _RESETS

    async def ask(self, context: Context, draft: Draft) -> bool:
        order = await _order(context, draft)
        if not order.address_changeable:
            _refuse(context, order)
        context.say.say(
            "utter_question_address_street" if order.shipping_address else "utter_question_address_street_first",
            call=f"GET /orders/{order.number}",
            order=order.number,
            address=address_line(context.words, order.shipping_address),
        )
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:  # noqa: ARG002 - of the base class
        found = None if answer.is_button else read_address(answer.text)
        if found is None:
            return Outcome.NOT_UNDERSTOOD
        _take(draft, found)
        return Outcome.ANSWERED

    async def told(self, context: Context, draft: Draft) -> str:  # noqa: ARG002 - of the base class
        return ", ".join(draft[slot] for slot in (STREET, CITY, CODE) if draft[slot])


class City(Step):
    slot = CITY
    resets = _RESETS
    opening = False

    async def ask(self, context: Context, draft: Draft) -> bool:
        context.say.say("utter_question_address_city", street=draft[STREET])
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if answer.is_button or is_question(answer.text):
            return Outcome.NOT_UNDERSTOOD
        whole = read_address(answer.text) if answer.asked else None
        if whole and whole.city:
            _take(draft, whole)
            return Outcome.ANSWERED
        place = read_place(answer.text)
        corrects = mentions(answer.text, "town")
        if not place or context.turn.intent in _NO_ANSWER or not (answer.asked or corrects):
            return Outcome.NOT_UNDERSTOOD
        draft[CITY] = place.title() if place.islower() else place
        draft[CODE] = read_code(answer.text) or draft[CODE]
        return Outcome.ANSWERED


class PostalCode(Step):
    slot = CODE
    resets = _RESETS
    opening = False

    async def ask(self, context: Context, draft: Draft) -> bool:  # noqa: ARG002 - of the base class
        context.say.say("utter_question_address_postal_code")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if answer.is_button or is_question(answer.text):
            return Outcome.NOT_UNDERSTOOD
        if not answer.asked and ("order_number" in answer.entities or read_address(answer.text)):
            return Outcome.NOT_UNDERSTOOD
        code = read_code(answer.text)
        if answer.asked and not code and context.turn.intent not in _NO_ANSWER:
            code = _alone(answer.text)
        if not code:
            return Outcome.NOT_UNDERSTOOD
        draft[CODE] = code.upper()
        return Outcome.ANSWERED


class Country(Step):
    """That of the old address, unless another was named."""

    slot = COUNTRY
    resets = _RESETS
    opening = False

    async def ask(self, context: Context, draft: Draft) -> bool:
        old = (await _order(context, draft)).shipping_address
        if old:
            draft[COUNTRY] = old.country
            return False
        context.say.say("utter_question_address_country")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:  # noqa: ARG002 - of the base class
        country = "" if answer.is_button or is_question(answer.text) else read_country(answer.text)
        if not country or not (answer.asked or len(answer.text.split()) <= 4):  # noqa: PLR2004 - "no, it's in Germany"
            return Outcome.NOT_UNDERSTOOD
        draft[COUNTRY] = country
        return Outcome.ANSWERED

    async def told(self, context: Context, draft: Draft) -> str:
        return context.words.country(draft[COUNTRY])


class Recipient(Step):
    """That of the old address, unless the customer names another or wants to change it."""

    slot = RECIPIENT
    resets = _RESETS
    opening = False

    async def ask(self, context: Context, draft: Draft) -> bool:
        old = (await _order(context, draft)).shipping_address
        if old and old.name and (draft[OPENING] or {}).get(REOPENED) != RECIPIENT:
            draft[RECIPIENT] = old.name
            return False
        context.say.say("utter_question_address_recipient")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if answer.is_button or context.turn.intent in _NO_ANSWER or read_address(answer.text):
            return Outcome.NOT_UNDERSTOOD
        name = read_recipient(answer.text, asked=answer.asked)
        if not name:
            return Outcome.NOT_UNDERSTOOD
        draft[RECIPIENT] = name
        return Outcome.ANSWERED


class ConfirmAddress(Confirm):
    async def ask(self, context: Context, draft: Draft) -> bool:
        """Where the shop refuses the address the form goes back to what is wrong with it."""
        try:
            return await super().ask(context, draft)
        except AddressRefused as error:
            reason = str(error.details.get("reason", ""))
            if reason not in _ASKED_AGAIN:
                template = "utter_address_refused_country" if "country" in reason else "utter_address_refused"
                country = context.words.country(draft[COUNTRY])
                context.say.say(template, order=draft[ORDER]["number"], country=country)
                facts = facts_of(context, order=draft[ORDER]["number"], address=await Street().told(context, draft))
                raise FormEnded(offer=human("policy_restriction", "orders", facts)) from None
            context.say.say(f"utter_address_refused_{reason}", code=draft[CODE])
            draft[_ASKED_AGAIN[reason]] = None
            return False


async def recap(context: Context, draft: Draft) -> None:
    order = await _order(context, draft)
    old = order.shipping_address
    line1, _, line2 = draft[STREET].partition(", ")
    wanted = Address(
        name=draft[RECIPIENT],
        line1=line1,
        city=draft[CITY],
        country=draft[COUNTRY],
        line2=line2,
        postal_code=draft[CODE],
        region=draft[REGION] or "",
    )
    change = AddressChange(order.id, wanted, order.version)
    key = idempotency_key(context.turn.conversation, "address-dry-run", change, context.turn.message_id)
    would_be = await context.shop.change_address(context.caller, change, dry_run=True, idempotency_key=key)
    new, call = would_be.shipping_address or wanted, f"POST /orders/{order.number}/address dry_run"
    if new == old:
        context.say.say("utter_address_same", call=call, order=order.number, address=address_line(context.words, old))
        raise FormEnded
    draft[CHECKED] = {"address": _plain(new), "version": order.version}
    label = context.words.label
    fields = (
        (label("new_address"), address_line(context.words, new)),
        (label("old_address"), address_line(context.words, old)),
    )
    context.say.say("utter_address_recap", call=call, cards=[Card("order", order.number, fields)], order=order.number)


def address_request(draft: Draft) -> AddressChange:
    """What the recap showed."""
    checked = draft[CHECKED]
    return AddressChange(draft[ORDER]["id"], Address(**checked["address"]), checked["version"])


# With one of these nobody tells a town or a postal code.
_NO_ANSWER = frozenset(
    {"affirm", "deny", "stop", "restart", "human", "goodbye", "greet", "thank", "why", "repeat", "help"}
)


def _alone(text: str) -> str:
    """A code of a form that we don't know: one or two words with a digit in them; whether it is one the shop says."""
    words = text.strip(" .").split()
    fits = len(words) <= 2 and any(letter.isdigit() for letter in text) and not lacks(text)  # noqa: PLR2004 - "AB1 2CD"
    return " ".join(words) if fits and len(text) <= 20 else ""  # noqa: PLR2004 - of the contract


def _take(draft: Draft, found: Written) -> None:
    draft[STREET] = found.street[:LONGEST]
    if found.city:
        # A town that is told goes with its own code and region.
        draft[CITY], draft[CODE], draft[REGION] = found.city, found.postal_code.upper() or None, found.region or None
    elif found.postal_code:
        draft[CODE] = found.postal_code.upper()
    if found.country:
        draft[COUNTRY] = found.country


def _refuse(context: Context, order: Order) -> None:
    """It is too late, or this shop leaves it to its people."""
    template = "utter_order_change_open" if order.cancellable else "utter_order_change_too_late"
    context.say.say(template, call=f"GET /orders/{order.number}", order=order.number)
    possible = "yes" if order.cancellable else "no"
    facts = facts_of(context, order=order.number, wish=context.turn.text, possible=possible)
    raise FormEnded(offer=human("unsupported_request", "orders", facts))


def _plain(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in Address.__slots__}


async def _order(context: Context, draft: Draft) -> Order:
    return await context.shop.get_order(context.caller, draft[ORDER]["id"])


ADDRESS_FORM = Form(
    "address_form",
    skill="orders",
    intents=("order_change",),
    steps=(
        WhichOrder(ORDER, "utter_question_address_order", "utter_address_nothing_to_change", is_open, resets=_RESETS),
        Street(),
        City(),
        PostalCode(),
        Country(),
        Recipient(),
        ConfirmAddress(
            CONFIRM,
            recap,
            change_template="utter_address_what_to_change",
            changeable={
                ORDER: "change_order",
                STREET: "change_street",
                CITY: "change_city",
                CODE: "change_postal_code",
                RECIPIENT: "change_recipient",
            },
        ),
    ),
    extra_slots=(REGION, CHECKED),
)
