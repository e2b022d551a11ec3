"""Try a question as somebody would ask it: what they get, and why."""

from dataclasses import dataclass
from datetime import date

from faq.encoder.ports import Views
from faq.entries.visibility import Reader
from faq.index.decision import Candidate, Match
from faq.index.index import Index, Nearest

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """`nearest`: for each candidate its phrasings that are nearest to the question.

    `withheld`: what would have been among the first three if the entries were for who asks.
    """

    match: Match
    why: str
    nearest: tuple[tuple[Nearest, ...], ...]
    withheld: tuple[Candidate, ...]


def tried(index: Index, text: str, view: Views, reader: Reader, *, today: date, language: str | None) -> Tried:
    hidden = index.visibility.hidden(reader, today)
    match = index.match(text, view, language=language, shown=SHOWN, hidden=hidden)
    nearest = tuple(tuple(index.nearest_of(each.entry.id, view)) for each in match.candidates)
    everything = index.match(text, view, language=language) if hidden else match
    gone = {index.entries[row].id for row in hidden}
    withheld = tuple(each for each in everything.candidates if each.entry.id in gone)
    return Tried(match, index.why(match, language), nearest, withheld)
