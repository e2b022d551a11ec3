"""What the gateway adds to a turn, and what a conversation's length adds."""

import statistics

import httpx

from bench.clients import AftercareCustomer, own_connection
from bench.pipeline.product import DirectCaller
from bench.sentences import questions
from ops.stack import Stack

Speaker = AftercareCustomer | DirectCaller

WARM_UP = 15
AROUND = 10  # turns whose median stands for the 10th and for the last one


async def measure_cost(http: httpx.AsyncClient, stack: Stack, turns: int) -> dict[str, float]:
    """p50 in milliseconds; by the gateway and past it in turn, so that both meet the same machine."""
    through: list[float] = []
    direct: list[float] = []
    async with own_connection() as own, AftercareCustomer(http, stack.url("api")) as customer:
        caller = DirectCaller(own, stack)
        for number, text in enumerate(questions(turns + WARM_UP)):
            ways: list[tuple[Speaker, list[float]]] = [(customer, through), (caller, direct)]
            for speaker, times in ways if number % 2 else reversed(ways):
                taken = await speaker.say(text)
                if number >= WARM_UP:
                    times.append(taken)
    gateway, rasa = statistics.median(through) * 1000, statistics.median(direct) * 1000
    return {"turns": turns, "through_the_gateway_ms": gateway, "rasa_alone_ms": rasa, "cost_ms": gateway - rasa}


async def measure_growth(http: httpx.AsyncClient, stack: Stack, turns: int) -> dict[str, float]:
    """The median of the turns around the 10th and of the last ones of one conversation, in milliseconds."""
    async with AftercareCustomer(http, stack.url("api")) as customer:
        taken = [await customer.say(text) for text in questions(turns)]
    early = statistics.median(taken[AROUND // 2 : AROUND // 2 + AROUND]) * 1000
    late = statistics.median(taken[-AROUND:]) * 1000
    return {"turns": turns, "tenth_ms": early, "last_ms": late, "ratio": late / early}
