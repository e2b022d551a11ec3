"""What the widget says itself, as its files have it."""

import re
from functools import cache

from ops.settings import ROOT

FOLDER = ROOT / "api" / "web" / "static" / "widget" / "texts"
LANGUAGES = sorted(file.stem for file in FOLDER.glob("*.js"))
_LINE = re.compile(r'  (\w+): "([^"\\]+)",')


@cache
def labels(language: str) -> dict[str, str]:
    """Raises ValueError for a file that holds anything else."""
    first, *lines, last = (FOLDER / f"{language}.js").read_text(encoding="utf-8").splitlines()
    found = [_LINE.fullmatch(line) for line in lines]
    if (first, last) != ("export default {", "};") or not all(found):
        raise ValueError(f"{language}.js is no list of labels")
    return {match[1]: match[2] for match in found if match}
