"""Answers of the support team's own entries, word for word, with the shop's numbers filled in."""

from typing import Any

import structlog
from rasa_sdk.events import SlotSet

from actions.abroad import none_of_these, only_in
from actions.context import Context, Events, FaqEntry, Handler
from actions.faq_entries import FaqUnavailable, read_entry
from actions.offers import human, made
from actions.question import Outcome, question
from actions.reading.choices import speaks_of
from actions.replies import Button, button
from actions.skills.human import HAND_OVER_AT, hand_over, misunderstood
from common import placeholders

log = structlog.get_logger(__name__)

NONE_OF_THESE = "none"
# More are not read; the last says that it is none of them.
MOST_BUTTONS = 3


async def faq(context: Context) -> Events:
    picked = context.turn.entity("entry")
    if picked == NONE_OF_THESE:
        return unknown(context, "utter_faq_none_of_these", "rejected")
    if picked:
        return await picked_entry(context, picked, chosen=True)
    return await by_decision(context)


async def by_decision(context: Context) -> Events:
    """What the index decided for this message's text."""
    found = context.turn.faq
    candidates = list(found.get("candidates") or [])
    decision = found.get("decision")
    if not found.get("available", bool(found)):
        context.say.say("utter_faq_unavailable")
        return made(context, human("tool_failure"))
    if decision == "answer" and candidates:
        return await _answer(context, read_entry(candidates[0]), question(context, "answered"))
    if decision == "clarify" and candidates:
        offered = candidates[: MOST_BUTTONS - 1]
        buttons = [button(each["question"], "faq", entry=each["entry"]) for each in offered]
        none = button(none_of_these(context), "faq", entry=NONE_OF_THESE)
        language = only_in(context, read_entry(candidates[0]))
        told = question(context, "clarified")
        if language:
            template = "utter_faq_clarify_only_in"
            context.say.say(template, buttons=[*buttons, none], directives=told, language=language)
        else:
            context.say.say("utter_faq_clarify", buttons=[*buttons, none], directives=told)
        return []
    if context.turn.previous_bot_messages() and speaks_of(context.turn.text, "presence"):
        return await context.skills["action_greet"](context)
    return unknown(context, "utter_faq_unknown")


def unknown(context: Context, template: str, outcome: Outcome = "unknown") -> Events:
    """Counts as not understood: a person is offered, and the third time in a row fetched."""
    count, asked = misunderstood(context), question(context, outcome)
    if count >= HAND_OVER_AT:
        return hand_over(context, "utter_misunderstood_handoff", "missing_knowledge", directives=asked)
    context.say.say(template, directives=asked)
    return [SlotSet("misunderstood", count), *made(context, human("missing_knowledge"))]


async def picked_entry(context: Context, entry_id: str, *, chosen: bool = False) -> Events:
    """The answer of one entry, if it is published. `chosen`: by the customer, who was asked which one is meant."""
    try:
        entry = await context.faq.entry(entry_id, signed_in=context.turn.signed_in, tier=context.turn.tier)
    except FaqUnavailable as error:
        log.warning("faq_unavailable", conversation=context.turn.conversation, entry=entry_id, error=str(error))
        context.say.troubles("faq", "unavailable")
        context.say.say("utter_faq_unavailable")
        return made(context, human("tool_failure"))
    if entry is None:
        return unknown(context, "utter_faq_unknown")
    return await _answer(context, entry, question(context, "chosen", entry=entry.id) if chosen else {})


async def _answer(context: Context, entry: FaqEntry, asked: dict[str, Any]) -> Events:
    answer = entry.answer
    if wanted := placeholders.names(answer):
        facts = (await context.shop.policies()).facts
        if not wanted <= facts.keys():
            # An answer with a hole in it is worse than none.
            log.error("faq_answer_lacks_facts", entry=entry.id, missing=sorted(wanted - facts.keys()))
            context.say.troubles("shop", "facts_missing")
            context.say.say("utter_error_defect")
            return made(context, human("tool_failure"))
        answer = placeholders.fill(answer, facts)
    if language := only_in(context, entry):
        context.say.say("utter_faq_only_in", language=language)
    context.say.faq(answer, entry=entry.id, version=entry.version, buttons=_buttons(context, entry), directives=asked)
    return [SlotSet("misunderstood", None)]


def _buttons(context: Context, entry: FaqEntry) -> list[Button]:
    """What the entry lets customers start, then what they may want to know next. Skills have one language only."""
    start = [button(*entry.button)] if entry.button and not context.say.language else []
    return start + [button(question, "faq", entry=other) for other, question in entry.related]


HANDLERS: dict[str, Handler] = {"action_faq": faq}
