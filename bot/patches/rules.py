"""Find the rule that applies without reading all rules anew and going back to the beginning of the conversation.

`RulePolicy` is asked two or three times a turn. Each time it turns every rule's text into states again, tests each of
them at every state of the session, and replays the session. Three corrections:

* A rule is read once, and states are looked at only as far back as the longest rule reaches: before that, every rule
  applies.
* The session is replayed once for a tracker with the same events: a turn asks with the text, then with the intent.
* Only slots that influence the conversation are asked for their features.
"""

from functools import lru_cache
from typing import Any, Dict, List, NamedTuple, Set, Tuple

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION, SHOULD_NOT_BE_SET
from rasa.shared.core.domain import Domain, State, SubState
from rasa.shared.core.trackers import DialogueStateTracker

_states_for_tracker_history = Domain.states_for_tracker_history
_get_slots_sub_state = Domain._get_slots_sub_state


class RuleState(NamedTuple):
    """What a rule asks of one state: (kind of state, its key, value), and whether something came before it."""

    wanted: Tuple[Tuple[str, str, Any], ...]
    has_previous_action: bool

    def applies_to(self, state: State) -> bool:
        """As `RulePolicy._is_rule_applicable` for a turn that the rule reaches back to."""
        has_previous_action = bool(state.get(PREVIOUS_ACTION))
        if not self.has_previous_action or not has_previous_action:
            return self.has_previous_action == has_previous_action
        for kind, key, value in self.wanted:
            found = state.get(kind, {}).get(key)
            if value == SHOULD_NOT_BE_SET:
                if found and found != SHOULD_NOT_BE_SET:
                    return False
            elif found != value:
                return False
        return True


@lru_cache(maxsize=4096)
def read_rule(rule_key: str) -> Tuple[RuleState, ...]:
    """The rule's states, the latest first."""
    return tuple(_read_state(state) for state in reversed(RulePolicy._rule_key_to_state(rule_key)))


def _read_state(state: State) -> RuleState:
    wanted = []
    for kind, sub_state in state.items():
        for key, value in sub_state.items():
            if value:  # JSON has lists where states have tuples
                wanted.append((kind, key, tuple(value) if isinstance(value, list) else value))
    return RuleState(tuple(wanted), bool(state.get(PREVIOUS_ACTION)))


def get_possible_keys(self: RulePolicy, lookup: Dict[str, str], states: List[State]) -> Set[str]:
    del self
    possible = [(key, read_rule(key)) for key in lookup]
    longest = max((len(rule) for _, rule in possible), default=0)
    for number, state in enumerate(reversed(states[-longest:] if longest else [])):
        possible = [(key, rule) for key, rule in possible if number >= len(rule) or rule[number].applies_to(state)]
    return {key for key, _ in possible}


def states_for_tracker_history(
    self: Domain, tracker: DialogueStateTracker, *arguments: Any, **options: Any
) -> List[State]:
    """The states of the same events are kept with the tracker; each caller gets copies, for callers change them."""
    asked = (len(tracker.events), id(tracker.events[-1]) if tracker.events else 0, arguments, repr(options))
    kept = getattr(tracker, "_kept_states", None)
    if kept is None or kept[0] != asked:
        kept = (asked, _states_for_tracker_history(self, tracker, *arguments, **options))
        tracker._kept_states = kept
    return [{kind: dict(sub_state) for kind, sub_state in state.items()} for state in kept[1]]


class _Influencing(NamedTuple):
    """What `_get_slots_sub_state` needs of a tracker."""

    slots: Dict[str, Any]


def get_slots_sub_state(tracker: DialogueStateTracker, omit_unset_slots: bool = False) -> SubState:
    influencing = {
        name: slot for name, slot in tracker.slots.items() if slot is not None and slot.influence_conversation
    }
    return _get_slots_sub_state(_Influencing(influencing), omit_unset_slots)


def apply() -> None:
    RulePolicy._get_possible_keys = get_possible_keys
    Domain.states_for_tracker_history = states_for_tracker_history
    Domain._get_slots_sub_state = staticmethod(get_slots_sub_state)
