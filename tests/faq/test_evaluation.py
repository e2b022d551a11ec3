import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from faq.cli import main
from faq.evaluation.matthews import best_matthews, matthews
from faq.evaluation.metrics import Decided, auroc, calibration_error, metrics

Run = Callable[[Any, Any], tuple[int, Path]]
Capture = pytest.CaptureFixture[str]

ROOT = Path(__file__).parents[2]
ENTRIES = [
    {"id": "delivery", "question": "How long does delivery take?", "phrasings": ["delivery time"], "answer": "3 days."},
    {"id": "returns", "question": "Can I return an item?", "phrasings": ["send it back"], "answer": "Yes."},
    {"id": "hours", "question": "When are your shops open?", "answer": "From nine.", "category": "stores"},
]
QUERIES = [
    {"text": "how many days until my parcel arrives", "expected": "delivery"},
    {"text": "i want to send back a shirt", "expected": ["returns", "delivery"]},
    {"text": "what is the capital of mongolia", "expected": None},
]


@pytest.fixture
def faq(faq_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs `python -m faq …` with these lines as E.jsonl and Q.jsonl; gives exit code and the report's path."""
    monkeypatch.setenv("AFTERCARE_DATA", str(faq_data))

    def run(entries: list[object] | str, queries: list[object] | str) -> tuple[int, Path]:
        for name, lines in (("E.jsonl", entries), ("Q.jsonl", queries)):
            text = lines if isinstance(lines, str) else "\n".join(json.dumps(line) for line in lines)
            (tmp_path / name).write_text(text)
        files = [f"--{name}={tmp_path / file}" for name, file in (("entries", "E.jsonl"), ("queries", "Q.jsonl"))]
        return main(["evaluate", *files, f"--out={tmp_path / 'R.json'}"]), tmp_path / "R.json"

    return run


def test_a_report_holds_metrics_and_one_decision_a_query(faq: Run):
    code, path = faq(ENTRIES, QUERIES)

    report = json.loads(path.read_text())
    assert code == 0
    assert [each["text"] for each in report["decisions"]] == [each["text"] for each in QUERIES]
    assert [each["expected"] for each in report["decisions"]] == ["delivery", ["returns", "delivery"], None]
    assert [len(each["candidates"]) for each in report["decisions"]] == [3, 3, 3]
    assert report["decisions"][0]["candidates"][0]["entry"] == "delivery"
    assert report["decisions"][2]["decision"] == "abstain"
    assert report["metrics"]["top1"] == 1.0
    assert report["metrics"]["out_of_scope_recall"] == 1.0
    assert report["metrics"]["auroc"] == 1.0
    assert report["metrics"]["p50_ms"] > 0


@pytest.mark.parametrize(
    ("entries", "queries", "message"),
    [
        ("", QUERIES, "E.jsonl: there is no entry in it"),
        ([*ENTRIES, ENTRIES[0]], QUERIES, "E.jsonl:4: the id 'delivery' stands in the file twice"),
        ('{"id": "a", "question": "q", "answer": "a"}\n\n{"id": ', QUERIES, "E.jsonl:3: not JSON"),
        ('{"id": "a", "question": "  ", "answer": "a"}', QUERIES, "E.jsonl:1: `question` must be a text"),
        ("[1]", QUERIES, "E.jsonl:1: not a JSON object"),
        ('{"id": "a", "question": "q", "answer": "a", "phrasings": "p"}', QUERIES, "E.jsonl:1: `phrasings` must be"),
        (ENTRIES, '{"text": "t"}', "Q.jsonl:1: `expected` is missing"),
        (ENTRIES, '{"text": 1, "expected": null}', "Q.jsonl:1: `text` must be a text"),
        (ENTRIES, '{"text": "t", "expected": {}}', "Q.jsonl:1: `expected` must be"),
        ('{"id": "a", "question": "q"}', QUERIES, "E.jsonl:1: `answer` must be a text"),
    ],
)
def test_a_file_of_another_form_is_told_in_one_line(
    faq: Run, capsys: Capture, entries: Any, queries: Any, message: str
):
    code, _ = faq(entries, queries)

    error = capsys.readouterr().err
    assert code == 1
    assert message in error
    assert error.count("\n") == 1


def test_a_question_that_expects_an_unknown_entry_counts_as_missed(faq: Run, capsys: Capture):
    code, path = faq(ENTRIES, [*QUERIES, {"text": "what do you pay", "expected": "wages"}])

    assert code == 0
    assert capsys.readouterr().err == "faq: warning: no entry is called wages, which questions expect\n"
    assert json.loads(path.read_text())["metrics"]["top1"] == pytest.approx(2 / 3)


def test_bytes_that_are_no_text_are_told_with_their_line(capsys: Capture, tmp_path: Path):
    (tmp_path / "E.jsonl").write_bytes(b'{"id": "a", "question": "q", "answer": "a"}\n\xff\xfe\n')

    assert main(["import", str(tmp_path / "E.jsonl")]) == 1
    assert "E.jsonl:2: not UTF-8" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "nowhere.jsonl")]) == 1
    assert "nowhere.jsonl: No such file" in capsys.readouterr().err


