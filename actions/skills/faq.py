"""Answers of the support team's own entries, word for word, with the shop's numbers filled in."""

import re
from collections.abc import Mapping
from typing import Any

from actions.context import Context, Events, FaqEntry, Handler
from actions.faq_entries import FaqUnavailable
from actions.offers import human, made
from actions.replies import button

NONE_OF_THESE = "none"
_PLACEHOLDER = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


async def faq(context: Context) -> Events:
    picked = context.turn.entity("entry")
    if picked == NONE_OF_THESE:
        return unknown(context, "utter_faq_none_of_these")
    if picked:
        return await picked_entry(context, picked)
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
        return await _answer(context, _entry(candidates[0]))
    if decision == "clarify" and candidates:
        buttons = [button(each["question"], "faq", entry=each["entry"]) for each in candidates]
        none = button(context.words.label("none_of_these"), "faq", entry=NONE_OF_THESE)
        context.say.say("utter_faq_clarify", buttons=[*buttons, none])
        return []
    return unknown(context, "utter_faq_unknown")


def unknown(context: Context, template: str) -> Events:
    context.say.say(template)
    return made(context, human("missing_knowledge"))


async def picked_entry(context: Context, entry_id: str) -> Events:
    """The answer of one entry, if it is published."""
    try:
        entry = await context.faq.entry(entry_id)
    except FaqUnavailable:
        context.say.say("utter_faq_unavailable")
        return made(context, human("tool_failure"))
    return await _answer(context, entry) if entry else unknown(context, "utter_faq_unknown")


async def _answer(context: Context, entry: FaqEntry) -> Events:
    answer = entry.answer
    if _PLACEHOLDER.search(answer):
        facts = (await context.shop.policies()).facts
        if not {match.group(1) for match in _PLACEHOLDER.finditer(answer)} <= facts.keys():
            # An answer with a hole in it is worse than none.
            context.say.say("utter_error_defect")
            return made(context, human("tool_failure"))
        answer = fill(answer, facts)
    context.say.faq(answer, entry=entry.id, version=entry.version)
    return []


def fill(answer: str, facts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: facts[match.group(1)], answer)


def _entry(candidate: Mapping[str, Any]) -> FaqEntry:
    return FaqEntry(
        id=candidate["entry"],
        version=int(candidate["version"]),
        question=candidate["question"],
        answer=candidate["answer"],
    )


HANDLERS: dict[str, Handler] = {"action_faq": faq}
