"""Entries and golden questions on their way in and out of files, where each is a record of plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from faq.entries.models import Content
from faq.entries.schemas import ContentFields
from faq.entries.validation import check, check_id, cleaned
from faq.errors import InvalidEntry
from faq.gate.goldens import cleaned_golden
from faq.gate.models import Golden

MEMBERS = tuple(ContentFields.model_fields)
GOLDEN = ("golden", "expected", "language")


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


@dataclass(frozen=True, slots=True)
class GoldenRecord:
    """`expected`: the entry that must answer; None: no entry may."""

    line: int
    text: str
    expected: str | None
    language: str | None

    @property
    def key(self) -> tuple[str, str]:
        """Of two golden questions with the same one there is only one."""
        return golden_key(self.text, self.language)


Found = Record | GoldenRecord | Trouble


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds, each in its order."""

    entries: list[Record]
    goldens: list[GoldenRecord]
    troubles: list[Trouble]

    @classmethod
    def wrong(cls, line: int, problem: str) -> "Parsed":
        """Nothing of the file can be read."""
        return cls([], [], [Trouble(line, problem)])


def golden_key(text: str, language: str | None) -> tuple[str, str]:
    return text.lower(), language or ""


def record(line: int, members: Mapping[str, Any]) -> Found:
    """An entry, or with a member `golden` a golden question."""
    given = {name: value for name, value in members.items() if value not in (None, "", [])}
    if "golden" in given:
        return golden_record(line, members, given)
    unknown = sorted(set(given) - {*MEMBERS, "id"})
    if unknown:
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


def golden_record(line: int, members: Mapping[str, Any], given: Mapping[str, Any]) -> GoldenRecord | Trouble:
    """`given`: those of `members` that are not empty. `expected` is empty where no entry may answer, never missing."""
    if strange := sorted(set(given) - set(GOLDEN)):
        return Trouble(line, f"{strange[0]}: a golden question has only {', '.join(GOLDEN)}")
    if "expected" not in members:
        return Trouble(line, "expected: is missing: the entry that must answer, or nothing in it where none may")
    if wrong := next((name for name in GOLDEN if not isinstance(given.get(name, ""), str)), None):
        return Trouble(line, f"{wrong}: is not a text")
    try:
        text, language = cleaned_golden(given["golden"], given.get("language"))
    except InvalidEntry as error:
        return Trouble(line, str(error))
    return GoldenRecord(line, text, given.get("expected", "").strip() or None, language)


def plain_golden(golden: Golden) -> dict[str, Any]:
    spoken = {"language": golden.language} if golden.language else {}
    return {"golden": golden.text, "expected": golden.expected, **spoken}


def plain(entry: str, content: Content) -> dict[str, Any]:
    """The members of an entry that say something, as JSON and YAML can hold them."""
    fields = ContentFields.of(content).model_dump(mode="json")
    empty = ContentFields(question="", answer="").model_dump(mode="json")
    kept = {name: value for name, value in fields.items() if name in ("question", "answer") or value != empty[name]}
    return {"id": entry, **kept}


def sorted_out(found: list[Found]) -> Parsed:
    """By kind; an id or a golden question that stands twice is trouble."""
    entries, goldens, troubles = [], [], []
    seen: dict[object, int] = {}
    for each in found:
        if isinstance(each, Trouble):
            troubles.append(each)
            continue
        key = each.key if isinstance(each, GoldenRecord) else each.entry
        if key is not None and key in seen:
            what = f"golden: “{each.text}”" if isinstance(each, GoldenRecord) else f"id: {each.entry}"
            troubles.append(Trouble(each.line, f"{what} stands on line {seen[key]} already"))
            continue
        seen[key] = each.line
        if isinstance(each, GoldenRecord):
            goldens.append(each)
        else:
            entries.append(each)
    return Parsed(entries, goldens, sorted(troubles, key=lambda trouble: trouble.line))
