"""Every confirmed wish is carried out once and told once; `python -m tests.writes` is the long form."""

import pytest

from tests.writes.run import run
from tests.writes.world import World


@pytest.mark.slow
async def test_a_short_run_has_no_findings(world: World) -> None:
    result = await run(world, faults=40, seed=1)
    assert result.findings == []
    assert result.faults.total() >= 40
