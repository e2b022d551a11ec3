"""As many entries as a large shop has: the sample FAQ's phrasings, each copy with a word of its own."""

from collections.abc import Iterator, Sequence
from itertools import count, islice

from faq.entries.models import Content, Published

PHRASINGS = 8  # of an entry


def copies(phrasings: Sequence[tuple[str, str]], entries: int) -> list[Published]:
    """`phrasings`: (text, its entry), which is not used: neighbours in the file make an entry."""
    texts = _texts([text for text, _ in phrasings])
    made = []
    for number in range(entries):
        question, *others = islice(texts, PHRASINGS)
        answer = f"The answer to question {number}."
        made.append(Published(f"copy-{number}", 1, Content(question, tuple(others), answer, category="copies")))
    return made


def _texts(texts: Sequence[str]) -> Iterator[str]:
    for number in count():
        for text in texts:
            yield f"{text} (model {number})" if number else text
