"""Markdown with YAML: for each entry its members between two lines of `---`, then the answer as it is.

A golden question has members only.
"""

import re
from collections.abc import Sequence
from typing import Any

import yaml

from faq.entries.models import Content
from faq.exchange.records import Found, Parsed, Trouble, plain, plain_golden, record, sorted_out
from faq.gate.models import Golden

FENCE = "---"
_LOOKS_LIKE_FENCE = re.compile(r"^\\*---$")


def read(text: str) -> Parsed:
    lines = text.replace("\r\n", "\n").split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE]
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not fences or fences[0] != first:
        return Parsed.wrong(first + 1, "an entry begins with a line of ---")
    if len(fences) % 2:
        return Parsed.wrong(fences[-1] + 1, "the members of this entry do not end with a line of ---")
    found: list[Found] = []
    for start, end, after in zip(fences[::2], fences[1::2], [*fences[2::2], len(lines)], strict=True):
        answer = "\n".join(_unescaped(line) for line in lines[end + 1 : after]).strip()
        found.append(_record(start + 1, "\n".join(lines[start + 1 : end]), answer))
    return sorted_out(found)


def write(entries: dict[str, Content], goldens: Sequence[Golden]) -> str:
    documents = [_document(plain(entry, content)) for entry, content in entries.items()]
    return "\n".join([*documents, *(_head(plain_golden(golden)) for golden in goldens)])


def _document(members: dict[str, Any]) -> str:
    answer = "\n".join(_escaped(line) for line in str(members.pop("answer")).split("\n"))
    return f"{_head(members)}\n{answer}\n"


def _head(members: dict[str, Any]) -> str:
    return f"{FENCE}\n{yaml.safe_dump(members, allow_unicode=True, sort_keys=False, width=1000)}{FENCE}\n"


def _record(line: int, head: str, answer: str) -> Found:
    try:
        members = yaml.safe_load(head)
    except yaml.MarkedYAMLError as error:
        at = line + 1 + (error.problem_mark.line if error.problem_mark else 0)
        return Trouble(at, f"not YAML: {error.problem}")
    except (yaml.YAMLError, ValueError) as error:
        return Trouble(line, f"not YAML: {str(error).splitlines()[0]}")
    if not isinstance(members, dict):
        return Trouble(line, "the members of an entry are missing: `id: …`, `question: …`")
    return record(line, {**members, "answer": answer})


def _escaped(line: str) -> str:
    return f"\\{line}" if _LOOKS_LIKE_FENCE.match(line.rstrip()) else line


def _unescaped(line: str) -> str:
    return line[1:] if line.startswith("\\") and _LOOKS_LIKE_FENCE.match(line.rstrip()) else line
