"""Why a decision is not recorded. All are problems.

Problem
├── NotAsked   409 not_asked: a yes to a question that the customer never read
└── NotKnown   403 verification_required: the question was another conversation's, and nobody is known in this one
"""

from common.problems import Problem


class NotAsked(Problem):
    def __init__(self) -> None:
        super().__init__(409, "not_asked", "The customer has not been asked for this, so there is nothing to agree to.")


class NotKnown(Problem):
    def __init__(self) -> None:
        super().__init__(403, "verification_required", "Who writes here is not known any more.")
