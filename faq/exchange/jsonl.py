import json

from faq.entries.models import Content
from faq.exchange.records import Parsed, Record, Trouble, plain, record, sorted_out


def read(text: str) -> Parsed:
    """One JSON object a line."""
    found: list[Record | Trouble] = []
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


def write(entries: dict[str, Content]) -> str:
    lines = (json.dumps(plain(entry, content), ensure_ascii=False) for entry, content in entries.items())
    return "".join(f"{line}\n" for line in lines)
