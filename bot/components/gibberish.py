"""Tells what has no meaning ("hgjhg") from what is only badly spelled ("retrun my shooes")."""

import re
from collections import Counter
from typing import AbstractSet, FrozenSet, List, Sequence

from components.lexical import normalise

# Of a message's three-letter pieces, the least share that examples have. Below it are 92 % of random letters, and of
# English examples with as many letters, each looked up in the others, 0.2 %.
LEAST_KNOWN = 0.34
# Shorter messages ("k", "nvm", emoji) say too little of themselves; the classifier learns them one by one.
LEAST_LETTERS = 4
_LETTER = re.compile("[a-z]")
_VOWEL = re.compile("[aeiouy]")


def pieces(text: str) -> List[str]:
    """Every run of three characters, the blanks around a word included: "no" has " no" and "no "."""
    padded = [f" {word} " for word in normalise(text).split()]
    return [word[start : start + 3] for word in padded for start in range(len(word) - 2)]


def known_pieces(texts: Sequence[str]) -> FrozenSet[str]:
    """Those that more than one text has."""
    counted = Counter(piece for text in texts for piece in set(pieces(text)))
    return frozenset(piece for piece, count in counted.items() if count > 1)


def is_gibberish(text: str, known: AbstractSet[str]) -> bool:
    found = pieces(text)
    if not _says_enough(text):
        return False
    return sum(piece in known for piece in found) < LEAST_KNOWN * len(found)


def has_no_vowel(text: str) -> bool:
    """Whether it can't be a sentence of any language: plain letters, and not a vowel among them ("qwrtz plmkn")."""
    return text.isascii() and _says_enough(text) and not _VOWEL.search(normalise(text))


def _says_enough(text: str) -> bool:
    return len(_LETTER.findall(normalise(text))) >= LEAST_LETTERS
