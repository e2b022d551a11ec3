"""`python -m bench.pipeline`: what the pipeline costs, and whether it stays so; `--minutes 10` is the long form."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import httpx

from bench.pipeline.crowd import Crowd
from bench.pipeline.product import running_product
from bench.pipeline.report import table
from bench.pipeline.turns import measure_cost, measure_growth
from ops.stack import Stack


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pipeline", description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="through the gateway, and as many past it")
    parser.add_argument("--conversation", type=int, default=500, help="turns of the long conversation")
    parser.add_argument("--sockets", type=int, default=200, help="open at the same time")
    parser.add_argument("--rate", type=float, default=20.0, help="turns a second of all of them together")
    parser.add_argument("--minutes", type=float, default=1.0, help="that they go on")
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the product is stopped
    with running_product() as stack:
        figures = asyncio.run(measure(stack, options))
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(table(figures))
    return 0


async def measure(stack: Stack, options: argparse.Namespace) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
        crowd = Crowd(http, stack, sockets=options.sockets, rate=options.rate)
        return {
            "cost": await measure_cost(http, stack, options.turns),
            "growth": await measure_growth(http, stack, options.conversation),
            "crowd": await crowd.measure(options.minutes),
        }


if __name__ == "__main__":
    raise SystemExit(main())
