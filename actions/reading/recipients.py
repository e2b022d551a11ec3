"""Who receives a parcel, as people write it: "it's for Mary Smith", or the name alone. The words are in `en.yml`."""

import re
from functools import cache

from actions.reading.choices import is_question, lacks
from actions.reading.lexicon import phrases, raw_words, word_list

LONGEST = 100  # of the contract
MOST_WORDS = 7  # "Mary Anne van der Smith, Acme Books"
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .,&'\u2019-])*")


def read_recipient(text: str, *, asked: bool) -> str:
    """Empty where there is none. `asked`: the name may stand alone; else something must say what it is."""
    if is_question(text) or lacks(text):
        return ""
    said = _lead().match(text.strip())
    if said is None and not asked:
        return ""
    left = text.strip()[said.end() if said else 0 :].strip(" .,!:")
    words = raw_words(left)
    fits = 0 < len(words) <= MOST_WORDS and len(left) <= LONGEST and _NAME.fullmatch(left) is not None
    if not fits or set(words) & word_list("no_recipient"):
        return ""
    return left.title() if left.islower() else left


@cache
def _lead() -> re.Pattern[str]:
    """What is said before a name; the longest first."""
    leads = sorted(phrases("recipient_lead"), key=len, reverse=True)
    said = "|".join(re.escape(lead).replace("'", "['\u2019]?") for lead in leads)
    return re.compile(rf"(?:(?:no|sorry|actually|please|oh)[,.]?\s+)*(?:{said})\b[\s:]*", re.IGNORECASE)
