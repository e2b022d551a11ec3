"""In which orders the things are that a customer names."""

import asyncio
from dataclasses import dataclass

from actions.context import Context
from actions.reading.choices import Option, find_one, names_by_text, split_parts
from actions.reading.lexicon import meanings
from backends.models import OrderSummary


@dataclass(slots=True)
class Named:
    """The part of the text that names things of this order, and what they are called there."""

    order: OrderSummary
    text: str
    titles: list[str]


async def orders_of(context: Context, text: str, orders: list[OrderSummary], *, loose: bool) -> list[Named]:
    """One for each order that the text names something of, in the order of the text.

    What is in several orders alike names none of them. `loose`: among other words it counts as well.
    """
    if not meanings(text):
        return []
    full = await asyncio.gather(*(context.shop.get_order(context.caller, order.id) for order in orders))
    lines = {f"{order.number}/{line.id}": line for order in full for line in order.lines}
    options = [Option(value, line.title, line.variant) for value, line in lines.items()]
    titled = {option.value: option for option in options}
    summaries = {order.number: order for order in orders}
    named: dict[str, Named] = {}
    for part in split_parts(text):
        found = find_one(part, options)
        numbers = {value.partition("/")[0] for value in found.values}
        if len(numbers) != 1 or not (found.whole or loose):
            continue
        if not any(names_by_text(part, titled[value]) for value in found.values):
            continue  # "too small" is nothing that was ordered in small
        number = numbers.pop()
        each = named.setdefault(number, Named(summaries[number], "", []))
        each.text = f"{each.text}, {part.strip()}".removeprefix(", ")
        each.titles += [lines[value].title for value in found.values[:1]]
    return list(named.values())
