import json
from collections.abc import Sequence

from faq.entries.models import Content
from faq.exchange.records import Found, Parsed, Trouble, plain, plain_golden, record, sorted_out
from faq.gate.models import Golden


def read(text: str) -> Parsed:
    """One JSON object a line."""
    found: list[Found] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            members = json.loads(line)
        except json.JSONDecodeError as error:
            found.append(Trouble(number, f"not JSON ({error.msg}, column {error.colno})"))
            continue
        if not isinstance(members, dict):
            found.append(Trouble(number, "not a JSON object"))
            continue
        found.append(record(number, members))
    return sorted_out(found)


def write(entries: dict[str, Content], goldens: Sequence[Golden]) -> str:
    records = [*(plain(entry, content) for entry, content in entries.items()), *map(plain_golden, goldens)]
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in records)
