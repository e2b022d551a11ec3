import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from api.handoff.states import Skill

DEFAULT_CAPACITY = 4
MOST_AT_ONCE = 50
LANGUAGE = re.compile("[a-z]{2,3}")


class Role(StrEnum):
    ADVISOR = "advisor"  # talks to customers on the desk
    CURATOR = "curator"  # writes the FAQ
    OPERATOR = "operator"  # runs the installation, reads reports, answers privacy requests


@dataclass(frozen=True, slots=True)
class Staff:
    """`name` is what they log in with, `first_name` what customers see.

    The rest is for advisors: what they are given by itself. No languages: any. `capacity`: conversations at once.
    """

    id: UUID
    name: str
    first_name: str
    roles: frozenset[Role]
    skills: frozenset[str] = frozenset(Skill)
    languages: frozenset[str] = frozenset()
    capacity: int = DEFAULT_CAPACITY


@dataclass(frozen=True, slots=True)
class Session:
    """A login. `token` is the cookie's value, which the database knows as a hash only."""

    token: str
    csrf_token: str
    staff: Staff
