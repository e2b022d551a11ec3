"""A postal address as people type it, in one line or over several. The words are in `en.yml`."""

import re
from dataclasses import dataclass
from functools import cache

from actions.reading.choices import is_question
from actions.reading.lexicon import meanings, names_of_countries, raw_words, word_list

LONGEST = 100  # characters of one part

# In the text's own capitals they would be missed ("d06 f1n2"); those of digits alone come last.
_CODE = re.compile(
    r"\b(?:[a-z]\d[\dw]\s?[0-9a-z]{4}"  # IE
    r"|[a-z]{1,2}\d[0-9a-z]?\s?\d[a-z]{2}"  # GB
    r"|[a-z]{3}\s?\d{4}"  # MT
    r"|[a-z]{1,2}-\d{4,5}"  # LV, LT, and "D-10115"
    r"|\d{4}\s?[a-z]{2}"  # NL
    r"|\d{2}-\d{3}|\d{4}-\d{3}"  # PL, PT
    r"|\d{5}(?:-\d{4})?|\d{3}\s\d{2}|\d{6}|\d{4})\b",
    re.IGNORECASE,
)
_REGION = re.compile(r"(?:co\.?|county)\s+\w.*|[A-Z]{2}", re.IGNORECASE)
_REFERENCE = re.compile(r"\b[a-z]{2}-\d{4,}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:(?:flat|apt|apartment|unit)\.?\s)?\d+\s?[a-z]?(?:\s|$)|\s\d+\s?[a-z]?$", re.IGNORECASE)
_TERMINATORS = frozenset({"to", "is", "at", "its", "be"})


@dataclass(frozen=True, slots=True)
class Written:
    """What was found; `country` is ISO 3166-1 alpha-2."""

    street: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""
    region: str = ""


def read_address(text: str) -> Written | None:
    """None where there is no street in it: a question, an order number, "my office"."""
    if is_question(text) or "@" in text:
        return None
    parts = [part for part in re.split(r"[,;\n]+", _without_lead(text)) if part.strip()]
    parts = [part for each in parts if (part := " ".join(each.split()).strip(" ."))]
    while parts and set(raw_words(parts[0])) <= word_list("address_lead"):
        parts.pop(0)  # "the house number is wrong, 24 Castle Street"
    parts, country = _take_country(parts)
    parts, code = _take_code(parts)
    street, city, region = _named(parts)
    complete = bool(code and street and city)  # then a house may have a name alone
    if not (complete or _is_street(street)) or max(map(len, (street, city, region))) > LONGEST:
        return None
    return Written(street, city, code, country, region)


def read_code(text: str) -> str:
    """A postal code anywhere in the text; empty where there is none."""
    found = _CODE.search(_REFERENCE.sub(" ", text))
    return found.group() if found else ""


def read_country(text: str) -> str:
    """The code of the only country that the text names."""
    said = f" {' '.join(raw_words(text))} "
    found = set()
    for name, code in _countries().items():
        if f" {name} " in said:
            found.add(code)
            said = said.replace(f" {name} ", " ")
    return found.pop() if len(found) == 1 else ""


def read_place(text: str) -> str:
    """A town by itself: "it's Cork"; empty for what can't be one."""
    left = _CODE.sub(" ", _without_lead(text, _TERMINATORS | {"in"})).strip(" .,!")
    words = left.split()
    if not 0 < len(words) <= 4 or any(letter.isdigit() for letter in left) or len(left) > LONGEST:  # noqa: PLR2004 - "Newcastle upon Tyne, please"
        return ""
    return left if meanings(left) and not word_list("no_place") & set(raw_words(left)) else ""


def _without_lead(text: str, ends: frozenset[str] = _TERMINATORS) -> str:
    """Without what people say before it: "please send it to", "no, the new address is"."""
    text = _REFERENCE.sub("to", text.strip(), count=1) if _REFERENCE.search(text) else text.strip()
    head, colon, tail = text.partition(":")
    if colon and set(raw_words(head)) <= word_list("address_lead"):
        return tail
    words = text.split()
    last = 0
    for place, word in enumerate(words, start=1):
        plain = "".join(raw_words(word))
        if plain not in word_list("address_lead"):
            break
        if plain in ends or (place == 1 and plain in word_list("no")):
            last = place
    if "\n" in text:
        return text
    while len(words) > last and "".join(raw_words(words[-1])) in word_list("address_tail"):
        words.pop()
    return " ".join(words[last:])


def _take_country(parts: list[str]) -> tuple[list[str], str]:
    if not parts:
        return parts, ""
    for name, code in _countries().items():
        found = re.search(rf"(?:^|\s){re.escape(name)}\.?$", parts[-1], re.IGNORECASE)
        if found:
            rest = parts[-1][: found.start()].strip(" ,.")
            return [*parts[:-1], *([rest] if rest else [])], code
    return parts, ""


def _take_code(parts: list[str]) -> tuple[list[str], str]:
    """From the end; a number that begins the first part is a house's."""
    for place in range(len(parts) - 1, -1, -1):
        matches = list(_CODE.finditer(parts[place]))
        if not matches or (place == 0 and matches[-1].start() == 0):
            continue
        found = matches[-1]
        before, after = parts[place][: found.start()].strip(), parts[place][found.end() :].strip()
        return [*parts[:place], *[each for each in (before, after) if each], *parts[place + 1 :]], found.group()
    return parts, ""


def _named(parts: list[str]) -> tuple[str, str, str]:
    """Street, town and region; in one part the town is what follows the street's last word."""
    region = ""
    if len(parts) > 2 and _REGION.fullmatch(parts[-1]):  # noqa: PLR2004 - street and town are before it
        *parts, region = parts
    if len(parts) > 1:
        return ", ".join(parts[:-1]), parts[-1], region
    words = parts[0].split() if parts else []
    streets = [place for place, word in enumerate(words) if word.strip(".").lower() in word_list("street")]
    end = streets[-1] + 1 if streets else len(words)
    return " ".join(words[:end]), " ".join(words[end:]), region


def _is_street(text: str) -> bool:
    words = {word.strip(".,").lower() for word in text.split()}
    if not meanings(re.sub(r"\d", " ", text)):
        return False
    numbered = any(_NUMBERED.search(part.strip()) for part in text.split(","))
    return numbered or (len(words) > 1 and bool(words & word_list("street")))


@cache
def _countries() -> dict[str, str]:
    """Name → code, the longest first, so that Northern Ireland is not Ireland."""
    return dict(sorted(names_of_countries().items(), key=lambda pair: -len(pair[0])))
