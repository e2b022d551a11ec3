import math
from typing import Any

# Figure → (what it is called, unit, digits, path in the results).
ROWS = (
    ("Time to ready", "s", 1, ("seconds_to_ready",)),
    ("Time to train", "s", 1, ("seconds_to_train",)),
    ("Time of processors to train", "s", 1, ("processor_seconds_to_train",)),
    ("Resident memory, all processes", "MiB", 0, ("memory_mebibytes",)),
    ("FAQ turn, 1 customer, p50", "ms", 1, ("faq_turn_1", "p50")),
    ("FAQ turn, 1 customer, p95", "ms", 1, ("faq_turn_1", "p95")),
    ("FAQ turn, 20 customers, p50", "ms", 1, ("faq_turn_20", "p50")),
    ("FAQ turn, 20 customers, p95", "ms", 1, ("faq_turn_20", "p95")),
    ("FAQ turns per second, 20 customers", "/s", 1, ("faq_turn_20", "per_second")),
    ("Form turn, 1 customer, p50", "ms", 1, ("form_turn_1", "p50")),
    ("Form turn, 1 customer, p95", "ms", 1, ("form_turn_1", "p95")),
    ("Form turn, 20 customers, p50", "ms", 1, ("form_turn_20", "p50")),
    ("Form turn, 20 customers, p95", "ms", 1, ("form_turn_20", "p95")),
    ("Form turns per second, 20 customers", "/s", 1, ("form_turn_20", "per_second")),
    ("FAQ edit to live answer", "s", 2, ("seconds_from_edit_to_live",)),
    ("FAQ top-1 accuracy, in scope", "", 3, ("faq_top_1",)),
    ("FAQ out-of-scope recall", "", 3, ("out_of_scope_recall",)),
)

FULL = 100  # epochs of the default configuration
# Of a stock assistant that was trained for fewer epochs: what would take longer, and what it says nothing about.
LONGER = {"seconds_to_train", "processor_seconds_to_train", "seconds_from_edit_to_live"}
UNKNOWN = {"faq_top_1", "out_of_scope_recall"}


def table(results: dict[str, Any]) -> str:
    """A Markdown table with the ratio of Aftercare to stock Rasa; an edit of stock Rasa is a training and a restart."""
    ours, stock = results["aftercare"], dict(results["stock"])
    stock["seconds_from_edit_to_live"] = stock["seconds_to_train"] + stock["seconds_to_ready"]
    machine = results["machine"]
    lines = [
        f"Measured by `make bench` in one run, on {machine['cores']} cores and {machine['memory_gibibytes']} GiB.",
        "",
        "| | Aftercare | stock Rasa | ratio |",
        "|---|---:|---:|---:|",
    ]
    for label, unit, digits, path in ROWS:
        mine, theirs = look_up(ours, path), look_up(stock, path)
        cells = [f"{value:.{digits}f} {unit}".strip() for value in (mine, theirs)]
        ratio = f"{mine / theirs:.2f}"
        if results["stock_epochs"] != FULL and path[0] in LONGER:
            cells[1], ratio = f"> {cells[1]}", f"< {math.ceil(100 * mine / theirs) / 100:.2f}"
        elif results["stock_epochs"] != FULL and path[0] in UNKNOWN:
            cells[1], ratio = "not measured", ""
        lines.append(f"| {label} | {cells[0]} | {cells[1]} | {ratio} |")
    return "\n".join(lines) + "\n"


def look_up(figures: dict[str, Any], path: tuple[str, ...]) -> float:
    value: Any = figures
    for name in path:
        value = value[name]
    return float(value)
