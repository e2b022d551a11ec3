"""Who owns a conversation, and how it may change hands: the whole rule as data (DESIGN §5)."""

from enum import StrEnum

from api.conversations.models import State
from common.problems import Problem


class Move(StrEnum):
    REQUEST = "request"  # the bot or the customer asks for a person
    WITHDRAW = "withdraw"  # the customer goes on with the bot instead of waiting
    CLAIM = "claim"
    TAKE_OVER = "take_over"  # another advisor goes on where the first one has left the desk
    HAND_BACK = "hand_back"
    RESOLVE = "resolve"
    RELEASE = "release"  # the advisor who has it has disappeared: back to the line
    REOPEN = "reopen"  # the customer writes again after the end


class Reason(StrEnum):
    CUSTOMER_REQUEST = "customer_request"
    MISSING_KNOWLEDGE = "missing_knowledge"
    UNSUPPORTED_REQUEST = "unsupported_request"
    POLICY_RESTRICTION = "policy_restriction"
    TOOL_FAILURE = "tool_failure"
    MISUNDERSTANDING = "misunderstanding"
    COMPLAINT = "complaint"
    SENSITIVE = "sensitive"


class Skill(StrEnum):
    """What it was about, for the desk to sort by."""

    ORDERS = "orders"
    RETURNS = "returns"
    REFUNDS = "refunds"
    LOYALTY = "loyalty"
    GENERAL = "general"


MOVES: dict[tuple[State, Move], State] = {
    (State.BOT, Move.REQUEST): State.QUEUED,
    (State.QUEUED, Move.WITHDRAW): State.BOT,
    (State.QUEUED, Move.CLAIM): State.ASSIGNED,
    (State.ASSIGNED, Move.TAKE_OVER): State.ASSIGNED,
    (State.ASSIGNED, Move.RELEASE): State.QUEUED,
    (State.ASSIGNED, Move.HAND_BACK): State.BOT,
    (State.ASSIGNED, Move.RESOLVE): State.RESOLVED,
    (State.RESOLVED, Move.REOPEN): State.BOT,
}


class IllegalMove(Problem):
    """Answers 409; `state` is what the conversation was found in."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(409, "illegal_move", f"A conversation that is {state} can't {move}.", state=state, move=move)
        self.state = state
        self.move = move


def after(state: State, move: Move) -> State:
    """Where the move leads. Raises IllegalMove."""
    try:
        return MOVES[state, move]
    except KeyError:
        raise IllegalMove(state, move) from None
