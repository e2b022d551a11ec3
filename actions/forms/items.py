"""Which items of the order, and how many of each? The slot's value: [{"line_id", "title", "quantity"}]."""

from typing import Any

from actions.context import Context
from actions.draft import OPENING, Draft
from actions.forms.step import Answer, FormEnded, Outcome, Step
from actions.reading.choices import (
    Option,
    find_many,
    find_number,
    find_one,
    names_by_text,
    names_everything,
    only_counts,
    only_number,
    split_parts,
)
from actions.reading.lexicon import raw_words
from actions.replies import Button, Card, button
from backends.models import BlockedReason, ReturnableItem

ALL = "all"


class WhichItems(Step):
    """`undecided` is a helper slot: the line whose quantity was asked for, with the lines that are settled already."""

    slot = "return_items"
    resets = ("return_variants", "return_confirm", "return_quote")

    async def ask(self, context: Context, draft: Draft) -> bool:
        items = await _items(context, draft)
        call = f"GET /orders/{draft['return_order']['number']}/returnable-items"
        possible = [item for item in items if item.quantity > 0]
        if not possible:
            context.say.say("utter_return_nothing_possible", call=call, cards=[_lines_card(context, draft, items)])
            raise FormEnded(offers_human=True)
        if draft["return_undecided"]:
            self._ask_quantity(context, draft, possible)
            return True
        if len(possible) == len(items) == 1 and possible[0].quantity == 1:
            draft[self.slot] = [_chosen(possible[0], 1)]
            return False
        blocked = [item for item in items if item.quantity <= 0]
        cards = [_lines_card(context, draft, items)]
        template = "utter_question_return_items_some_blocked" if blocked else "utter_question_return_items"
        context.say.say(
            template, call=call, cards=cards, buttons=_buttons(context, possible), order=draft["return_order"]["number"]
        )
        return True

    async def told(self, context: Context, draft: Draft) -> str:
        counts = [(line["quantity"], line["title"]) for line in draft[self.slot]]
        return ", ".join(context.words.label("item_count", quantity=number, title=title) for number, title in counts)

    def _ask_quantity(self, context: Context, draft: Draft, possible: list[ReturnableItem]) -> None:
        line = draft["return_undecided"]["line_id"]
        item = next(item for item in possible if item.line_id == line)
        numbers = range(1, min(item.quantity, 6) + 1)
        buttons = [button(str(number), "inform", quantity=str(number)) for number in numbers]
        context.say.say("utter_question_return_quantity", buttons=buttons, item=item.title, most=item.quantity)

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        items = await _items(context, draft)
        undecided = draft["return_undecided"]
        if undecided and answer.loose and not answer.asked:
            return Outcome.NOT_UNDERSTOOD  # the sentence that named them has been read
        if undecided and answer.asked:
            item = _of_line(items, undecided)
            number = _quantity(answer, item.quantity) if item else None
            if number is not None and item is not None:
                return self._settle(context, draft, item, number, undecided)
        if draft[self.slot] and len(draft[self.slot]) == 1 and not answer.asked:
            item = _of_line(items, draft[self.slot][0])
            number = _corrected_number(answer, item) if item else None
            bare = len(raw_words(answer.text)) == 1  # a size, say: the question that is open doesn't ask how many
            if number is not None and item is not None and not (bare and number > item.quantity):
                return self._settle(context, draft, item, number, {"settled": [], "open": []})
        return self._choose(context, draft, answer, items)

    def _settle(
        self, context: Context, draft: Draft, item: ReturnableItem, number: int, undecided: dict[str, Any]
    ) -> Outcome:
        if not 0 < number <= item.quantity:
            context.say.say("utter_return_quantity_too_many", item=item.title, most=item.quantity)
            return Outcome.ANSWERED if draft[self.slot] is None else Outcome.ASKED
        self._go_on(draft, [*undecided["settled"], _chosen(item, number)], undecided["open"])
        return Outcome.ANSWERED

    def _go_on(self, draft: Draft, settled: list[dict[str, Any]], undecided: list[str]) -> None:
        """Ask for the next open quantity, or be done."""
        if undecided:
            draft[self.slot] = None
            draft["return_undecided"] = {"line_id": undecided[0], "settled": settled, "open": undecided[1:]}
        else:
            draft["return_undecided"] = None
            draft[self.slot] = settled

    def _choose(self, context: Context, draft: Draft, answer: Answer, items: list[ReturnableItem]) -> Outcome:
        possible = [item for item in items if item.quantity > 0]
        wanted = _wanted(answer, items, possible)
        if not wanted:
            return Outcome.NOT_UNDERSTOOD
        blocked = next((item for item in wanted if item.quantity <= 0), None)
        if blocked and not answer.asked and answer.loose:
            if len(wanted) > 1:
                return Outcome.NOT_UNDERSTOOD  # named in passing: the question shows what can't go back
            draft[OPENING] = None  # it was about this; told once
        if blocked:
            expired = blocked.blocked is BlockedReason.WINDOW_EXPIRED and blocked.window_days is not None
            context.say.say(
                "utter_return_item_expired" if expired else "utter_return_item_blocked",
                window=blocked.window_days or 0,
                item=blocked.title,
                why=context.words.state(blocked.blocked or BlockedReason.OTHER),
                day=context.words.day(blocked.deadline),
            )
            return Outcome.ANSWERED
        earlier = draft[self.slot] or []
        outcome = self._count(context, draft, answer, wanted, everything=_means_all(answer, possible))
        if not answer.asked and draft[self.slot]:
            draft[self.slot] = _other_counts(answer.text, earlier, draft[self.slot])
        return outcome

    def _count(
        self, context: Context, draft: Draft, answer: Answer, wanted: list[ReturnableItem], *, everything: bool
    ) -> Outcome:
        settled: list[dict[str, Any]] = []
        open_items: list[ReturnableItem] = []
        for item in wanted:
            number = item.quantity if item.quantity == 1 or everything else _count_of(answer.text, item, wanted)
            if number is None:
                open_items.append(item)
            elif not 0 < number <= item.quantity:
                context.say.say("utter_return_quantity_too_many", item=item.title, most=item.quantity)
                return Outcome.ANSWERED
            else:
                settled.append(_chosen(item, number))
        self._go_on(draft, settled, [item.line_id for item in open_items])
        return Outcome.ANSWERED


