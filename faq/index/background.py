from functools import cache
from importlib.resources import files


@cache
def general_questions() -> tuple[str, ...]:
    """What people also write to an assistant, whatever it is for: hardly any FAQ answers it."""
    return tuple((files("faq.index") / "background.txt").read_text().splitlines())
