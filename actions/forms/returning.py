"""return_form: order → items → reason → resolution → variants → method → recap and yes."""

from typing import Any

from actions.context import Context
from actions.draft import OPENING, Draft
from actions.forms.choice import Choice, ChoiceStep
from actions.forms.confirm import Confirm
from actions.forms.form import Form
from actions.forms.items import WhichItems, chosen_items
from actions.forms.orders import WhichOrder
from actions.forms.photos import photo_field
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.forms.variants import Variants
from actions.keys import idempotency_key
from actions.offers import again_as
from actions.reading.choices import Option, find_one, is_question, mentions, says_only_no
from actions.reading.lexicon import meanings, raw_words, reason_words
from actions.replies import Card
from actions.words import money
from backends.models import (
    OrderStatus,
    OrderSummary,
    Place,
    ReasonCode,
    Resolution,
    ReturnLine,
    ReturnQuote,
    ReturnReason,
    ReturnRequest,
)

_SENT = {OrderStatus.DELIVERED, OrderStatus.SHIPPED, OrderStatus.PARTIALLY_SHIPPED}
MOST_OF_A_NOTE = 500  # characters, of the contract
LEAST_OF_A_NOTE = 3  # words: "hgjhg" tells nobody anything
REFUND_ACTION = "action_refund_request"


def was_sent(order: OrderSummary) -> bool:
    return order.status in _SENT


class Reason(ChoiceStep):
    slot = "return_reason"
    entity = "reason"
    template = "utter_question_return_reason"
    resets = ("return_note", "return_confirm", "return_quote")
    call = "GET /return-reasons"

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:
        lines = [line["line_id"] for line in draft["return_items"]]
        reasons = await reasons_for(context, draft["return_order"]["id"], lines)
        return [reason_choice(reason) for reason in reasons if not reason.nothing_to_return]

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if (answer.asked or answer.loose) and await self._has_nothing_to_return(context, answer):
            context.say.say("utter_return_refund_instead", call=self.call)
            raise FormEnded(offer=again_as(REFUND_ACTION, "refund_request", _refund_wish(draft, answer)))
        return await super().read(context, draft, answer)

    async def _has_nothing_to_return(self, context: Context, answer: Answer) -> bool:
        """Whether the reason is one for a refund only, such as that the item was not in the parcel."""
        reasons = await context.shop.return_reasons()
        found = find_one(answer.text, [Option(each.value, each.words) for each in map(reason_choice, reasons)])
        named = found.values[0] if len(found.values) == 1 and (found.whole or self.among_words(answer)) else None
        return any(reason.nothing_to_return and reason.id == named for reason in reasons)

    async def foresees(self, context: Context, draft: Draft, answer: Answer) -> bool:  # noqa: ARG002 - of the base class
        reasons = [each for each in await context.shop.return_reasons() if each.code is not ReasonCode.OTHER]
        choices = map(reason_choice, reasons)
        return find_one(answer.text, [Option(each.value, each.words) for each in choices]).whole

    def among_words(self, answer: Answer) -> bool:
        """What is wrong with a thing is told in many words, and the FAQ knows most of them."""
        return answer.loose or answer.statement

    def speaking(self, answer: Answer, choices: list[Choice]) -> list[Choice]:
        """Who wants to return "something" has named no reason with it, nor who wants it in another colour."""
        if answer.asked:
            return choices
        unsaid = {ReasonCode.OTHER} | ({ReasonCode.COLOR, ReasonCode.STYLE} if _wants_another(answer.text) else set())
        return [each for each in choices if each.kind not in unsaid]

    def narrowed(self, choices: list[Choice]) -> list[Choice]:
        """What is true of most returns says least of what fits: "I don't want that colour"."""
        said_more = [each for each in choices if each.kind not in {ReasonCode.UNWANTED, ReasonCode.OTHER}]
        return said_more or choices

    async def otherwise(self, context: Context, draft: Draft) -> Outcome:
        """Where the shop has a catch-all, it takes the customer's own words when they fit nothing a second time."""
        turn = context.turn
        said_enough = len(raw_words(turn.text)) >= LEAST_OF_A_NOTE
        if not turn.slots.get("misunderstood") or turn.is_button or not (said_enough and turn.states(())):
            return Outcome.NOT_UNDERSTOOD
        rest = next((each for each in await self.choices(context, draft) if each.kind is ReasonCode.OTHER), None)
        if rest is None:
            return Outcome.NOT_UNDERSTOOD
        draft[self.slot], draft["return_own_words"] = rest.value, turn.text
        return Outcome.ANSWERED


