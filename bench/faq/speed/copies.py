"""As many entries as a large shop has: the sample FAQ's phrasings, each copy with a word of its own."""

from collections.abc import Iterator, Sequence
from itertools import count, cycle, islice

from bench.faq.sets import Set
from faq.entries.models import Content, Published

PHRASINGS = 8  # of an entry


def copies(shop: Set, entries: int) -> list[Published]:
    """Phrasings that are neighbours in the file make an entry, and get some answer."""
    texts = _texts([text for text, _ in shop.phrasings])
    answers = cycle(content.answer for content in shop.entries.values())
    made = []
    for number, answer in zip(range(entries), answers, strict=False):
        question, *others = islice(texts, PHRASINGS)
        made.append(Published(f"copy-{number}", 1, Content(question, tuple(others), answer, category="copies")))
    return made


def _texts(texts: Sequence[str]) -> Iterator[str]:
    for number in count():
        for text in texts:
            yield f"{text} (model {number})" if number else text
