"""Money, days and states as customers read them. Every word comes from `labels/<language>.yml`."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from backends.models import Money
from backends.money import format_money


def money(value: Money | None) -> str:
    return format_money(value) if value else ""


class Words:
    def __init__(self, labels: Mapping[str, Any], language: str) -> None:
        self._labels = labels
        self.language = language

    @classmethod
    def load(cls, language: str) -> "Words":
        path = Path(__file__).parent / "labels" / f"{language}.yml"
        return cls(yaml.safe_load(path.read_text(encoding="utf-8")), language)

    def label(self, name: str, **values: str | int) -> str:
        return str(self._labels["labels"][name]).format(**values)

    def state(self, value: StrEnum) -> str:
        """`ReturnStatus.IN_TRANSIT` → the words under `ReturnStatus: in_transit`."""
        return str(self._labels[type(value).__name__].get(value.value, value.value.replace("_", " ")))

    def blocked(self, reason: str) -> str:
        """Why something can't be returned or refunded; a reason of the shop's own is read as `other`."""
        reasons = {**self._labels["Refusal"], **self._labels["BlockedReason"]}
        return str(reasons.get(reason, reasons["other"]))

    def country(self, code: str) -> str:
        """`IE` → Ireland; one without a name here is told by its code."""
        return str(self._labels["Country"].get(code, code))

    def day(self, value: date | datetime | None) -> str:
        """12 June 2026. A moment in time is shown as the day it carries in its own zone."""
        if value is None:
            return ""
        return f"{value.day} {self._labels['months'][value.month - 1]} {value.year}"