def test_cross_validation_runs_from_the_shell(faq_data: Path, tmp_path: Path):
    path = tmp_path / "E.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in ENTRIES))
    command = [sys.executable, "-m", "faq", "cross-validate", "--entries", str(path)]
    made = subprocess.run(
        command, cwd=ROOT, env={"AFTERCARE_DATA": str(faq_data)}, capture_output=True, text=True, check=True
    )

    assert "top1" in made.stdout


def decided(expected: str | None, said: str, probability: float, *ranking: str) -> Decided:
    return Decided((expected,) if expected else (), said, probability, probability, ranking)  # type: ignore[arg-type] - a Kind


def test_the_figures_are_those_of_a_hand_made_example():
    figures = metrics(
        [
            decided("a", "answer", 0.9, "a", "b", "c"),
            decided("a", "clarify", 0.6, "b", "a", "c"),
            decided("a", "abstain", 0.2, "b", "c", "d", "a"),
            decided(None, "abstain", 0.1, "a", "b", "c"),
            decided(None, "answer", 0.7, "a", "b", "c"),
        ]
    )

    assert figures["top1"] == pytest.approx(1 / 3)
    assert figures["top3"] == pytest.approx(2 / 3)
    assert figures["mrr"] == pytest.approx((1 + 1 / 2 + 1 / 4) / 3)
    assert (figures["out_of_scope_recall"], figures["out_of_scope_precision"]) == (0.5, 0.5)
    assert figures["coverage"] == pytest.approx(1 / 3)
    assert figures["answer_precision"] == 0.5
    assert figures["auroc"] == pytest.approx(4 / 6)
    assert figures["matthews_scope"] == pytest.approx((2 * 1 - 1 * 1) / (3 * 3 * 2 * 2) ** 0.5)
    assert figures["calibration_error"] == pytest.approx((0.1 + 0.6 + 0.2 + 0.1 + 0.7) / 5)


def test_figures_that_the_data_cannot_give_are_absent():
    assert auroc([0.5], []) is None
    assert auroc([0.5, 0.5], [0.5]) == 0.5
    assert matthews(["a"], ["a"]) is None
    assert calibration_error([], []) is None
    assert calibration_error([1.0], [True]) == 0.0


def test_the_best_threshold_is_found_for_the_correlation_of_several_classes():
    true, first = ["a", "b", None, None], ["a", "a", "a", "b"]

    cuts = [[name if place < cut else None for place, name in enumerate(first)] for cut in range(5)]
    assert best_matthews(true, first, [0.9, 0.8, 0.3, 0.2]) == max(matthews(true, cut) or 0.0 for cut in cuts)
    assert best_matthews(["a", "b", None], ["a", "b", "a"], [0.9, 0.8, 0.1]) == 1.0
    assert matthews(["a", "b", None], ["a", "b", "a"]) == pytest.approx(3 / (6 * 4) ** 0.5)


def test_a_target_reports_what_it_gives_with_and_without_questions_out_of_scope():
    figures = metrics([decided("a", "answer", 0.9, "a"), decided(None, "answer", 0.9, "a")])
    assert figures["answer_precision"] == 0.5
    assert figures["answer_precision_in_scope"] == 1.0
    assert figures["answered"] == 1.0
