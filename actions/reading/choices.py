from collections.abc import Sequence
from dataclasses import dataclass

from actions.reading.lexicon import meanings, number_words, ordinals, phrases, raw_words, word_list


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen: its value, and the text by which a customer may name it.

    `detail` (a size, a colour) tells options of the same text apart, and names one only where no text was named.
    """

    value: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """`whole`: the message holds nothing but the choice. `tied`: several options fit equally well."""

    values: tuple[str, ...] = ()
    whole: bool = False
    tied: bool = False


def find_one(text: str, options: Sequence[Option]) -> Found:
    """The option that shares most words with the text; several when they tie."""
    said = set(meanings(text))
    words = {option.value: _readings(f"{option.text} {option.detail}") for option in options}
    scores = {option.value: _score(said, option) for option in options}
    best = max(scores.values(), default=_NOTHING)
    if best == _NOTHING:
        return Found()
    values = tuple(value for value, score in scores.items() if score == best)
    known = {word for value in values for word in words[value]}
    return Found(values, whole=_only(said, known), tied=len(values) > 1)


_NOTHING = (0, 0)


def _score(said: set[str], option: Option) -> tuple[int, int]:
    """How many words name it by its text, and by its detail."""
    text, detail = _readings(option.text), _readings(option.detail)
    return sum(1 for word in said if _fits(word, text)), sum(1 for word in said if _fits(word, detail))


def names_by_text(text: str, option: Option) -> bool:
    return any(_fits(word, _readings(option.text)) for word in meanings(text))


def find_many(text: str, options: Sequence[Option]) -> Found:
    """Every option that a part of the text names ("the blue shirt and the mug"), all of them for "both"."""
    if names_everything(text, len(options)):
        named = _named(text, options)
        chosen = tuple(named) or tuple(option.value for option in options)
        known = {word for option in options for word in _readings(f"{option.text} {option.detail}")}
        known |= word_list("everything")
        return Found(chosen, whole=_only(set(meanings(text)), known))
    named = _named(text, options)
    chosen_texts = [f"{option.text} {option.detail}" for option in options if option.value in named]
    known = {word for text_ in chosen_texts for word in _readings(text_)}
    return Found(tuple(named), whole=bool(named) and _only(set(meanings(text)), known))


def names_everything(text: str, count: int) -> bool:
    """Whether a text means all of `count` things; "both" are two."""
    words = word_list("everything") & set(raw_words(text))
    return bool(words) and count > 1 and (count == 2 or words != {"both"})  # noqa: PLR2004 - both


def _named(text: str, options: Sequence[Option]) -> dict[str, None]:
    """Per part of the text the best option; a tie names none, so that the customer is asked."""
    named: dict[str, None] = {}
    for part in split_parts(text):
        found = find_one(part, options)
        if found.values and not found.tied:
            named[found.values[0]] = None
    return named


def split_parts(text: str) -> list[str]:
    for joint in (" and ", " & ", ";", " plus "):
        text = text.replace(joint, ",")
    return [part for part in text.split(",") if part.strip()]


def find_number(text: str) -> int | None:
    """The only number in the text, in digits or as a word."""
    numbers = [number for word in raw_words(text) if (number := _number(word)) is not None]
    return numbers[0] if len(numbers) == 1 else None


def only_number(text: str) -> int | None:
    """A number in a text that holds nothing else: "make it 2"."""
    rest = [word for word in meanings(text) if _number(word) is None]
    return None if rest else find_number(text)


def only_counts(text: str, option: Option) -> bool:
    """Whether a text holds nothing but how many, and of what: "both shirts"."""
    return _only(set(meanings(text)), _readings(f"{option.text} {option.detail}") | word_list("everything"))


def find_place(text: str, length: int) -> int | None:
    """Where in a list of `length` the text points ("the second one"), from 0; it must say nothing else."""
    words = [word for word in raw_words(text) if word not in word_list("filler")]
    place = ordinals().get(words[0]) if len(words) == 1 else None
    return place - 1 if place and place <= length else None


def mentions(text: str, words: str) -> bool:
    return bool(word_list(words) & set(raw_words(text)))


def lacks(text: str) -> bool:
    """Whether somebody says that they don't have or know something."""
    return speaks_of(text, "lacking")


def speaks_of(text: str, subject: str) -> bool:
    """Whether one of the subject's phrases stands in the text."""
    said = f" {' '.join(raw_words(text))} "
    return any(f" {phrase} " in said for phrase in phrases(subject))


def is_question(text: str) -> bool:
    words = raw_words(text)
    return text.rstrip().endswith("?") or (bool(words) and words[0] in word_list("question"))


def asks_for_information(text: str) -> bool:
    """As in "where are your shops?"; not in "can I have store credit?", which wants the thing itself."""
    words = raw_words(text)
    return len(words) > 1 and words[0] in word_list("asking") and words[1] != "about"


def names_variant(text: str) -> bool:
    """Whether a text speaks of a size or colour, or holds a number that can be one."""
    return mentions(text, "variant") or find_number(text) is not None


def names_size(text: str) -> bool:
    """Whether it is a size or colour by word and number: "size 40 instead"."""
    return mentions(text, "variant") and find_number(text) is not None


def says_no(text: str) -> bool:
    words = raw_words(text)
    return bool(words) and words[0] in word_list("no")


def says_only_yes(text: str) -> bool:
    words = set(raw_words(text))
    return bool(words & word_list("yes")) and words <= (word_list("yes") | word_list("filler")) and not says_no(text)


def says_only_no(text: str) -> bool:
    return says_no(text) and set(raw_words(text)) <= (word_list("no") | word_list("filler"))


def _number(word: str) -> int | None:
    if word.isdigit() and len(word) < 4:  # noqa: PLR2004 - longer ones are order numbers
        return int(word)
    return number_words().get(word)


def _only(said: set[str], known: set[str]) -> bool:
    return all(_fits(word, known) or _number(word) is not None for word in said)


def _readings(text: str) -> set[str]:
    """What the words of an option may stand for."""
    return {reading for word in meanings(text) for reading in word.split("|")}


def _fits(word: str, known: set[str]) -> bool:
    """Whether a word that was said, in one of its readings ("damaged|defective"), is among the known ones."""
    return not known.isdisjoint(word.split("|"))
