"""schema.org FAQPage: JSON-LD by itself, or in the page that carries it. Lines are the questions' numbers."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from common import markdown
from faq.exchange.records import Found, Parsed, record, sorted_out

_SCRIPT = re.compile(r"<script[^>]*application/ld\+json[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_BEFORE = {"li": "\n- ", "br": "\n", "b": "**", "strong": "**", "i": "*", "em": "*"}
_AFTER = {"p": "\n\n", "div": "\n\n", "ul": "\n\n", "ol": "\n\n", "b": "**", "strong": "**", "i": "*", "em": "*"}


def read(text: str) -> Parsed:
    sources = _SCRIPT.findall(text) if text.lstrip().startswith("<") else [text]
    questions: list[Any] = []
    for source in sources:
        try:
            questions += _questions(json.loads(source))
        except json.JSONDecodeError as error:
            return Parsed.wrong(error.lineno, f"not JSON ({error.msg}, column {error.colno})")
    if not questions:
        return Parsed.wrong(1, "there is no FAQPage with questions in it")
    found: list[Found] = []
    for number, question in enumerate(questions, start=1):
        answer = question.get("acceptedAnswer") or question.get("suggestedAnswer") or {}
        answer = answer[0] if isinstance(answer, list) and answer else answer
        said = answer.get("text") if isinstance(answer, dict) else None
        asked = markdown.plain(markdown.read(as_markdown(str(question.get("name") or ""))))
        members = {"question": asked, "answer": as_markdown(str(said or ""))}
        found.append(record(number, members))
    return sorted_out(found)


def _questions(node: Any) -> Iterator[dict[str, Any]]:
    """Of every FAQPage, wherever it stands."""
    for each in node if isinstance(node, list) else [node]:
        if not isinstance(each, dict):
            continue
        kinds = each.get("@type")
        if "FAQPage" in (kinds if isinstance(kinds, list) else [kinds]):
            main = each.get("mainEntity") or []
            yield from (part for part in (main if isinstance(main, list) else [main]) if isinstance(part, dict))
        yield from _questions(each.get("@graph") or [])


def as_markdown(text: str) -> str:
    """HTML in the little that an answer can show; a text without any stays as it is."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
            self.parts.append("[")
        self.parts.append(_BEFORE.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent = max(0, self._silent - 1)
        if tag == "a" and self._links:
            self.parts.append(f"]({self._links.pop()})")
        self.parts.append(_AFTER.get(tag, ""))

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)
