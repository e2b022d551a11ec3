"""Tells by its letters what is written in another script or language, before anything is learned."""

import unicodedata
from typing import List

# Of a message's letters, the least share in another script: a name in Greek among English words is no Greek message.
LEAST_FOREIGN = 0.5


def _letters(text: str) -> List[str]:
    return [character for character in text if character.isalpha()]


def is_another_script(text: str) -> bool:
    """Cyrillic, Greek, Arabic, Chinese, …: most letters are not Latin."""
    letters = _letters(text)
    foreign = sum(not unicodedata.name(letter, "").startswith(("LATIN", "FEMININE", "MASCULINE")) for letter in letters)
    return bool(letters) and foreign >= LEAST_FOREIGN * len(letters)


def has_accents(text: str) -> bool:
    """As in "moja paczka nie dotarła": a language that English examples know nothing of, and no random keys."""
    return any(not letter.isascii() for letter in _letters(text))
