"""Entries on their way in and out of files: a record holds the members of an entry as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from faq.entries.models import Content
from faq.entries.schemas import ContentFields
from faq.entries.validation import check, check_id, cleaned
from faq.errors import InvalidEntry

MEMBERS = tuple(ContentFields.model_fields)


@dataclass(frozen=True, slots=True)
class Trouble:
    """`line` of the file, from 1 on; for a page's questions their number."""

    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Record:
    """`entry` is missing where the file's shape has no ids."""

    line: int
    entry: str | None
    content: Content


Parsed = tuple[list[Record], list[Trouble]]


def record(line: int, members: Mapping[str, Any], *, strict: bool = True) -> Record | Trouble:
    """`strict`: a member that no entry has is trouble, not noise."""
    given = {name: value for name, value in members.items() if value not in (None, "", [])}
    unknown = sorted(set(given) - {*MEMBERS, "id"})
    if unknown and strict:
        return Trouble(line, f"{unknown[0]}: no entry has that; known are id, {', '.join(MEMBERS)}")
    try:
        fields = ContentFields.model_validate({name: given[name] for name in MEMBERS if name in given}, strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])
        return Trouble(line, f"{name}: {'is missing' if first['type'] == 'missing' else first['msg'].lower()}")
    return checked(line, given.get("id"), fields.content())


def checked(line: int, entry: object, content: Content) -> Record | Trouble:
    if entry is not None and not isinstance(entry, str):
        return Trouble(line, "id: is not a text")
    content = cleaned(content)
    try:
        if entry is not None:
            check_id(entry)
        check(content)
    except InvalidEntry as error:
        return Trouble(line, str(error))
    return Record(line, entry, content)


def plain(entry: str, content: Content) -> dict[str, Any]:
    """The members of an entry that say something, as JSON and YAML can hold them."""
    fields = ContentFields.of(content).model_dump(mode="json")
    empty = ContentFields(question="", answer="").model_dump(mode="json")
    kept = {name: value for name, value in fields.items() if name in ("question", "answer") or value != empty[name]}
    return {"id": entry, **kept}


def sorted_out(found: list[Record | Trouble]) -> Parsed:
    """Records apart from troubles; an id that stands twice is trouble."""
    records: list[Record] = []
    troubles = [each for each in found if isinstance(each, Trouble)]
    seen: dict[str, int] = {}
    for each in found:
        if isinstance(each, Trouble):
            continue
        if each.entry is not None and each.entry in seen:
            troubles.append(Trouble(each.line, f"id: {each.entry} stands on line {seen[each.entry]} already"))
            continue
        if each.entry is not None:
            seen[each.entry] = each.line
        records.append(each)
    return records, sorted(troubles, key=lambda trouble: trouble.line)
