from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from api.handoff.routing import language_of

FILE = Path(__file__).with_name("texts.yaml")


class Texts:
    """Named templates, so that every sentence a customer reads has a name to look it up by."""

    def __init__(
        self, texts: dict[str, str], language: str = "en", abroad: Mapping[str, dict[str, str]] | None = None
    ) -> None:
        """`abroad`: the same in other languages."""
        self._texts = texts
        self.language = language
        self._abroad = {other: Texts(written, other) for other, written in (abroad or {}).items()}

    @classmethod
    def load(cls, path: Path = FILE, *, languages: Collection[str] = ()) -> "Texts":
        """`languages`: besides English, where `texts_<language>.yaml` stands beside the file."""
        files = {language: path.with_stem(f"{path.stem}_{language}") for language in languages}
        return cls(_read(path), abroad={language: _read(file) for language, file in files.items() if file.exists()})

    def of(self, locale: str) -> "Texts":
        """In the locale's language, or in English."""
        return self._abroad.get(language_of(locale), self)

    def text(self, name: str, **values: object) -> str:
        return self._texts[name].format_map(values)

    def joined(self, text: str, name: str) -> str:
        """The text, and after it what the template says."""
        return f"{text}{'' if self.language == 'zh' else ' '}{self.text(name)}"

    def message(self, name: str, **values: object) -> dict[str, Any]:
        """The members of an event's body that say it: the text and its source."""
        return {"text": self.text(name, **values), "source": {"kind": "template", "name": name}}


def _read(path: Path) -> dict[str, str]:
    texts: dict[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return texts
