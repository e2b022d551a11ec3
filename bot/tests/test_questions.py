from typing import Any, Dict, List

import pytest
from questions import outcome


def parsed(intent: str, decision: str, entries: List[str]) -> Dict[str, Any]:
    return {"intent": {"name": intent}, "faq": {"decision": decision, "candidates": [{"entry": e} for e in entries]}}


@pytest.mark.parametrize(
    ("intent", "decision", "entries", "expected", "becomes"),
    [
        ("faq", "answer", ["a", "b"], "a", "right"),
        ("faq", "answer", ["b", "a"], "a", "wrong"),
        ("faq", "answer", ["b"], ["a", "b"], "right"),
        ("faq", "clarify", ["b", "a"], "a", "choice"),
        ("faq", "clarify", ["b", "c"], "a", "wrong"),
        ("faq", "abstain", ["a"], "a", "unknown"),
        ("faq", "answer", ["a"], None, "wrong"),
        ("out_of_scope", "answer", ["a"], "a", "unknown"),
        ("nlu_fallback", "abstain", [], None, "unknown"),
        ("order_status", "answer", ["a"], "a", "skill"),
    ],
)
def test_what_becomes_of_a_question(
    intent: str, decision: str, entries: List[str], expected: Any, becomes: str
) -> None:
    assert outcome(parsed(intent, decision, entries), expected) == becomes
