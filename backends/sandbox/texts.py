from typing import Annotated

from pydantic import StringConstraints

# PostgreSQL stores every character but NUL.
Text = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


def storable(reference: str) -> bool:
    """Whether a reference from outside can be looked up at all; if not, it is unknown."""
    return len(reference) <= 100 and "\0" not in reference  # noqa: PLR2004 - longer than any of ours
