"""The scenarios of `scenarios/<behaviour>/*.yml`, over HTTP against the whole product.

They run side by side from the first test on; each test waits for its own. docs/reference/scenarios.md says how.
"""

import pytest

from ops.stack import Stack
from tests.functional.scenario import read_scenarios
from tests.functional.stage import Stage

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

SCENARIOS = read_scenarios()
WITHIN = 500.0  # seconds for all of them


@pytest.fixture(scope="module")
def stage(stack: Stack, request: pytest.FixtureRequest) -> Stage:
    """Only those that were asked for: `pytest -k` saves their time as well."""
    names = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    return Stage(stack, {name: scenario for name, scenario in SCENARIOS.items() if name in names})


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(stage: Stage, name: str):
    stage.result(name, WITHIN)
