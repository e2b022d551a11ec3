"""Whatever comes in whatever order around a "yes": one write, and one true message about it.

More of it: `WRITES_EXAMPLES=200 python -m pytest tests/writes/test_interleavings.py`.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.writes.machine import Confirmations, Loop
from tests.writes.world import running_world

EXAMPLES = int(os.environ.get("WRITES_EXAMPLES", "8"))
STEPS = 40


@pytest.fixture
def machine(fresh_database: Callable[[str, str], str], tmp_path: Path) -> Iterator[type[Confirmations]]:
    databases = fresh_database("api", "api"), fresh_database("backends/sandbox", "shop")
    with Loop(running_world(*databases, tmp_path)) as loop:
        yield type("Confirmations", (Confirmations,), {"loop": loop})


@pytest.mark.slow  # `test_run.py` is the quick one
@pytest.mark.timeout(30 * EXAMPLES + 120)
def test_a_yes_is_one_write_and_one_true_message_whatever_comes_between(machine: type[Confirmations]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,  # the same run for everybody; more examples are other ones
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
