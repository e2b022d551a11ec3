"""Asks the trained bot the FAQ's evaluation questions as an anonymous visitor would: what becomes of each."""

import asyncio
import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

from components.weighing import FAQ, NOT_UNDERSTOOD, OUT_OF_SCOPE
from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

OUTCOMES = ("right", "choice", "unknown", "wrong", "skill")


def outcome(parsed: Dict[str, Any], expected: Any) -> str:
    """`choice`: the right entry is offered among others. `skill`: it is taken for the visitor's own case.

    `expected` is an entry, a list of entries, or None where no entry answers: then `unknown` is what is right.
    """
    entries = [expected] if isinstance(expected, str) else expected or []
    intent, faq = parsed["intent"]["name"], parsed["faq"]
    if intent not in {FAQ, OUT_OF_SCOPE, NOT_UNDERSTOOD}:
        return "skill"
    if intent != FAQ or faq["decision"] == "abstain":
        return "unknown"
    offered = [candidate["entry"] for candidate in faq["candidates"]]
    if faq["decision"] == "answer":
        return "right" if offered[0] in entries else "wrong"
    return "choice" if set(offered) & set(entries) else "wrong"


def question_metrics(model: Path, path: Path) -> Dict[str, Dict[str, int]]:
    """Outcomes, counted, of the questions that an entry answers and of those that none does."""
    configure_structlog(logging.WARNING)  # Rasa writes every parsed message otherwise
    queries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    parsed = asyncio.run(_ask(Agent.load(str(model)), [query["text"] for query in queries]))
    counted = {"in_scope": Counter(), "out_of_scope": Counter()}
    for query, answer in zip(queries, parsed, strict=True):
        counted["in_scope" if query["expected"] else "out_of_scope"][outcome(answer, query["expected"])] += 1
    return {scope: {name: counts[name] for name in OUTCOMES} for scope, counts in counted.items()}


async def _ask(agent: Agent, texts: List[str]) -> List[Dict[str, Any]]:
    return [await agent.parse_message(text) for text in texts]
