"""The short form of the fault suite: `python -m tests.faults` with a fixed seed (docs/reference/fault-suite.md)."""

import asyncio

import pytest

from tests.faults.product import running_product
from tests.faults.report import as_json, as_table
from tests.faults.run import Options, Run

SHORT = Options(seed=3, minutes=1.5, customers=8, every=3.0)


@pytest.mark.stack
@pytest.mark.timeout(420)
def test_every_promise_holds_while_processes_die_sleep_and_lose_each_other() -> None:
    with running_product() as product:
        report = as_json(asyncio.run(Run(product, SHORT).carry_out()))
    table = as_table(report)
    assert not report["findings"], table
    assert report["fault_count"] >= 15, table
    assert sum(report["missed_faults"].values()) <= report["fault_count"] / 2, table
    assert report["messages"] >= 50, table
    assert sum(report["confirmed"].values()) >= 3, table
