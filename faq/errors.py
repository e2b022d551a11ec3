"""What can go wrong in the FAQ engine.

FaqError
├── EncoderError
│   ├── ExportMissing      nothing was exported for this model yet: `python -m faq prepare`
│   ├── ExportCorrupt      a file of the export is damaged, missing or of another export
│   └── UnsupportedModel   not a transformer with pooling that the light runtime can serve
├── InvalidFile            path, line: a data file that is not of the documented form
├── EntryNotFound
├── EntryExists            an id or a question that is taken
├── StaleVersion           expected, current: somebody else saved first
├── NothingPublished       unpublish or roll back what was never live
├── ReviewNeeded           publish what nobody else has looked at
├── GateClosed             report: golden questions that a publication would break
├── Busy                   others publish all the time
└── InvalidEntry           fields: what is wrong with which field
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from faq.gate.models import Report


class FaqError(Exception):
    """The message is one line for people."""


class EncoderError(FaqError):
    pass


class ExportMissing(EncoderError):
    pass


class ExportCorrupt(EncoderError):
    pass


class UnsupportedModel(EncoderError):
    pass


class InvalidFile(FaqError):
    def __init__(self, path: Path, line: int | None, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")
        self.path = path
        self.line = line


class EntryNotFound(FaqError):
    pass


class EntryExists(FaqError):
    pass


class StaleVersion(FaqError):
    def __init__(self, entry: str, *, expected: int, current: int) -> None:
        super().__init__(f"{entry} is at version {current}, not {expected}: it was changed by somebody else.")
        self.current = current


class NothingPublished(FaqError):
    pass


class ReviewNeeded(FaqError):
    pass


class GateClosed(FaqError):
    def __init__(self, report: "Report") -> None:
        texts = ", ".join(f"“{each.text}”" for each in report.blocking[:3])
        super().__init__(f"Golden questions would not get their entry any more: {texts}.")
        self.report = report


class Busy(FaqError):
    pass


class InvalidEntry(FaqError):
    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in fields.items()))
        self.fields = dict(fields)
