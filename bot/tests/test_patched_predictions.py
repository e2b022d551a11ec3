"""The corrections to how the next action is found change its cost and nothing else."""

import copy
import random
from typing import Any, Dict, List, Set, Tuple

import dask
import pytest
from patches import rules
from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.constants import SHOULD_NOT_BE_SET
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import ActionExecuted, ActionReverted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.slots import BooleanSlot, CategoricalSlot, ListSlot, Slot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker

SLOTS = ["order", "sure"]


def nodes(**needs: Dict[str, str]) -> GraphSchema:
    return GraphSchema(
        {name: SchemaNode(of, uses=object, constructor_name="", fn="", config={}) for name, of in needs.items()}
    )


def runner(schema: GraphSchema, ran: List[str]) -> DaskGraphRunner:
    """Each node says what it got."""

    def node(name: str) -> Any:
        def call(*inputs: Any) -> Tuple[str, Any]:
            ran.append(name)
            return name, (name, inputs)

        return call

    made = object.__new__(DaskGraphRunner)
    made._graph_schema = schema
    made._execution_context = None
    made._instantiated_nodes = {name: node(name) for name in schema.nodes}
    return made


DIAMOND = nodes(top={"x": "start"}, left={"x": "top"}, right={"x": "top"}, end={"a": "left", "b": "right"}, other={})


@pytest.mark.parametrize("targets", [["end"], ["left", "right"], ["end", "left"], ["other"]])
def test_the_graph_gives_what_dask_gives(targets: List[str]) -> None:
    ran: List[str] = []
    made = runner(DIAMOND, ran)
    inputs = {"start": {"text": "hello"}}
    expected = made._build_dask_graph(DIAMOND.minimal_graph_schema(targets))
    made._add_inputs_to_graph(inputs, expected)
    wanted = dict(dask.get(expected, targets))
    asked_of_dask, ran[:] = sorted(ran), []
    assert made.run(inputs, targets) == wanted
    assert sorted(ran) == asked_of_dask
    assert made.run(inputs, targets) == wanted


def test_what_nobody_provides_is_passed_as_its_name() -> None:
    assert runner(DIAMOND, []).run({}, ["top"]) == {"top": ("top", ("start",))}


def test_an_input_may_not_have_a_nodes_name() -> None:
    with pytest.raises(GraphRunError, match="top"):
        runner(DIAMOND, []).run({"top": 1}, ["end"])


def test_a_graph_that_goes_in_circles_is_refused() -> None:
    with pytest.raises(GraphRunError, match="circles"):
        runner(nodes(a={"x": "b"}, b={"x": "a"}), []).run({}, ["a"])


def some_state(chance: random.Random, *, as_rule: bool) -> State:
    state: Dict[str, Any] = {}
    if chance.random() < 0.7:
        state["prev_action"] = {"action_name": chance.choice(["action_listen", "utter_a"])}
    if chance.random() < 0.7:
        state["user"] = {"intent": chance.choice("ab")}
    if chance.random() < 0.3:
        entities = ("e", "f")
        state.setdefault("user", {})["entities"] = list(entities) if as_rule else entities
    if chance.random() < 0.5:
        values: List[Any] = [(1.0,), (0.0, 1.0), SHOULD_NOT_BE_SET]
        value = chance.choice(values)
        state["slots"] = {"order": list(value) if as_rule and value != SHOULD_NOT_BE_SET else value}
    if chance.random() < 0.3:
        state["active_loop"] = {"name": chance.choice(["form", SHOULD_NOT_BE_SET] if as_rule else ["form"])}
    return state


def possible_as_in_rasa(policy: RulePolicy, lookup: Dict[str, str], states: List[State]) -> Set[str]:
    """By `_is_rule_applicable`, which is not corrected."""
    turns = list(enumerate(reversed(states)))
    return {key for key in lookup if all(policy._is_rule_applicable(key, number, state) for number, state in turns)}


def test_the_same_rules_apply() -> None:
    chance = random.Random(7)
    policy = object.__new__(RulePolicy)
    found = 0
    for _ in range(2000):
        lengths = [chance.randint(1, 3) for _ in range(6)]
        written = [[some_state(chance, as_rule=True) for _ in range(length)] for length in lengths]
        lookup = {RulePolicy._create_feature_key(policy, rule): "action" for rule in written}
        states = [some_state(chance, as_rule=False) for _ in range(chance.randint(0, 5))]
        expected = possible_as_in_rasa(policy, lookup, states)
        found += len(expected)
        assert policy._get_possible_keys(lookup, states) == expected
    assert found > 1000


def domain() -> Domain:
    hidden = {"type": "text", "influence_conversation": False, "mappings": [{"type": "custom"}]}
    order = {"type": "text", "mappings": [{"type": "custom"}]}
    sure = {"type": "bool", "mappings": [{"type": "custom"}]}
    return Domain.from_dict(
        {
            "intents": ["a", "b"],
            "slots": {"order": order, "sure": sure, "note": hidden},
            "actions": ["utter_a", "form"],
            "forms": {"form": {"required_slots": []}},
        }
    )


def some_events(chance: random.Random, length: int) -> List[Event]:
    makers = [
        lambda: UserUttered("hi", {"name": chance.choice("ab"), "confidence": 1.0}),
        lambda: ActionExecuted(chance.choice(["action_listen", "utter_a", "form"])),
        lambda: SlotSet(chance.choice([*SLOTS, "note"]), chance.choice([None, True, "x"])),
        lambda: ActiveLoop(chance.choice(["form", None])),
        ActionReverted,
    ]
    return [ActionExecuted("action_listen"), *(chance.choice(makers)() for _ in range(length))]


def test_the_same_states_are_seen_while_a_conversation_goes_on() -> None:
    chance, known = random.Random(3), domain()
    for _ in range(150):
        tracker = DialogueStateTracker("c", known.slots)
        for event in some_events(chance, 14):
            tracker.update(event)
            expected = rules._states_for_tracker_history(known, tracker)
            seen = known.states_for_tracker_history(tracker)
            assert seen == expected
            for state in seen:  # a caller may do with them what it likes
                state.pop("user", None)
                state.get("slots", {}).clear()
            assert known.states_for_tracker_history(tracker) == expected


@pytest.mark.parametrize("only_set", [True, False])
def test_only_slots_that_influence_anything_are_in_a_state(only_set: bool) -> None:
    tracker = DialogueStateTracker("c", domain().slots)
    for name, value in (("order", "x"), ("note", "x"), ("sure", False)):
        tracker.update(SlotSet(name, value))
        expected = rules._get_slots_sub_state(tracker, only_set)
        assert Domain._get_slots_sub_state(tracker, only_set) == expected
    assert set(expected) == {"order", "sure"}


@pytest.mark.parametrize(
    "slot",
    [TextSlot("t", []), BooleanSlot("b", [], initial_value=True), ListSlot("l", []), CategoricalSlot("c", [], ["x"])],
)
def test_a_copied_slot_is_one_of_its_own(slot: Slot) -> None:
    slot.value = "x"
    copied = copy.copy(slot)
    assert type(copied) is type(slot)
    assert vars(copied) == vars(slot)
    copied.reset()
    assert slot.has_been_set
    assert not copied.has_been_set
