"""Messages in another language than the classifier's: a few phrases are listed, all else is for the FAQ."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Text

import yaml

OWN = "en"  # the language of the classifier's examples
FAQ = "faq"
HUMAN = "human"
_LETTERS = re.compile(r"[^\W\d_]{3,}|[\u4e00-\u9fff]")
# Order and return numbers, e-mail and web addresses: the same in every language.
_NAMES = re.compile(r"\b[A-Z]{2}-\d+\b|\S+@\S+|\S+\.\S{2,}", re.IGNORECASE)
_OUTER = re.compile(r"[^\w']+")


def language_of(text: Text, metadata: Mapping[str, Any]) -> Optional[str]:
    """The customer's language where it is another one, and the text in some language; else None."""
    language = str(metadata.get("language") or OWN)
    return None if language == OWN or _is_in_no_language(text) else language


def _is_in_no_language(text: Text) -> bool:
    """A number, an address, an emoji: understood as in every language."""
    return _LETTERS.search(_NAMES.sub(" ", text)) is None and _plain(text) not in _only()


@lru_cache(maxsize=1)
def _words() -> Dict[Text, Dict[Text, Any]]:
    return dict(yaml.safe_load(Path(__file__).with_name("abroad.yml").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _only() -> Dict[Text, Text]:
    """The intent of each phrase, of all languages: who writes German may still say "ok" and "merci"."""
    return {
        phrase: intent for words in _words().values() for intent, phrases in words["only"].items() for phrase in phrases
    }


def _plain(text: Text) -> Text:
    return " ".join(_OUTER.sub(" ", text.lower().replace("’", "'")).split())


def intent_of(text: Text) -> Text:
    plain = _plain(text)
    if plain in _only():
        return _only()[plain]
    return HUMAN if any(phrase in plain for words in _words().values() for phrase in words[HUMAN]) else FAQ
