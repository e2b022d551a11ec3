from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("texts.yaml")


class Texts:
    """Named templates, so that every sentence a customer reads has a name to look it up by."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts

    @classmethod
    def load(cls, path: Path = FILE) -> "Texts":
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")))

    def text(self, name: str, **values: object) -> str:
        return self._texts[name].format_map(values)

    def message(self, name: str, **values: object) -> dict[str, Any]:
        """The members of an event's body that say it: the text and its source."""
        return {"text": self.text(name, **values), "source": {"kind": "template", "name": name}}
