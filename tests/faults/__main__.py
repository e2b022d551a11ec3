"""The fault suite: `python -m tests.faults --seed 1 --minutes 30 --customers 12 --report out.json`.

Ends with 0 if every promise held. The same seed makes the same faults at the same times and the same customers;
what they meet depends on the machine.
"""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from tests.faults.plan import DECK
from tests.faults.product import running_product
from tests.faults.report import as_json, as_table
from tests.faults.run import Options, Run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=2.0, help="of customers and faults; start and end come on top")
    parser.add_argument("--customers", type=int, default=10, help="at the same time")
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two faults, on average")
    parser.add_argument("--only", default="", help='faults to choose from, such as "kill rasa, ambush, shop slow"')
    parser.add_argument("--report", type=Path, help="write the result as JSON")
    parser.add_argument("--keep-logs", type=Path, help="copy the processes' logs there")
    given = parser.parse_args()
    wanted = tuple(part.strip() for part in given.only.split(","))
    cards = tuple(card for card in DECK if f"{card[0]} {card[1]}".startswith(wanted))
    if not cards:
        parser.error(f"--only names none of {', '.join(' '.join(card) for card in DECK)}")
    options = Options(given.seed, given.minutes, given.customers, given.every, cards)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the product is stopped
    with running_product(keep_logs=given.keep_logs) as product:
        report = as_json(asyncio.run(Run(product, options).carry_out()))
    if given.report:
        given.report.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(as_table(report) + "\n")
    return 1 if report["findings"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
