import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_WORD = re.compile(r"[a-z0-9]+")


@cache
def _language() -> dict[str, Any]:
    loaded = yaml.safe_load(Path(__file__).with_name("en.yml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def _same() -> dict[str, str]:
    return {word: meaning for meaning, words in _language()["same"].items() for word in words}


@cache
def word_list(name: str) -> frozenset[str]:
    words = _language()[name]
    return frozenset(words.split() if isinstance(words, str) else words)


@cache
def phrases(name: str) -> tuple[str, ...]:
    return tuple(_language()[name])


@cache
def reason_words(code: str) -> str:
    return str(_language()["reasons"].get(code, ""))


@cache
def number_words() -> dict[str, int]:
    return dict(_language()["numbers"])


@cache
def ordinals() -> dict[str, int]:
    return dict(_language()["ordinals"])


@cache
def names_of_countries() -> dict[str, str]:
    """Name → ISO 3166-1 alpha-2."""
    return {name: code for code, names in _language()["countries"].items() for name in names}


def raw_words(text: str) -> list[str]:
    text = text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    for sign, word in _language()["signs"].items():
        text = text.replace(sign, f" {word} ")
    for words, word in _language()["compounds"].items():
        text = text.replace(words, word)
    return _WORD.findall(text)


def stem(word: str) -> str:
    """Plural to singular, then the word it stands for."""
    singular = word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - shorter words end in s by themselves
    return _same().get(word, _same().get(singular, singular))


def meanings(text: str) -> list[str]:
    """The words of a text that can carry a choice, each as what it stands for."""
    filler = word_list("filler")
    return [stem(word) for word in raw_words(text) if word not in filler]
