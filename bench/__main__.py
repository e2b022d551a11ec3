"""`python -m bench`: Aftercare against a stock Rasa assistant; writes bench/results.json and bench/RESULTS.md."""

import argparse
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import psutil

from bench.aftercare import NO_LIMITS, measure_aftercare
from bench.baseline import measure_stock, train_stock
from bench.report import table

FOLDER = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--turns", type=int, default=200, help="turns of the single customer")
    parser.add_argument("--only", choices=["aftercare", "stock"], help="measure one of them and print, write nothing")
    parser.add_argument("--train-stock", type=Path, metavar="DIR", help="only train stock Rasa, in a new folder")
    parser.add_argument("--stock", type=Path, metavar="DIR", help="take the stock Rasa that was trained in this folder")
    parser.add_argument(
        "--stock-epochs",
        type=int,
        help="train stock Rasa for fewer than its 100 epochs: its training is a lower bound, its accuracy left out",
    )
    options = parser.parse_args()
    if options.train_stock:
        train_stock(options.train_stock, options.stock_epochs)
        return 0
    os.environ.update(NO_LIMITS)
    measured: dict[str, Any] = {}
    if options.only != "stock":
        measured["aftercare"] = measure_aftercare(options.turns)
        print(json.dumps(measured["aftercare"]), file=sys.stderr)  # stock Rasa may train for half an hour
    if options.only != "aftercare":
        measured["stock"] = measure_stock(options.turns, options.stock_epochs, options.stock)
    if options.only:
        json.dump(measured, sys.stdout, indent=2)
        return 0
    results = {"machine": machine(), "turns": options.turns, "stock_epochs": options.stock_epochs or 100, **measured}
    (FOLDER / "results.json").write_text(json.dumps(results, indent=2) + "\n")
    (FOLDER / "RESULTS.md").write_text(table(results))
    print(table(results))
    return 0


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "memory_gibibytes": round(psutil.virtual_memory().total / 1024**3),
        "system": platform.system(),
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    raise SystemExit(main())