class Note(Step):
    """The customer's own words, where the reason says nothing by itself; empty for every other reason."""

    slot = "return_note"
    resets = ("return_confirm", "return_quote")
    opening = False
    correctable = False

    async def ask(self, context: Context, draft: Draft) -> bool:
        own_words, draft["return_own_words"] = draft["return_own_words"], None
        reasons = {reason.id: reason.code for reason in await context.shop.return_reasons()}
        if own_words or reasons.get(draft["return_reason"]) is not ReasonCode.OTHER:
            draft[self.slot] = (own_words or "")[:MOST_OF_A_NOTE]
            return False
        context.say.say("utter_question_return_note")
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:  # noqa: ARG002 - of the base class
        if not answer.asked or answer.is_button or not (answer.statement or answer.loose):
            return Outcome.NOT_UNDERSTOOD
        draft[self.slot] = "" if says_only_no(answer.text) else answer.text[:MOST_OF_A_NOTE]
        return Outcome.ANSWERED


def _wants_another(text: str) -> bool:
    """Whether a colour or size that is spoken of is one to get, not the one that is there."""
    return mentions(text, "other") or Resolution.EXCHANGE.value in meanings(text)


def reason_choice(reason: ReturnReason) -> Choice:
    words = reason_words(reason.code.value) if reason.code else ""
    named = words if reason.code is ReasonCode.OTHER else f"{reason.title} {reason.id} {words}"
    return Choice(reason.id, reason.title, named, reason.code)


def _refund_wish(draft: Draft, answer: Answer) -> tuple[str, dict[str, tuple[str, ...]]]:
    """What the customer would have said to ask for a refund of the chosen items."""
    titles = [f"{line['quantity']} {line['title']} {line['variant']}" for line in draft["return_items"]]
    text = ", ".join([*titles[:1], answer.text])
    return text, {"order_number": (draft["return_order"]["number"],)}


class GetBack(ChoiceStep):
    slot = "return_resolution"
    entity = "resolution"
    template = "utter_question_return_resolution"
    resets = ("return_variants", "return_method", "return_confirm", "return_quote")

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:
        items = await chosen_items(context, draft)
        offered = [one for one in Resolution if all(one in item.resolutions for item in items)]
        if any(item.variants == () for item in items):  # nothing to exchange it for
            offered = [one for one in offered if one is not Resolution.EXCHANGE]
        bonus = (await context.shop.policies()).store_credit_bonus_percent
        return [
            Choice(one.value, _resolution_title(context, one, bonus), context.words.label(f"words_{one.value}"))
            for one in offered
        ]

    async def ask(self, context: Context, draft: Draft) -> bool:
        wished = (draft[OPENING] or {}).get("text", "")
        empty = next((item for item in await chosen_items(context, draft) if item.variants == ()), None)
        if empty and draft["return_resolution"] is None and self._exchange_was_wished(context, wished):
            context.say.say("utter_return_nothing_in_stock", item=empty.title)
        return await super().ask(context, draft)

    def _exchange_was_wished(self, context: Context, text: str) -> bool:
        exchange = Option(Resolution.EXCHANGE.value, context.words.label(f"words_{Resolution.EXCHANGE.value}"))
        return bool(find_one(text, [exchange]).values)

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        reasons = {reason.id: reason.code for reason in await context.shop.return_reasons()}
        colour_is_why = reasons.get(draft["return_reason"]) is ReasonCode.COLOR
        if colour_is_why and not answer.asked and not _wants_another(answer.text):
            return Outcome.NOT_UNDERSTOOD
        outcome = await super().read(context, draft, answer)
        if outcome is Outcome.NOT_UNDERSTOOD and answer.asked and self._wants_another(context, answer):
            context.say.say("utter_return_resolution_not_offered")
            return Outcome.ANSWERED
        return outcome

    def _wants_another(self, context: Context, answer: Answer) -> bool:
        """Whether it is something that can be got for a thing, only not for this one."""
        options = [Option(one.value, context.words.label(f"words_{one.value}")) for one in Resolution]
        found = find_one(answer.text, options)
        return len(found.values) == 1 and (found.whole or self.among_words(answer))

    def among_words(self, answer: Answer) -> bool:
        """Who wants money back, or an exchange, in the middle of a return speaks of what they get for it."""
        if is_question(answer.text):
            return answer.loose
        wishes = {"refund_request", "exchange", *({"refund_status"} if answer.asked else ())}
        return answer.loose or answer.intent in wishes

    async def foresees(self, context: Context, draft: Draft, answer: Answer) -> bool:  # noqa: ARG002 - of the base class
        label = context.words.label
        return find_one(answer.text, [Option(one.value, label(f"words_{one.value}")) for one in Resolution]).whole


def _resolution_title(context: Context, resolution: Resolution, bonus: int) -> str:
    title = context.words.state(resolution)
    if resolution is Resolution.STORE_CREDIT and bonus:
        return context.words.label("with_bonus", title=title, percent=bonus)
    return title


