import re
from functools import cache
from pathlib import Path

import yaml

MOST_WORDS = 8
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*['\u2019]?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def _words() -> tuple[dict[str, str], frozenset[str]]:
    """Names of languages with their codes, and what may stand around them."""
    read = yaml.safe_load(Path(__file__).with_name("names.yml").read_text(encoding="utf-8"))
    names = {name: language for language, names in read["languages"].items() for name in names}
    return names, frozenset(word for words in read["around"] for word in words)


def chosen(text: str) -> str | None:
    """The language that a message asks for: "français s'il vous plaît". None where it says anything else besides."""
    names, around = _words()
    words = _pieces(text.casefold())
    if not 0 < len(words) <= MOST_WORDS or any(word not in names and word not in around for word in words):
        return None
    found = {names[word] for word in words if word in names}
    return found.pop() if len(found) == 1 else None


def _pieces(text: str) -> list[str]:
    """Words; of Chinese, which has no spaces, what is known of it, the longest first."""
    pieces: list[str] = []
    for word in _WORD.findall(text):
        pieces += _chinese(word) if _CHINESE.search(word) else [word]
    return pieces


def _chinese(text: str) -> list[str]:
    names, around = _words()
    known = sorted((word for word in {*names, *around} if _CHINESE.search(word)), key=len, reverse=True)
    return re.findall("|".join([*map(re.escape, known), "."]), text)
