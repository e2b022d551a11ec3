"""Why a write may not be begun: nothing is sent to the shop then. All are problems, for the action server.

Problem
├── NotKnown   403 verification_required: the conversation is nobody's (any more)
├── StepUpNeeded  403 step_up: that the customer proved who they are is too long ago for this
├── NotNow     409 not_now: its turn is over, or people have the conversation
├── Underway   409 underway: another one for the same thing is not settled yet
└── JustDone   409 just_done: the same was done for this customer a moment ago, who may not have read so yet
"""

from common.problems import Problem


class NotKnown(Problem):
    def __init__(self) -> None:
        super().__init__(403, "verification_required", "The conversation has no verified customer.")


class StepUpNeeded(Problem):
    def __init__(self) -> None:
        super().__init__(403, "step_up", "The last proof of identity is too old for this.")


class NotNow(Problem):
    def __init__(self) -> None:
        super().__init__(409, "not_now", "The turn is over, or the conversation is with people.")


class Underway(Problem):
    def __init__(self) -> None:
        super().__init__(409, "underway", "What was confirmed before is not settled yet.")


class JustDone(Problem):
    def __init__(self) -> None:
        super().__init__(409, "just_done", "The same was done a moment ago, and the customer may not have read it yet.")
