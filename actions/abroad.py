"""Customers who write in another language than the skills: what they are told differs a little."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from actions.context import Context, FaqEntry


@cache
def _labels() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name("abroad.yml").read_text(encoding="utf-8")))


def labels(language: str) -> dict[str, Any]:
    """`name` (its own), `none_of_these`, and `languages`: what others are called in it."""
    return dict(_labels()[language])


def none_of_these(context: Context) -> str:
    language = context.say.language
    return str(labels(language)["none_of_these"]) if language else context.words.label("none_of_these")


def only_in(context: Context, entry: FaqEntry) -> str | None:
    """What the customer calls the entry's language, where it is another one than theirs."""
    own = context.say.language
    language = entry.language.partition("-")[0].lower()
    if not own or language == own:
        return None
    return str(labels(own)["languages"].get(language, language))


def names(languages: Iterable[str]) -> str:
    """What each of them calls itself."""
    return ", ".join(str(_labels().get(each, {}).get("name", each)) for each in languages)
