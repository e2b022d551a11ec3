"""A result as JSON and as a table for people."""

from collections import Counter
from typing import Any

from tests.faults.checker import KINDS
from tests.faults.record import Stored
from tests.faults.run import Result
from tests.faults.writes import confirmations


def as_json(result: Result) -> dict[str, Any]:
    record, options = result.record, result.options
    bot = [
        event
        for stored in record.stored.values()
        for event in stored.events
        if event.type == "message" and event.author == "bot"
    ]
    troubled = {finding.conversation for finding in result.findings}
    troubled |= {talk.conversation for talk in record.talks if talk.ended in {"gave up", "got nowhere"}}
    said = Counter(str((event.body.get("source") or {}).get("name")) for event in bot)
    return {
        "seed": options.seed,
        "minutes": options.minutes,
        "customers": options.customers,
        "conversations": len(record.talks),
        "ends": dict(Counter(f"{talk.scenario}: {talk.ended}" for talk in record.talks)),
        "messages": sum(len(talk.sent) for talk in record.talks),
        "answers": len({event.transaction for event in bot}),
        "handoffs": sum(
            event.type == "handoff" and event.body.get("state") == "assigned"
            for stored in record.stored.values()
            for event in stored.events
        ),
        "writes": dict(Counter(write.kind for write in record.writes)),
        "confirmed": dict(Counter(kind for each in record.stored.values() for kind, _ in confirmations(each))),
        "faults": dict(sorted(result.faults.items())),
        "fault_count": result.faults.total(),
        "missed_faults": dict(sorted(result.missed.items())),
        "apologies": {name: count for name, count in said.items() if name.startswith(("assistant_", "utter_error_"))},
        "settled_after": round(result.settled_after, 1),
        "found": {kind: sum(finding.kind == kind for finding in result.findings) for kind in KINDS},
        "findings": [
            {"kind": finding.kind, "conversation": finding.conversation, "detail": finding.detail}
            for finding in result.findings
        ],
        "transcripts": {
            talk.conversation: transcript(record.stored[talk.conversation])
            for talk in record.talks
            if talk.conversation in troubled and talk.conversation in record.stored
        },
    }


def transcript(stored: Stored) -> list[str]:
    lines = []
    for event in stored.events:
        body = event.body
        about = body.get("state") or (body.get("source") or {}).get("call") or (body.get("source") or {}).get("name")
        lines.append(f"{event.seq} {event.author} {event.type} [{about or ''}] {body.get('text') or ''}"[:160])
    return lines


def as_table(report: dict[str, Any]) -> str:
    rows = [
        ("seed", report["seed"]),
        ("minutes", report["minutes"]),
        ("customers at a time", report["customers"]),
        ("conversations", report["conversations"]),
        ("messages acknowledged", report["messages"]),
        ("answers", report["answers"]),
        ("taken by an advisor", report["handoffs"]),
        ("writes in the shop", _counted(report["writes"])),
        ("faults", report["fault_count"]),
        *((f"  {name}", count) for name, count in report["faults"].items()),
        ("faults not possible then", _counted(report["missed_faults"])),
        ("apologies", _counted(report["apologies"])),
        *((f"  {name}", count) for name, count in sorted(report["ends"].items())),
        ("seconds to settle", report["settled_after"]),
        *((kind.replace("_", " "), count) for kind, count in report["found"].items()),
    ]
    lines = [f"{name:<26}{value}" for name, value in rows]
    for each in report["findings"]:
        lines.append(f"{each['kind']}: {each['conversation']}: {each['detail']}")
        lines += [f"  {line}" for line in report["transcripts"].get(each["conversation"], [])]
    return "\n".join(lines)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "0"
