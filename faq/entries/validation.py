"""What a curator may save. The limits keep an answer readable in a chat window."""

import re
from collections.abc import Iterable
from dataclasses import replace

from common import placeholders
from faq.entries.models import Audience, Button, Content
from faq.entries.skills import SKILLS
from faq.errors import InvalidEntry
from faq.text import normalised

MAX_QUESTION = 300
MAX_PHRASINGS = 300
MAX_ANSWER = 4000
MAX_CATEGORY = 60
MAX_TAGS = 20
MAX_RELATED = 5
MAX_ID = 80  # of a tag, too
MAX_BUTTON = 40

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check_id(entry: str) -> None:
    if not _ID.fullmatch(entry):
        raise InvalidEntry({"id": "letters, digits, '-', '_' and '.', at most 80, a letter or digit first"})


def check(content: Content) -> None:
    """Raise InvalidEntry with every field that is wrong."""
    problems = {
        "question": _length(content.question, MAX_QUESTION),
        "phrasings": _phrasings(content.phrasings),
        "answer": _length(content.answer, MAX_ANSWER) or _placeholders(content.answer),
        "category": _length(content.category, MAX_CATEGORY) if content.category is not None else None,
        "language": wrong_language(content.language),
        "tags": _few(content.tags, MAX_TAGS),
        "valid_until": _order(content),
        "tiers": "name at least one tier" if content.audience is Audience.TIER and not content.tiers else None,
        "related": _few(content.related, MAX_RELATED),
        "button": _button(content.button),
    }
    found = {field: problem for field, problem in problems.items() if problem}
    if found:
        raise InvalidEntry(found)


def wrong_language(language: str) -> str | None:
    return None if _LANGUAGE.fullmatch(language) else "not a language tag such as en or pt-BR"


def cleaned(content: Content) -> Content:
    """Outer space taken off, empty texts and repeats (of phrasings by `normalised`) dropped; order kept.

    Tiers belong to an audience of tiers only.
    """
    question = _one_line(content.question)
    phrasings = {normalised(text): _one_line(text) for text in reversed(content.phrasings) if text.strip()}
    phrasings.pop(normalised(question), None)
    return replace(
        content,
        question=question,
        phrasings=tuple(reversed(phrasings.values())),
        answer=content.answer.replace("\r\n", "\n").strip(),
        category=(content.category or "").strip() or None,
        language=content.language.strip(),
        tags=_distinct(tag.lower() for tag in content.tags),
        tiers=_distinct(content.tiers) if content.audience is Audience.TIER else (),
        related=_distinct(content.related),
        button=Button(content.button.title.strip(), content.button.skill) if content.button else None,
        translates=(content.translates or "").strip() or None,
    )


def _one_line(text: str) -> str:
    return " ".join(line.strip() for line in text.split("\n")).strip()


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))


def slug(question: str) -> str:
    """An id made of the question's first words."""
    plain = re.sub(r"[^a-z0-9]+", "-", normalised(question)).strip("-")
    return plain[:60].rstrip("-") or "entry"


def _length(text: str, most: int) -> str | None:
    if not text:
        return "is empty"
    return f"is longer than {most} characters" if len(text) > most else None


def _phrasings(phrasings: tuple[str, ...]) -> str | None:
    if len(phrasings) > MAX_PHRASINGS:
        return f"more than {MAX_PHRASINGS}"
    long = next((number for number, text in enumerate(phrasings, start=1) if len(text) > MAX_QUESTION), None)
    return f"number {long} is longer than {MAX_QUESTION} characters" if long else None


def _placeholders(answer: str) -> str | None:
    rest = placeholders.without(answer)
    found = next((mark for mark in ("{{", "}}", "{%", "%}") if mark in rest), None)
    return f"{found} is not of a placeholder: write {{name}} with a lower-case name" if found else None


def _few(texts: tuple[str, ...], most: int) -> str | None:
    if len(texts) > most:
        return f"more than {most}"
    long = next((text for text in texts if len(text) > MAX_ID), None)
    return f"{long[:20]}… is too long" if long else None


def _order(content: Content) -> str | None:
    if content.valid_from and content.valid_until and content.valid_until < content.valid_from:
        return "is before the first day"
    return None


def _button(button: Button | None) -> str | None:
    if button is None:
        return None
    if button.skill not in SKILLS:
        return f"starts {button.skill}, which is no skill"
    return _length(button.title, MAX_BUTTON)
