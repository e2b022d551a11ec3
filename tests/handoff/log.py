"""What must hold in the log of every conversation, whatever happened to it: replayed event by event."""

from collections.abc import Sequence

from api.conversations.models import Event, State
from api.handoff.states import MOVES

LEGAL = {(state, to) for (state, _), to in MOVES.items()}
# Several moves told at once: people take up a wish that was kept, come back to one that had ended, or the customer asks
# for a person after the end.
AT_ONCE = {(State.BOT, State.ASSIGNED), (State.RESOLVED, State.ASSIGNED), (State.RESOLVED, State.QUEUED)}


def check_log(events: Sequence[Event]) -> None:
    """Numbers without gaps, legal moves only, and at every moment at most one voice beside the customer's."""
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    state, voice = State.BOT, None
    for event in events:
        if event.type == "handoff":
            to = State(event.body["state"])
            assert (state, to) in LEGAL | AT_ONCE or state is to is State.QUEUED, f"{state} to {to}"
            state, voice = to, event.body.get("advisor") if to is State.ASSIGNED else None
        elif event.author == "customer" and state is State.RESOLVED:
            state = State.BOT
        elif event.author == "bot":
            assert state is State.BOT, f"the bot spoke while the conversation was {state}"
        elif event.author == "advisor":
            assert state is State.ASSIGNED, f"an advisor spoke while the conversation was {state}"
            assert event.body["advisor"] == voice, f"{event.body['advisor']} spoke in {voice}'s conversation"
