"""Anything in any order: customers, a slow bot, advisors who come, go and race, crashes; the rules always hold."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.conversations.models import State
from api.handoff.service import NotYours, StillServed
from api.handoff.states import MOVES, IllegalMove, Move
from api.staff.models import Session
from common.database import Connection
from tests.handoff.log import check_log
from tests.handoff.world import Crash, Snapshot, World

ADVISORS = ("ada", "ben", "cara")
CAPACITY = 2
advisors = st.sampled_from(ADVISORS)


@dataclass
class Expected:
    """What the test believes of one conversation. `held` are answers that the bot has not finished yet."""

    state: State = State.BOT
    advisor: str | None = None
    kept: bool = False
    held: list[asyncio.Event] = field(default_factory=list)


class Ownership(RuleBasedStateMachine):
    world: World
    sessions: dict[str, Session]
    customers = Bundle("customers")

    @initialize()
    def open_the_desk(self) -> None:
        self.world.forget_conversations()
        self.here: set[str] = set()
        self.expected: dict[UUID, Expected] = {}
        self.line: list[UUID] = []  # who waits, first in line first

    def teardown(self) -> None:
        for expected in self.expected.values():
            for gate in expected.held:
                self.world.run(lambda gate=gate: open_gate(gate))  # type: ignore[misc]
        for customer in self.expected:
            self.world.until_settled(customer)

    # What people do

    @rule(target=customers)
    def arrive(self) -> UUID:
        customer: UUID = self.world.do(create(self.world))
        self.expected[customer] = Expected()
        return customer

    @rule(customer=customers)
    def write(self, customer: UUID) -> None:
        expected = self.expected[customer]
        before = len(self.world.events(customer))
        self.world.say(customer, "where is my order")
        self._reopened(expected)
        if not expected.held:
            self.world.until_settled(customer)
            answers = [event for event in self.world.events(customer)[before:] if event.author == "bot"]
            assert len(answers) == (expected.state is State.BOT)

    @precondition(
        lambda self: any(not e.held and e.state in (State.BOT, State.RESOLVED) for e in self.expected.values())
    )
    @rule(customer=customers)
    def write_to_a_slow_bot(self, customer: UUID) -> None:
        expected = self.expected[customer]
        if expected.held or expected.state not in (State.BOT, State.RESOLVED):
            return
        expected.held.append(self.world.hold_next_answer())
        asked = len(self.world.rasa.calls)
        self.world.say(customer, "and my refund")
        self._reopened(expected)
        self.world.until_asked(asked + 1)

    @rule(customer=customers)
    def let_the_bot_finish(self, customer: UUID) -> None:
        """Its answer is shown only while the conversation is still the bot's, and dropped otherwise."""
        expected = self.expected[customer]
        before = len(self.world.events(customer))
        held, expected.held = expected.held, []
        for gate in held:
            self.world.run(lambda gate=gate: open_gate(gate))  # type: ignore[misc]
        self.world.until_settled(customer)
        answers = [event for event in self.world.events(customer)[before:] if event.author == "bot"]
        assert bool(answers) == (bool(held) and expected.state is State.BOT)

    @rule(customer=customers, crash=st.booleans())
    def ask_for_a_person(self, customer: UUID, crash: bool) -> None:
        def request(connection: Connection) -> Any:
            return self.world.services.handoff.request(
                connection, customer, reason="customer_request", skill="general", summary=""
            )

        if not self._attempt(request, legal=True, crash=crash):
            return
        expected = self.expected[customer]
        if expected.state in (State.BOT, State.RESOLVED):
            expected.state, expected.kept = State.QUEUED, False
            self._line_up(customer)

    @rule(customer=customers, crash=st.booleans())
    def go_on_with_the_bot(self, customer: UUID, crash: bool) -> None:
        expected = self.expected[customer]
        legal = (expected.state, Move.WITHDRAW) in MOVES
        withdraw = self.world.services.handoff.withdraw
        if self._attempt(lambda connection: withdraw(connection, customer), legal=legal, crash=crash):
            expected.state, expected.kept = State.BOT, not self.here
            self._leave_line(customer)

    @rule(customer=customers, name=advisors, crash=st.booleans())
    def claim(self, customer: UUID, name: str, crash: bool) -> None:
        expected = self.expected[customer]
        legal = expected.state is State.QUEUED or (expected.kept and expected.state in (State.BOT, State.RESOLVED))
        claim, staff = self.world.services.handoff.claim, self.sessions[name].staff
        if self._attempt(lambda connection: claim(connection, customer, staff), legal=legal, crash=crash):
            self._assigned(customer, name)

    @rule(customer=customers, names=st.permutations(ADVISORS))
    def claim_all_at_once(self, customer: UUID, names: list[str]) -> None:
        expected = self.expected[customer]
        if expected.state is not State.QUEUED:
            return

        async def race() -> list[str]:
            claims = [self.world.desk.claim(self.sessions[name].staff, customer) for name in names]
            results = await asyncio.gather(*claims, return_exceptions=True)
            assert all(result is None or isinstance(result, IllegalMove) for result in results), results
            return [name for name, result in zip(names, results, strict=True) if result is None]

        winners = self.world.run(race)
        assert len(winners) == 1
        self._assigned(customer, winners[0])

    @rule(customer=customers, name=advisors, crash=st.booleans())
    def take_over(self, customer: UUID, name: str, crash: bool) -> None:
        expected = self.expected[customer]
        left = expected.advisor not in {name, *self.here}
        take, staff = self.world.services.handoff.take_over, self.sessions[name].staff
        legal = expected.state is State.ASSIGNED and left
        if self._attempt(lambda connection: take(connection, customer, staff), legal=legal, crash=crash):
            self._assigned(customer, name)

    @rule(customer=customers, name=advisors, to=st.sampled_from((Move.HAND_BACK, Move.RESOLVE)), crash=st.booleans())
    def end(self, customer: UUID, name: str, to: Move, crash: bool) -> None:
        expected = self.expected[customer]
        legal = expected.state is State.ASSIGNED and expected.advisor == name
        handoff, staff = self.world.services.handoff, self.sessions[name].staff
        step = handoff.hand_back if to is Move.HAND_BACK else handoff.resolve
        if self._attempt(lambda connection: step(connection, customer, staff), legal=legal, crash=crash):
            expected.state, expected.advisor = MOVES[State.ASSIGNED, to], None

    @rule(customer=customers, name=advisors)
    def speak(self, customer: UUID, name: str) -> None:
        expected = self.expected[customer]
        staff = self.sessions[name].staff
        if expected.state is State.BOT and not self._was_handed_over(customer):
            return
        if expected.state is State.ASSIGNED and expected.advisor == name:
            self.world.run(lambda: self.world.desk.send(staff, customer, "Hello"))
        else:
            with pytest.raises(NotYours):
                self.world.run(lambda: self.world.desk.send(staff, customer, "Hello"))

    @rule(name=advisors)
    def come_to_the_desk(self, name: str) -> None:
        self.world.rows("UPDATE staff_sessions SET present_at = NULL WHERE staff_id = %s RETURNING 1", self._id(name))
        self.world.come(self.sessions[name])
        self.here.add(name)

    @rule(name=advisors)
    def disappear(self, name: str) -> None:
        gone = "UPDATE staff_sessions SET present_at = now() - interval '1 hour' WHERE staff_id = %s RETURNING 1"
        self.world.rows(gone, self._id(name))
        self.here.discard(name)

    @rule()
    def look_after_the_line(self) -> None:
        """Who lost their advisor goes to the head; then places are filled in order, as far as there are any."""
        lost = [c for c, e in self.expected.items() if e.state is State.ASSIGNED and e.advisor not in self.here]
        for customer in lost:
            self.expected[customer].state, self.expected[customer].advisor = State.QUEUED, None
        self.world.sweep_line()
        for customer in lost:
            self._line_up(customer)
        held = {name: sum(e.advisor == name for e in self.expected.values()) for name in self.here}
        places = sum(max(0, CAPACITY - load) for load in held.values())
        owners, names = self.world.snapshot().owners, {str(self._id(name)): name for name in ADVISORS}
        for customer in tuple(self.line[:places]):
            advisor = names[str(owners[customer][1])]
            held[advisor] += 1
            assert held[advisor] <= CAPACITY
            self._assigned(customer, advisor)

    @rule()
    def kill_the_gateway_in_its_turns(self) -> None:
        """Whoever sweeps next takes the turns up; Rasa is asked again, and answers at once this time."""
        self.world.kill_turns()
        for expected in self.expected.values():
            expected.held.clear()
        self.world.sweep_turns()
        for customer in self.expected:
            self.world.until_settled(customer)

    # What holds after each step

    @invariant()
    def the_rules_hold(self) -> None:
        found = self.world.snapshot()
        for log in found.logs.values():
            check_log(log)
        owners = {c: (e.state, str(self._id(e.advisor)) if e.advisor else None) for c, e in self.expected.items()}
        assert found.owners == owners
        assert found.line == self.line
        self._check_open_handoffs(found)

    # Bookkeeping

    def _attempt(self, step: Callable[[Connection], Any], *, legal: bool, crash: bool) -> bool:
        """Whether it took effect: legal and not cut short by a crash. What is illegal must be refused."""
        if not legal:
            with pytest.raises((IllegalMove, NotYours, StillServed)):
                self.world.do(step)
        elif crash:
            with pytest.raises(Crash):
                self.world.do(step, crash=True)
        else:
            self.world.do(step)
        return legal and not crash

    def _check_open_handoffs(self, found: Snapshot) -> None:
        """Exactly one where somebody waits, is served or is still owed an answer; its holder is the owner."""
        kept = {customer for customer, expected in self.expected.items() if expected.kept}
        owed = {c for c, e in self.expected.items() if e.state in (State.QUEUED, State.ASSIGNED)} | kept
        assert sorted(row["conversation_id"] for row in found.open_handoffs) == sorted(owed)
        for row in found.open_handoffs:
            assert row["holder"] == found.owners[row["conversation_id"]][1]
            assert (row["kept_at"] is not None) == (row["conversation_id"] in kept)

    def _line_up(self, customer: UUID) -> None:
        """By the time of the request: a wish that was kept while nobody was there holds its old place."""
        query = (
            "SELECT conversation_id FROM handoffs WHERE closed_at IS NULL ORDER BY left_at IS NULL, requested_at, id"
        )
        self.line.append(customer)
        order = [row["conversation_id"] for row in self.world.rows(query)]
        self.line.sort(key=order.index)

    def _leave_line(self, customer: UUID) -> None:
        if customer in self.line:
            self.line.remove(customer)

    def _assigned(self, customer: UUID, name: str) -> None:
        expected = self.expected[customer]
        expected.state, expected.advisor, expected.kept = State.ASSIGNED, name, False
        self._leave_line(customer)

    @staticmethod
    def _reopened(expected: Expected) -> None:
        if expected.state is State.RESOLVED:
            expected.state = State.BOT

    def _was_handed_over(self, customer: UUID) -> bool:
        return bool(self.world.rows("SELECT 1 FROM handoffs WHERE conversation_id = %s", customer))

    def _id(self, name: str) -> UUID:
        return self.sessions[name].staff.id


def create(world: World) -> Callable[[Connection], Any]:
    async def step(connection: Connection) -> UUID:
        conversation_id, _ = await world.services.conversations.create(
            connection,
            channel="web",
            locale="en",
            token_hash=uuid4().bytes,
            token_ttl=world.services.staff.session_lifetime,
        )
        return conversation_id

    return step


async def open_gate(gate: asyncio.Event) -> None:
    gate.set()


@pytest.fixture(scope="module")
def world(fresh_database: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data: Path = tmp_path_factory.mktemp("world")
    world = World(fresh_database("api", "api"), data)
    world.start()
    yield world
    world.close()


@pytest.mark.slow  # hundreds of steps, each through HTTP
def test_whatever_happens_a_conversation_has_one_owner_and_nobody_speaks_out_of_turn(world: World) -> None:
    Ownership.world = world
    Ownership.sessions = {name: world.advisor(name) for name in ADVISORS}
    world.rows("UPDATE staff SET capacity = %s RETURNING 1", CAPACITY)
    run_state_machine_as_test(
        Ownership,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