def _other_counts(text: str, earlier: list[dict[str, Any]], named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """After "just one shirt" there are fewer shirts, and the mug stays; "the shirt instead" leaves nothing else."""
    lines = {line["line_id"]: line for line in named}
    counted = any(find_number(part) is not None for part in split_parts(text))
    if not counted or not lines.keys() < {line["line_id"] for line in earlier}:
        return named
    return [lines.get(line["line_id"], line) for line in earlier]


def _means_all(answer: Answer, possible: list[ReturnableItem]) -> bool:
    if answer.entities.get("items") == ALL:
        return True
    # Of a single line "both" and "all" are its units.
    return names_everything(
        answer.text, len(possible) if len(possible) > 1 else possible[0].quantity if possible else 0
    )


def _wanted(answer: Answer, items: list[ReturnableItem], possible: list[ReturnableItem]) -> list[ReturnableItem]:
    picked = answer.entities.get("items")
    if picked:
        return possible if picked == ALL else [item for item in items if item.line_id == picked]
    options = [Option(item.line_id, item.title, item.variant) for item in items]
    found = find_many(answer.text, options)
    if not found.values or not (found.whole or answer.loose):
        return []
    chosen = [item for item in items if item.line_id in found.values]
    if not answer.asked and not names_everything(answer.text, len(items)):
        by_text = {option.value for option in options if names_by_text(answer.text, option)}
        chosen = [item for item in chosen if item.line_id in by_text]
    # "All of it" means all that can go back; a blocked item that was named is explained.
    return [item for item in chosen if item.quantity > 0] if len(chosen) == len(items) > 1 else chosen


def _count_of(text: str, item: ReturnableItem, wanted: list[ReturnableItem]) -> int | None:
    """The number in the part of the text that names the item: "2 of the socks and the mug"."""
    options = [Option(each.line_id, each.title, each.variant) for each in wanted]
    for part in split_parts(text):
        if item.line_id in find_one(part, options).values:
            return find_number(part)
    return None


def _quantity(answer: Answer, most: int) -> int | None:
    entity = answer.entities.get("quantity", "")
    if entity.isdigit():
        return int(entity)
    if names_everything(answer.text, most):
        return most
    return find_number(answer.text) if answer.loose else only_number(answer.text)


def _corrected_number(answer: Answer, item: ReturnableItem) -> int | None:
    """Of "make it 2", or "that's not right, only one"; in "I ordered two by mistake" it belongs to the reason."""
    said = answer.entities.get("quantity", "")
    counts = answer.is_button or only_counts(answer.text, Option(item.line_id, item.title, item.variant))
    if said.isdigit() and (answer.intent == "deny" or (answer.intent == "inform" and counts)):
        return int(said)
    return only_number(answer.text)


def _of_line(items: list[ReturnableItem], line: dict[str, Any]) -> ReturnableItem | None:
    return next((item for item in items if item.line_id == line["line_id"]), None)


async def _items(context: Context, draft: Draft) -> list[ReturnableItem]:
    return list((await context.shop.returnable_items(context.caller, draft["return_order"]["id"])).items)


async def chosen_items(context: Context, draft: Draft) -> list[ReturnableItem]:
    """What the shop says of the items that were chosen."""
    chosen = {line["line_id"] for line in draft["return_items"]}
    return [item for item in await _items(context, draft) if item.line_id in chosen]


def _chosen(item: ReturnableItem, quantity: int) -> dict[str, Any]:
    return {"line_id": item.line_id, "title": item.title, "variant": item.variant, "quantity": quantity}


def _buttons(context: Context, items: list[ReturnableItem]) -> list[Button]:
    words = context.words
    buttons = [
        button(words.label("item_choice", title=item.title, variant=item.variant).strip(), "inform", items=item.line_id)
        for item in items
    ]
    return [*buttons, button(words.label("all_items"), "inform", items=ALL)] if len(items) > 1 else buttons


def _lines_card(context: Context, draft: Draft, items: list[ReturnableItem]) -> Card:
    """Of each line how many can go back and until when, or why not."""
    words = context.words

    def rule(item: ReturnableItem) -> str:
        if item.quantity > 0 and item.deadline:
            return words.label(
                "returnable", quantity=item.quantity, day=words.day(item.deadline), days=item.window_days or 0
            )
        if item.quantity > 0:
            return str(item.quantity)
        state = words.state(item.blocked or BlockedReason.OTHER)
        return f"{state} ({words.day(item.deadline)})" if item.blocked is BlockedReason.WINDOW_EXPIRED else state

    return Card("order", draft["return_order"]["number"], tuple((item.title, rule(item)) for item in items))
