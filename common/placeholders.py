"""Places in a text that are filled with values: `{name}` or `{{ name }}`."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\{\{ *([a-z][a-z0-9_]*) *\}\}|\{([a-z][a-z0-9_]*)\}")


def names(text: str) -> set[str]:
    return {match[1] or match[2] for match in _PLACE.finditer(text)}


def fill(text: str, values: Mapping[str, str]) -> str:
    """A place without a value stays as it is."""
    return _PLACE.sub(lambda match: values.get(match[1] or match[2], match[0]), text)


def without(text: str) -> str:
    """What remains when all places are taken out."""
    return _PLACE.sub("", text)
