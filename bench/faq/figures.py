"""The figures of one method on one set, all methods alike."""

from dataclasses import dataclass

from bench.faq.baselines import Scores
from bench.faq.sets import Set
from faq.encoder.ports import Encoder
from faq.evaluation.metrics import Decided, metrics
from faq.evaluation.running import evaluate
from faq.index.decision import Thresholds

LOOKED_AT = 10
COLUMNS = {
    "top1": "top 1",
    "mrr": "MRR",
    "auroc": "AUROC",
    "best_matthews": "best MCC",
    "matthews": "balanced MCC",
    "lost": "lost",
    "answer_precision_in_scope": "right of 0.9, in scope",
    "coverage": "answered, in scope",
    "answer_precision": "right of 0.9, all",
    "answered": "answered, all",
    "seconds": "seconds to build",
}
Row = dict[str, float | int | None]


@dataclass(frozen=True)
class Measured:
    data: str
    method: str
    figures: Row


def of_scores(data: Set, scores: Scores) -> Row:
    """The best score is also how sure the method is; it has no threshold of its own."""
    names = list(data.entries)
    order = (-scores).argsort(axis=1, kind="stable")[:, :LOOKED_AT]
    sure = scores.max(axis=1)
    decided = [
        Decided(query.expected, "answer", float(each), float(each), tuple(names[entry] for entry in best))
        for query, each, best in zip(data.queries, sure, order, strict=True)
    ]
    found = metrics(decided)
    return {name: found[name] for name in ("top1", "mrr", "auroc", "best_matthews")}


def of_ours(data: Set, encoder: Encoder, target: float) -> Row:
    balanced = evaluate(encoder, data.entries, data.queries, Thresholds())["metrics"]
    sure = evaluate(encoder, data.entries, data.queries, Thresholds(target))["metrics"]
    found: Row = {name: balanced[name] for name in ("top1", "mrr", "auroc", "best_matthews", "matthews")}
    if data.has_outside:
        found["lost"] = balanced["best_matthews"] - balanced["matthews"]
    found |= {name: sure[name] for name in ("answer_precision_in_scope", "coverage", "answer_precision", "answered")}
    return found | {"seconds": balanced["build_seconds"]}


def table(measured: list[Measured]) -> str:
    lines = [f"| set | method | {' | '.join(COLUMNS.values())} |", "|---|---|" + "---:|" * len(COLUMNS)]
    for each in measured:
        cells = [_cell(name, each.figures.get(name)) for name in COLUMNS]
        lines.append(f"| {each.data} | {each.method} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if name == "seconds" else f"{value:.3f}"
