"""For an exchange: which size or colour instead? The slot's value: {line id: variant}; {} for no exchange."""

from actions.context import Context
from actions.draft import OPENING, Draft
from actions.forms.items import chosen_items
from actions.forms.step import Answer, Outcome, Step
from actions.reading.choices import (
    Option,
    find_one,
    is_question,
    names_size,
    names_variant,
    says_only_no,
    says_only_yes,
)
from actions.replies import Button, button
from backends.models import Resolution, ReturnableItem

_LONGEST = 60
_MOST_BUTTONS = 8


class Variants(Step):
    """`return_variants_so_far` is a helper slot: the wishes, until there is one for every line."""

    slot = "return_variants"
    resets = ("return_confirm", "return_quote")

    async def ask(self, context: Context, draft: Draft) -> bool:
        if draft["return_resolution"] != Resolution.EXCHANGE.value:
            draft[self.slot] = {}
            return False
        item = await self._open(context, draft)
        if item is None:
            draft[self.slot] = draft["return_variants_so_far"]
            draft["return_variants_so_far"] = None
            return False
        if item.variants == ():
            context.say.say("utter_return_nothing_in_stock", item=item.title)
            draft["return_resolution"] = draft[OPENING] = None  # told once
            return False
        context.say.say(
            "utter_question_return_variants",
            buttons=_buttons(item.variants or ()),
            item=item.title,
            variant=item.variant or item.title,
        )
        return True

    async def told(self, context: Context, draft: Draft) -> str:  # noqa: ARG002 - of the base class
        return ", ".join((draft[self.slot] or draft["return_variants_so_far"] or {}).values())

    async def read(self, context: Context, draft: Draft, answer: Answer) -> Outcome:
        if draft["return_resolution"] != Resolution.EXCHANGE.value:
            return Outcome.NOT_UNDERSTOOD
        opening = answer.loose and not answer.asked
        item = await self._open(context, draft) or await self._only(context, draft)
        wish = answer.entities.get("variant") or answer.text.strip()
        if item is None or not wish or len(wish) > _LONGEST:
            return Outcome.NOT_UNDERSTOOD
        named = "variant" in answer.entities or (answer.asked and _names_whole(item, wish))
        if not (opening or named or self._may_be_one(context, answer)):
            return Outcome.NOT_UNDERSTOOD
        if item.variants is None:
            return Outcome.NOT_UNDERSTOOD if opening else self._take(draft, item, wish)
        return self._match(context, draft, item, wish, opening=opening)

    def _match(self, context: Context, draft: Draft, item: ReturnableItem, wish: str, *, opening: bool) -> Outcome:
        """Only what is in stock can be had."""
        found = find_one(wish, [Option(variant, variant) for variant in item.variants or ()])
        if len(found.values) == 1:
            return self._take(draft, item, found.values[0])
        if opening:
            return Outcome.NOT_UNDERSTOOD
        if found.tied:
            context.say.say("utter_question_which_of_these", buttons=_buttons(found.values))
            return Outcome.ASKED
        if not names_variant(wish):
            return Outcome.NOT_UNDERSTOOD
        context.say.say("utter_return_variant_not_in_stock", item=item.title)
        return Outcome.ANSWERED

    def _take(self, draft: Draft, item: ReturnableItem, variant: str) -> Outcome:
        known = dict(draft["return_variants_so_far"] or draft[self.slot] or {}) | {item.line_id: variant}
        complete = {line["line_id"] for line in draft["return_items"]} <= known.keys()
        draft[self.slot] = known if complete else None
        draft["return_variants_so_far"] = None if complete else known
        return Outcome.ANSWERED

    async def _open(self, context: Context, draft: Draft) -> ReturnableItem | None:
        """The first item for which nothing was chosen yet."""
        known = draft["return_variants_so_far"] or draft[self.slot] or {}
        return next((item for item in await chosen_items(context, draft) if item.line_id not in known), None)

    async def _only(self, context: Context, draft: Draft) -> ReturnableItem | None:
        items = await chosen_items(context, draft)
        return items[0] if len(items) == 1 else None

    def _may_be_one(self, context: Context, answer: Answer) -> bool:
        """Anything may be a variant; so what is plainly something else has to be ruled out."""
        words = context.words
        others = (Resolution.REFUND, Resolution.STORE_CREDIT)
        options = [Option(other.value, words.label(f"words_{other.value}")) for other in others]
        if find_one(answer.text, options).whole or is_question(answer.text):
            return False
        if says_only_yes(answer.text) or says_only_no(answer.text) or context.turn.intent == "refund_request":
            return names_variant(answer.text)
        about_items = context.turn.intent in {"exchange", "return_start"} or names_variant(answer.text)
        corrects = context.turn.intent == "exchange" or names_size(answer.text)
        return (answer.asked and (answer.loose or about_items)) or corrects


def _names_whole(item: ReturnableItem, wish: str) -> bool:
    """Whether the text is nothing but a variant that is in stock."""
    found = find_one(wish, [Option(variant, variant) for variant in item.variants or ()])
    return found.whole and not found.tied


def _buttons(variants: tuple[str, ...]) -> list[Button]:
    return [button(variant, "inform", variant=variant) for variant in variants[:_MOST_BUTTONS]]
