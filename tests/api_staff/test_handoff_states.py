import itertools

import pytest

from api.conversations.models import State
from api.handoff.states import MOVES, IllegalMove, Move, after


def test_the_moves_are_those_of_the_design_and_leaving_the_line_taking_over_and_releasing() -> None:
    assert {(str(state), str(to)) for (state, _), to in MOVES.items()} == {
        ("bot", "queued"),
        ("queued", "assigned"),
        ("queued", "bot"),
        ("assigned", "assigned"),
        ("assigned", "queued"),
        ("assigned", "bot"),
        ("assigned", "resolved"),
        ("resolved", "bot"),
    }


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_a_move_leads_where_the_table_says_or_is_refused_with_409(state: State, move: Move) -> None:
    if (state, move) in MOVES:
        assert after(state, move) is MOVES[state, move]
        return
    with pytest.raises(IllegalMove) as refused:
        after(state, move)
    assert refused.value.status == 409
    assert (refused.value.state, refused.value.move) == (state, move)


def test_there_is_a_way_back_to_the_bot_from_everywhere() -> None:
    for state in State:
        reached = {state}
        while more := {to for (origin, _), to in MOVES.items() if origin in reached} - reached:
            reached |= more
        assert State.BOT in reached
