"""Small ways to look at a text that several parts share."""

import re
import unicodedata

_WORD = re.compile(r"\w+(?:['\u2019]\w+)?")


def normalised(text: str) -> str:
    """For comparing questions: compatibility forms unified, case and surrounding or repeated space ignored."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(text: str) -> list[str]:
    return _WORD.findall(normalised(text))
