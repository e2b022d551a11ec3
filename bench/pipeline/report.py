from typing import Any

COST_MS = 15.0
GROWTH = 1.2
KEPT_UP = 0.97  # of the turns a second that were wanted: the last answers come after the last question
FLAT = 1.05  # memory at the end, to that after a third of the time


def table(figures: dict[str, Any]) -> str:
    """A Markdown table: each figure beside the bound that it should keep."""
    cost, growth, crowd = figures["cost"], figures["growth"], figures["crowd"]
    rows = [
        ("A turn through the gateway, p50", f"{cost['through_the_gateway_ms']:.1f} ms", ""),
        ("The same turn at Rasa's channel, p50", f"{cost['rasa_alone_ms']:.1f} ms", ""),
        ("What the gateway costs", f"{cost['cost_ms']:.1f} ms", kept(cost["cost_ms"], COST_MS, "ms")),
        (
            f"Turn {growth['turns']} of a conversation / its 10th",
            f"{growth['ratio']:.2f}",
            kept(growth["ratio"], GROWTH),
        ),
        (
            f"{crowd['sockets']} open sockets for {crowd['seconds'] / 60:.1f} min",
            f"{crowd['per_second']:.1f} turns/s, p50 {crowd['p50_ms']:.0f} ms, p95 {crowd['p95_ms']:.0f} ms",
            kept_up(crowd["per_second"], crowd["rate"]),
        ),
    ]
    for name, label in (("gateway", "the gateway"), ("all", "all processes")):
        early, late = crowd[f"{name}_mib_after_a_third"], crowd[f"{name}_mib_at_the_end"]
        rows.append(
            (f"Memory of {label}, second third → last", f"{early:.0f} → {late:.0f} MiB", kept(late / early, FLAT))
        )
    lines = ["| | measured | bound |", "|---|---:|---|", *(f"| {a} | {b} | {c} |" for a, b, c in rows)]
    return "\n".join(lines) + "\n"


def kept_up(per_second: float, rate: float) -> str:
    verdict = "kept" if per_second >= rate * KEPT_UP else "**not kept**: nothing below was measured at this rate"
    return f"{rate:g} turns/s: {verdict}"


def kept(value: float, bound: float, unit: str = "") -> str:
    verdict = "kept" if value <= bound else "**not kept**"
    return f"≤ {bound:g} {unit}".rstrip() + f": {verdict}"