class Method(ChoiceStep):
    """Told in as many words as a reason: "oh, I guess the label is fine"."""

    slot = "return_method"
    entity = "method"
    template = "utter_question_return_method"
    resets = ("return_confirm", "return_quote")

    async def choices(self, context: Context, draft: Draft) -> list[Choice]:
        methods = (await context.shop.returnable_items(context.caller, draft["return_order"]["id"])).methods
        refund = draft["return_resolution"] == Resolution.REFUND.value
        return [
            Choice(
                method.id,
                context.words.label("with_fee", title=method.title, fee=money(method.fee))
                if refund and method.fee.amount
                else method.title,
                f"{method.title} {method.id}",
            )
            for method in methods
        ]

    def among_words(self, answer: Answer) -> bool:
        return answer.loose or answer.statement


async def recap(context: Context, draft: Draft) -> None:
    draft["return_quote"] = None
    request = return_request(draft)
    key = idempotency_key(context.turn.conversation, "quote", request, context.turn.message_id)
    quote = await context.shop.quote_return(context.caller, request, idempotency_key=key)
    draft["return_quote"] = quote.id
    reasons = {reason.id: reason for reason in await context.shop.return_reasons()}
    methods = (await context.shop.returnable_items(context.caller, draft["return_order"]["id"])).methods
    chosen = next((each for each in methods if each.id == draft["return_method"]), None)
    draft["return_places"] = "; ".join(map(place_line, chosen.places)) if chosen else ""
    method = chosen.title if chosen else str(draft["return_method"])
    card = _recap_card(context, draft, quote, reasons.get(draft["return_reason"]), method)
    context.say.say(
        f"utter_return_recap_{request.resolution.value}",
        call=f"POST /orders/{draft['return_order']['number']}/return-quote",
        cards=[card],
        total=money(quote.refund_total),
    )


def _recap_card(context: Context, draft: Draft, quote: ReturnQuote, reason: ReturnReason | None, method: str) -> Card:
    words = context.words
    lines = draft["return_items"]
    fields = [
        (words.label("items"), ", ".join(words.label("item_count", **_count(line)) for line in lines)),
        (words.label("reason"), reason.title if reason else ""),
        (words.label("own_words"), draft["return_note"]),
        photo_field(context, reason),
        (words.label("resolution"), words.state(quote.resolution)),
        (words.label("method"), method),
        (words.label("places"), draft["return_places"]),
        (words.label("exchange_for"), ", ".join(draft["return_variants"].values())),
        *[(charge.label, money(charge.amount)) for charge in quote.breakdown],
    ]
    if quote.resolution is not Resolution.EXCHANGE:
        fields.append((words.label("total"), money(quote.refund_total)))
    if quote.points_effect:
        fields.append((words.label("points_effect"), f"{quote.points_effect:+d}"))
    if quote.tier_after:
        fields.append((words.label("tier_after"), quote.tier_after))
    return Card("return", draft["return_order"]["number"], tuple(fields))


def place_line(place: Place) -> str:
    address = f"{place.name}, {place.address}"
    return f"{address} ({place.hours})" if place.hours else address


def _count(line: dict[str, Any]) -> dict[str, Any]:
    return {"quantity": line["quantity"], "title": line["title"]}


def return_request(draft: Draft) -> ReturnRequest:
    variants = draft["return_variants"] or {}
    return ReturnRequest(
        order_id=draft["return_order"]["id"],
        lines=tuple(
            ReturnLine(
                line_id=line["line_id"],
                quantity=line["quantity"],
                reason=draft["return_reason"],
                exchange_for=variants.get(line["line_id"]),
                note=draft["return_note"] or "",
            )
            for line in draft["return_items"]
        ),
        resolution=Resolution(draft["return_resolution"]),
        method=draft["return_method"],
        quote_id=draft["return_quote"],
    )


async def reasons_for(context: Context, order_id: str, line_ids: list[str]) -> list[ReturnReason]:
    """The shop's reasons that fit every chosen line's category."""
    order = await context.shop.get_order(context.caller, order_id)
    categories = {line.category for line in order.lines if line.id in line_ids}
    reasons = await context.shop.return_reasons()
    return [reason for reason in reasons if not reason.categories or categories <= set(reason.categories)]


RETURN_FORM = Form(
    "return_form",
    skill="returns",
    intents=("return_start", "exchange", "refund_request"),
    steps=(
        WhichOrder(
            "return_order",
            "utter_question_return_order",
            "utter_return_no_order",
            was_sent,
            resets=(
                "return_items",
                "return_undecided",
                "return_variants",
                "return_variants_so_far",
                "return_method",
                "return_confirm",
                "return_quote",
            ),
            rest_slot="return_rest",
        ),
        WhichItems(),
        Reason(),
        Note(),
        GetBack(),
        Variants(),
        Method(),
        Confirm(
            "return_confirm",
            recap,
            change_template="utter_return_what_to_change",
            changeable={
                "return_order": "change_order",
                "return_items": "change_items",
                "return_reason": "change_reason",
                "return_resolution": "change_resolution",
                "return_method": "change_method",
            },
        ),
    ),
    extra_slots=(
        "return_places",
        "return_own_words",
        "return_undecided",
        "return_variants_so_far",
        "return_quote",
        "return_rest",
    ),
)
