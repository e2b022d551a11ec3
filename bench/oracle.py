"""`python -m bench.oracle`: does the time of the answer tell whether an order exists that isn't yours?

Against a running product with the sample shop. A logged-in customer asks, in random order, for a number that nobody
has and for one that another customer has. Printed are both medians, and how often the second takes longer: 0.5
tells nothing, 1.0 everything. `--own` asks for an order of one's own, which may be told apart: so this does measure.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys

import httpx

from bench.clients import AftercareCustomer

UNKNOWN = "JL-999999"
WARM_UP = 10
PER_CONVERSATION = 20  # turns; a long conversation is slower, in both kinds alike


async def measure(url: str, pairs: int, *, own: bool) -> dict[str, float | int]:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
        people = (await http.get("/shop/customers")).raise_for_status().json()["items"]
        asking, other = (each for each in people if each["reference"] in {"emma", "liam"})
        answer = await http.post("/shop/token", json={"customer": asking["reference"]})
        token = answer.raise_for_status().json()["customer_token"]
        number = (asking if own else other)["orders"][0]
        unknown, existing = await times(http, url, token, number, pairs)
    higher = sum((b > a) + (b == a) / 2 for a in unknown for b in existing) / (len(unknown) * len(existing))
    return {
        "pairs": pairs,
        "unknown_ms": round(1000 * statistics.median(unknown), 2),
        "existing_ms": round(1000 * statistics.median(existing), 2),
        "existing_takes_longer": round(higher, 3),
        "two_standard_errors": round(
            2 * (2 * pairs + 1) ** 0.5 / (12 * pairs * pairs) ** 0.5, 3
        ),  # of Mann-Whitney's U
    }


async def times(
    http: httpx.AsyncClient, url: str, token: str, number: str, pairs: int
) -> tuple[list[float], list[float]]:
    """Seconds of each turn, for the number that nobody has and for the other one."""
    wanted = [UNKNOWN, number] * (pairs + WARM_UP)
    found: dict[str, list[float]] = {UNKNOWN: [], number: []}
    rng = random.Random(7)
    tail = wanted[2 * WARM_UP :]
    rng.shuffle(tail)
    wanted[2 * WARM_UP :] = tail
    for start in range(0, len(wanted), PER_CONVERSATION):
        async with AftercareCustomer(http, url, token) as customer:
            for each in wanted[start : start + PER_CONVERSATION]:
                found[each].append(await customer.say(f"where is {each}"))
    return found[UNKNOWN][WARM_UP:], found[number][WARM_UP:]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.oracle", description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--own", action="store_true")
    options = parser.parse_args()
    json.dump(asyncio.run(measure(options.url, options.pairs, own=options.own)), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
