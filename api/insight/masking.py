"""Takes out of a customer's text what could name somebody, before a curator sees it.

E-mail addresses, the customer's own name where it is known, and everything with four digits or more in it: order and
return numbers, one-time codes, telephone and card numbers. Other people's names are not recognised.
"""

import re
from collections.abc import Iterable

EMAIL_MASK = "[e-mail]"
NAME_MASK = "[name]"
NUMBER_MASK = "[number]"
MASKS = re.compile(r"\[(?:e-mail|name|number)\]|•+")
SHORTEST_NAME = 3  # letters; shorter ones are words as well

_EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
# Digits that are spread over groups, as people write telephone and card numbers, with letters before or in between.
_NUMBER = re.compile(r"(?<![A-Za-z0-9])[#+(]?(?:[A-Za-z]{1,4}[-#])?[A-Za-z0-9]*\d(?:[A-Za-z0-9]|[ ()/.-]{1,2}(?=\d))*")
# A year, a price, a range of sizes or days: what a question may well be about.
_HARMLESS = re.compile(r"(?:19|20)\d\d|\d{1,4}[.]\d\d|\d{1,2}[-/]\d{1,2}")
_FEWEST_DIGITS = 4
_AFTER_HASH = 3


def masked(text: str, names: Iterable[str] = ()) -> str:
    """`names`: what the customer is called; each word of it is masked."""
    text = _EMAIL.sub(EMAIL_MASK, text)
    text = _NUMBER.sub(_number, text)
    words = {word for name in names for word in name.split() if len(word) >= SHORTEST_NAME}
    if not words:
        return text
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(rf"\b(?:{alternatives})\b", NAME_MASK, text, flags=re.IGNORECASE)


def as_phrasing(text: str) -> str:
    """A masked text as other customers could ask it: on one line, without the masks."""
    return " ".join(MASKS.sub(" ", text).split())


def _number(match: re.Match[str]) -> str:
    found = match.group()
    digits = sum(character.isdigit() for character in found)
    enough = _AFTER_HASH if found.startswith("#") else _FEWEST_DIGITS
    return found if digits < enough or _HARMLESS.fullmatch(found) else NUMBER_MASK
