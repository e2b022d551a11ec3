"""What the gateway is told of a question for the FAQ, so that curators see what is missing."""

from typing import Any

from tests.actions.conversation import Conversation

FITTING = [
    {"entry": "return-window", "version": 3, "question": "How long?", "probability": 0.9, "answer": "30 days."},
    {"entry": "refund-time", "version": 1, "question": "When?", "probability": 0.4, "answer": "Soon."},
]
TOLD = [
    {"entry": "return-window", "version": 3, "probability": 0.9},
    {"entry": "refund-time", "version": 1, "probability": 0.4},
]


def found(decision: str) -> dict[str, Any]:
    return {"available": True, "decision": decision, "candidates": FITTING}


async def test_every_fate_of_a_question_is_told_with_the_candidates(talk: Conversation) -> None:
    for decision, outcome in [("answer", "answered"), ("clarify", "clarified"), ("abstain", "unknown")]:
        await talk.says("how long?", "faq", faq=found(decision))
        assert talk.directive["question"] == {"outcome": outcome, "candidates": TOLD}
    await talk.says("who won the cup?", "out_of_scope", faq=found("abstain"))
    assert talk.directive["question"]["outcome"] == "unknown"


async def test_a_choice_is_told_with_the_entry_and_a_refused_one_without(talk: Conversation) -> None:
    await talk.presses("faq", entry="return-window")
    assert talk.directive["question"] == {"outcome": "chosen", "candidates": [], "entry": "return-window"}
    await talk.presses("faq", entry="none")
    assert talk.directive["question"] == {"outcome": "rejected", "candidates": []}
    await talk.presses("faq", entry="unpublished-meanwhile")
    assert "question" not in talk.directive


async def test_what_is_not_understood_is_told_up_to_the_hand_off(talk: Conversation) -> None:
    for text in ("florp", "i said florp", "florp!!"):
        await talk.says(text, "nlu_fallback")
        assert talk.directive["question"]["outcome"] == "not_understood"
    assert talk.directive["handoff"]["reason"] == "misunderstanding"


async def test_an_answer_to_a_form_that_is_not_understood_is_no_question(talk: Conversation) -> None:
    await talk.says("I want to return something", "return_start")
    await talk.says("florp", "nlu_fallback")
    assert talk.form
    assert "question" not in talk.directive
