"""CSV: a row an entry or a golden question, lists one element a line within their cell. Two columns are enough."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from faq.entries.models import Content
from faq.exchange.records import MEMBERS, Found, Parsed, Trouble, plain, plain_golden, record, sorted_out
from faq.gate.models import Golden

COLUMNS = ("id", *(name for name in MEMBERS if name != "button"), "button_title", "button_skill", "golden", "expected")
NEEDED = (("question", "answer"), ("golden", "expected"))  # of one of them both
LISTS = ("phrasings", "tags", "tiers", "related")
_NAMES = {"questions": "question", "answers": "answer", "q": "question", "a": "answer", "name": "id", "text": "answer"}


def read(text: str) -> Parsed:
    """The first row names the columns, in any order; commas, semicolons or tabs between them."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    found: list[Found] = []
    columns: list[str] = []
    start = 1
    try:
        for row in rows:
            line, start = start, rows.line_num + 1
            if not any(cell.strip() for cell in row):
                continue
            if not columns:
                columns = [_column(cell) for cell in row]
                if trouble := _wrong_columns(line, columns):
                    return Parsed.wrong(trouble.line, trouble.problem)
                continue
            found.append(_record(line, columns, row))
    except csv.Error as error:
        found.append(Trouble(start, f"not CSV: {error}"))
    if not columns:
        return Parsed.wrong(1, "the file is empty: its first line names the columns")
    return sorted_out(found)


def write(entries: dict[str, Content], goldens: Sequence[Golden]) -> str:
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    rows.writeheader()
    for entry, content in entries.items():
        members = plain(entry, content)
        button = members.pop("button", None) or {}
        cells = {name: "\n".join(value) if name in LISTS else value for name, value in members.items()}
        rows.writerow(cells | {f"button_{name}": value for name, value in button.items()})
    rows.writerows(plain_golden(golden) for golden in goldens)
    return out.getvalue()


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _column(cell: str) -> str:
    name = cell.strip().lower().replace(" ", "_")
    return _NAMES.get(name, name)


def _wrong_columns(line: int, columns: list[str]) -> Trouble | None:
    if unknown := [name for name in columns if name not in COLUMNS]:
        return Trouble(line, f"no column is called {unknown[0] or 'nothing'}; known are {', '.join(COLUMNS)}")
    if twice := [name for name in columns if columns.count(name) > 1]:
        return Trouble(line, f"the column {twice[0]} stands there twice")
    missing = [[name for name in names if name not in columns] for names in NEEDED]
    half = [names for names in missing if len(names) == 1]
    if half or all(missing):
        return Trouble(line, f"the column {(half or missing)[0][0]} is missing")
    return None


def _record(line: int, columns: list[str], row: list[str]) -> Found:
    if len(row) != len(columns):
        return Trouble(line, f"cells: {len(row)}, where the first line has {len(columns)} columns")
    members: dict[str, Any] = dict(zip(columns, row, strict=True))
    for name in LISTS:
        if name in members:
            members[name] = [part for part in members[name].split("\n") if part.strip()]
    title, skill = members.pop("button_title", ""), members.pop("button_skill", "")
    if title or skill:
        members["button"] = {"title": title, "skill": skill}
    return record(line, members)
