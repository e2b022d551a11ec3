"""Why something is not agreed. All are problems.

Problem
├── UnknownComplaint   404 not_found
├── InvalidAgreement   422 invalid_request: empty, too long, or for a day that is over or too far away
└── NothingAgreed      409 nothing_agreed: what was never agreed can't be done
"""

from common.problems import Problem


class UnknownComplaint(Problem):
    def __init__(self) -> None:
        super().__init__(404, "not_found", "There is no such request on the desk.")


class InvalidAgreement(Problem):
    def __init__(self, detail: str) -> None:
        super().__init__(422, "invalid_request", detail)


class NothingAgreed(Problem):
    def __init__(self) -> None:
        super().__init__(409, "nothing_agreed", "Nothing is agreed that could be done.")
