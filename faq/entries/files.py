"""Reading entries, golden questions and questions from JSON Lines, as `import` and `evaluate` take them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from faq.entries.models import Content
from faq.entries.schemas import ContentFields
from faq.entries.validation import cleaned
from faq.errors import InvalidFile
from faq.exchange import records
from faq.exchange.records import GoldenRecord, Trouble


@dataclass(frozen=True, slots=True)
class Query:
    """`expected`: the entries that answer it; empty where the question is out of scope."""

    text: str
    expected: tuple[str, ...]


def read_entries(path: Path) -> dict[str, Content]:
    """By id, in the order of the file, golden questions left out. Raises InvalidFile with the line."""
    entries: dict[str, Content] = {}
    for line, record in _records(path):
        if "golden" in record:
            continue
        entry = _text(path, line, record, "id")
        if entry in entries:
            raise InvalidFile(path, line, f"the id {entry!r} stands in the file twice")
        phrasings = record.get("phrasings") or []
        if not isinstance(phrasings, list) or not all(isinstance(each, str) for each in phrasings):
            raise InvalidFile(path, line, "`phrasings` must be a list of texts")
        if not isinstance(record.get("answer"), str):
            raise InvalidFile(path, line, "`answer` must be a text")
        entries[entry] = _content(path, line, record)
    if not entries:
        raise InvalidFile(path, None, "there is no entry in it")
    return entries


def read_goldens(path: Path) -> list[GoldenRecord]:
    """The golden questions among the entries. Raises InvalidFile with the line."""
    found = []
    for line, members in _records(path):
        golden = records.record(line, members) if "golden" in members else None
        if isinstance(golden, Trouble):
            raise InvalidFile(path, line, golden.problem)
        if isinstance(golden, GoldenRecord):
            found.append(golden)
    return found


def _content(path: Path, line: int, record: dict[str, Any]) -> Content:
    _text(path, line, record, "question")
    _optional(path, line, record, "category")
    _optional(path, line, record, "language")
    known = {name: record[name] for name in ContentFields.model_fields if record.get(name) is not None}
    try:
        content = ContentFields.model_validate(known).content()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidFile(path, line, f"`{name}`: {first['msg']}") from None
    return cleaned(content)


def read_queries(path: Path) -> list[Query]:
    queries = []
    for line, record in _records(path):
        text = record.get("text")
        if not isinstance(text, str):
            raise InvalidFile(path, line, "`text` must be a text")
        if "expected" not in record:
            raise InvalidFile(path, line, "`expected` is missing: an id, a list of ids, or null for out of scope")
        expected = record["expected"]
        ids = [] if expected is None else [expected] if isinstance(expected, str) else expected
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            raise InvalidFile(path, line, "`expected` must be an id, a list of ids, or null")
        queries.append(Query(text, tuple(ids)))
    if not queries:
        raise InvalidFile(path, None, "there is no question in it")
    return queries


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise InvalidFile(path, None, error.strerror or "can't be read") from None
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            record = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
        except UnicodeDecodeError:
            raise InvalidFile(path, number, "not UTF-8") from None
        except json.JSONDecodeError as error:
            raise InvalidFile(path, number, f"not JSON ({error.msg}, column {error.colno})") from None
        if not isinstance(record, dict):
            raise InvalidFile(path, number, "not a JSON object")
        yield number, record


def _text(path: Path, line: int, record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidFile(path, line, f"`{name}` must be a text that is not empty")
    return value.strip()


def _optional(path: Path, line: int, record: dict[str, Any], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidFile(path, line, f"`{name}` must be a text or absent")
    return value.strip() or None if value else None
