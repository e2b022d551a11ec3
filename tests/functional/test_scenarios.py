"""The scenarios of `scenarios/<behaviour>/*.yml`, over HTTP against the whole product.

They run side by side from the first test on; each test waits for its own. Two gateways serve them: what is said to one
may be answered by either and is read from the other. docs/reference/scenarios.md says how.
"""

from collections.abc import Iterator

import pytest

from actions.skills.catalogue import SKILLS
from ops.stack import Stack
from tests.functional.nodes import second_gateway, turns_of
from tests.functional.scenario import PAGES, read_scenarios
from tests.functional.stage import Stage

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

SCENARIOS = read_scenarios()
WITHIN = 500.0  # seconds for all of them


@pytest.fixture(scope="module")
def gateways(stack: Stack) -> Iterator[list[str]]:
    with second_gateway(stack) as second:
        yield [stack.url("api"), second]


@pytest.fixture(scope="module")
def stage(stack: Stack, gateways: list[str], request: pytest.FixtureRequest) -> Stage:
    """Only those that were asked for: `pytest -k` saves their time as well."""
    names = {
        item.callspec.params.get("name")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    }
    chosen = {name: scenario for name, scenario in SCENARIOS.items() if name in names}
    return Stage(stack, chosen, gateways=gateways)


def test_every_skill_has_a_page_with_an_example_that_is_played():
    pages = {page.stem for page in PAGES.glob("*.md")}
    assert pages == {handler.__module__.rpartition(".")[2] for handler in SKILLS.values()} - {"form", "forms"}
    assert pages == {name.partition(":")[0].removeprefix("page/") for name in SCENARIOS if name.startswith("page/")}


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(stage: Stage, name: str):
    stage.result(name, WITHIN)


def test_both_gateways_answered(stage: Stage, gateways: list[str]):
    stage.finished(WITHIN)
    assert all(turns_of(gateway) > 0 for gateway in gateways)
