"""Which order? Asked by several forms. The slot's value: {"id", "number"}."""

from collections.abc import Callable

from actions.context import Context
from actions.draft import Draft
from actions.forms.contents import Named, orders_of
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.reading.choices import Option, find_one, find_place, mentions
from actions.reading.lexicon import raw_words
from actions.replies import Button, button
from backends.errors import NotFound
from backends.models import Order, OrderSummary

# More buttons than this are no help; a number can always be typed.
MOST_CHOICES = 6


class WhichOrder(Step):
    def __init__(
        self,
        slot: str,
        template: str,
        none_template: str,
        fits: Callable[[OrderSummary], bool],
        *,
        resets: tuple[str, ...],
        rest_slot: str = "",
    ) -> None:
        """`rest_slot`: helper slot for what was named of other orders, {"text", "titles"}: it is offered afterwards."""
        self.slot = slot
        self.resets = resets
        self._template = template
        self._none_template = none_template
        self._fits = fits
        self._rest_slot = rest_slot

    async def ask(self, context: Context, draft: Draft) -> bool:
        orders = await fitting_orders(context, self._fits)
        if not orders:
            context.say.say(self._none_template, call="GET /orders")
            raise FormEnded
        if len(orders) == 1:
            draft[self.slot] = order_slot(orders[0])
            return False
        context.say.say(self._template, call="GET /orders", buttons=order_buttons(context, orders, "inform"))
        return True

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        number = answer.entities.get("order") or answer.entities.get("order_number")
        if number and (not answer.other_wish or _is_all(answer.text)):
            return await self._by_number(context, draft, answer, number)
        orders = await fitting_orders(context, self._fits)
        named = await orders_of(context, answer.text, orders, loose=answer.loose)
        if named and (answer.asked or answer.loose):
            self._take(context, draft, named)
            return Outcome.ANSWERED
        chosen = name_order(answer.text, orders, loose=answer.loose, current=(draft[self.slot] or {}).get("number"))
        if chosen is None:
            return Outcome.NOT_UNDERSTOOD
        draft[self.slot] = order_slot(next(order for order in orders if order.number == chosen))
        return Outcome.ANSWERED

    async def told(self, context: Context, draft: Draft) -> str:  # noqa: ARG002 - of the base class
        return str(draft[self.slot]["number"])

    def _take(self, context: Context, draft: Draft, named: list[Named]) -> None:
        """The first of the orders; the form is for one order at a time."""
        first, *others = named
        draft[self.slot] = order_slot(first.order)
        if others and self._rest_slot:
            titles = ", ".join(title for each in others for title in each.titles)
            draft[self._rest_slot] = {"text": ", ".join(each.text for each in others), "titles": titles}
            context.say.say("utter_return_several_orders", call="GET /orders", order=first.order.number, rest=titles)

    async def _by_number(self, context: Context, draft: Draft, answer: Answer, number: str) -> Outcome:
        try:
            order = await context.shop.get_order(context.caller, number.upper())
        except NotFound:
            if not (answer.asked or answer.is_button):
                return Outcome.NOT_UNDERSTOOD
            context.say.say("utter_error_not_found")
            return Outcome.ANSWERED
        draft[self.slot] = order_slot(order)
        return Outcome.ANSWERED


def named_order(context: Context) -> str | None:
    """The number that the message has, or points to: "I want to return it", after an order was spoken of."""
    number = context.turn.entity("order_number", "order")
    if number:
        return number.upper()
    recent = context.turn.slots.get("recent_order")
    return str(recent) if recent and mentions(context.turn.text, "pointing") else None


def _is_all(text: str) -> bool:
    """Whether a text that has an order number in it has next to nothing else."""
    return 0 < len(raw_words(text)) <= 3  # noqa: PLR2004 - "it's JL-100234" is three words: its, jl, 100234


def order_slot(order: Order | OrderSummary) -> dict[str, str]:
    """The value of a slot that holds an order."""
    return {"id": order.id, "number": order.number}


async def fitting_orders(context: Context, fits: Callable[[OrderSummary], bool]) -> list[OrderSummary]:
    page = await context.shop.list_orders(context.caller)
    return [order for order in page.items if fits(order)][:MOST_CHOICES]


def order_buttons(context: Context, orders: list[OrderSummary], intent: str) -> list[Button]:
    return [
        button(context.words.label("order_choice", number=each.number, title=each.title), intent, order=each.number)
        for each in orders
    ]


def name_order(text: str, orders: list[OrderSummary], *, loose: bool, current: str | None = None) -> str | None:
    """The number of the order that a text means: by its number, by what is in it, "my last one", "the other one"."""
    found = find_one(text, [Option(order.number, f"{order.number} {order.title}") for order in orders])
    if found.values and not found.tied and (found.whole or loose):
        return found.values[0]
    if found.values:
        return None
    others = [order.number for order in orders if order.number != current]
    if current and mentions(text, "other") and len(others) == 1:
        return others[0]
    return _by_place(text, [order.number for order in orders])


def _by_place(text: str, newest_first: list[str]) -> str | None:
    place = find_place(text, len(newest_first))
    if place is None and newest_first:
        place = 0 if mentions(text, "newest") else -1 if mentions(text, "oldest") else None
    return None if place is None else newest_first[place]
