from functools import cache
from typing import Any, Protocol

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]  # ships no stubs

# From this probability on a language is taken for the message's. docs/reference/languages.md has what was measured.
SURE = 0.8
# Who writes one of these signs writes that language, however short the message is. (ñ and ß are in names, too.)
SIGNS = {"¿": "es", "¡": "es"}
LEAST_LETTERS = 6  # of one that is written in letters; below it, names and greetings
LEAST_SIGNS = 2  # of Chinese
MOST_READ = 500  # characters; more say nothing new
# What is told apart. More than customers are answered in, so that Portuguese is not taken for Spanish.
TOLD_APART = "en,fr,es,de,zh,pt,it,nl,pl,ru,sv,da,no,fi,tr,cs,ro,hu,ja,ko,ar,uk,el,ga"


class Detector(Protocol):
    def language(self, text: str) -> str | None:
        """The text's language, such as `fr`; None where that is not clear."""


class Identifier:
    """py3langid: its model comes with the package. Loading takes a second and 15 MiB, a message 0.3 milliseconds."""

    def __init__(self) -> None:
        self._identifier: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(TOLD_APART.split(","))

    def language(self, text: str) -> str | None:
        text = text[:MOST_READ]
        for sign, language in SIGNS.items():
            if sign in text:
                return language
        letters = [letter for letter in text if letter.isalpha()]
        least = LEAST_LETTERS if all(letter < "\u2e80" for letter in letters) else LEAST_SIGNS
        if len(letters) < least:
            return None
        found, probability = self._identifier.classify(text)
        return str(found) if probability >= SURE else None


@cache
def identifier() -> Identifier:
    """One for all gateways of a process."""
    return Identifier()
