"""Confirmed wishes under faults: `python -m tests.writes --faults 2000 --seed 1`. 0: no finding."""

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path

import structlog

from tests.postgres import Databases, fleeting_postgres
from tests.writes.run import Result, run
from tests.writes.world import running_world


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.writes", description=__doc__)
    parser.add_argument("--faults", type=int, default=2000, help="how many have to happen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=8, help="customers at the same time")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aftercare-writes-") as folder, fleeting_postgres() as server:
        result = asyncio.run(_run(Databases(server), Path(folder), given))
    sys.stdout.write(table(result, time.monotonic() - started) + "\n")
    return 1 if result.findings else 0


async def _run(databases: Databases, data: Path, given: argparse.Namespace) -> Result:
    urls = databases.fresh("api", "api"), databases.fresh("backends/sandbox", "shop")
    async with running_world(*urls, data) as world:
        return await run(world, faults=given.faults, seed=given.seed, at_once=given.at_once)


def table(result: Result, seconds: float) -> str:
    rows = [
        ("wishes", result.cases),
        *sorted(result.told.items()),
        ("faults", result.faults.total()),
        *((f"  {name}", count) for name, count in sorted(result.faults.items())),
        ("seconds", round(seconds)),
        ("findings", len(result.findings)),
    ]
    return "\n".join([*(f"{name:<45}{value}" for name, value in rows), *result.findings])


if __name__ == "__main__":
    raise SystemExit(main())
