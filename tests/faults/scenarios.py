"""What customers come for. A scenario goes by what the assistant answers, so that an apology in between leads on."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.customer import PATIENCE, Customer
from tests.faults.record import WriteKind
from tests.faults.shoppers import Shopper

QUESTIONS = (
    "how long does shipping to France take?",
    "can I send back a sale item?",
    "do you wrap gifts?",
    "what does delivery cost?",
    "how do I wash a wool jumper?",
    "when do my points expire?",
    "which countries do you ship to?",
    "can I pay with Klarna?",
)
BURST = ("hello", "do you wrap gifts?", "and what does delivery cost?")
MOST_STEPS = 14  # of a customer who keeps being asked, or put off
APOLOGY = re.compile(r"assistant_|utter_error_")
# What was confirmed is looked after, or was done: the customer reads so, and leaves it at that.
LOOKED_AFTER = {"write_checking", "utter_error_outcome_unknown", "utter_error_underway", "utter_error_just_done"}
CHECK_FIRST = {"assistant_slow"}  # this apology asks the customer to look before trying again

Scenario = Callable[[Customer, Shopper], Awaitable[None]]


@dataclass(frozen=True)
class Goal:
    """`replies`: pattern on the template or backend call of what the assistant said last → what to say next."""

    kind: WriteKind
    opening: str
    replies: dict[str, str]
    agrees_to: str  # pattern of the recap that is answered with yes
    done: str
    status: str  # how to ask whether it has happened, and the pattern of an answer that says so
    happened: str


RETURN = Goal(
    kind="return",
    opening="I want to return one of the canvas sneakers from {order}, they are too small",
    replies={
        r"return_resolution": "refund",
        r"return_method": "I'll bring it to the shop",
        r"return_quantity": "1",
        r"return_items": "the canvas sneakers",
        r"return_reason|^GET /return-reasons": "too small",
    },
    agrees_to=r"^POST /orders/.*/return-quote$",
    done=r"^POST /returns → ",
    status="where is my return?",
    happened=r"GET /returns/RT-",
)
REFUND = Goal(
    kind="refund",
    opening="one mug from {order} arrived broken, I want my money back without sending it",
    replies={
        r"return_quantity": "1",
        r"refund_item": "the stoneware mug",
        r"refund_reason|^GET /return-reasons": "damaged",
        r"refund_method": "original payment",
    },
    agrees_to=r"utter_refund_recap|^GET /orders/JL-\d+$",
    done=r"^POST /refunds → ",
    status="where is my refund?",
    happened=r"GET /refunds → ",
)
REDEMPTION = Goal(
    kind="redemption",
    opening="I want to redeem my points",
    replies={r"^GET /loyalty/rewards$": "the €10.00 voucher"},
    agrees_to=r"^POST /loyalty/redemptions reward$",
    done=r"^POST /loyalty/redemptions voucher$",
    status="show my points history",
    happened=r"Reward: ",
)


async def faq(customer: Customer, shopper: Shopper) -> None:
    del shopper
    for question in customer.rng.sample(QUESTIONS, customer.rng.randint(2, 4)):
        await customer.ask(question)
        await customer.pause()


async def burst(customer: Customer, shopper: Shopper) -> None:
    """Writes on before the first answer comes."""
    del shopper
    sent = [await customer.say(text) for text in BURST]
    for each in sent:
        await customer.reply_to(each)


async def order_status(customer: Customer, shopper: Shopper) -> None:
    await customer.ask(f"where is my order {shopper.order}?")
    await customer.pause()
    await customer.ask(customer.rng.choice(QUESTIONS))


async def handoff(customer: Customer, shopper: Shopper) -> None:
    """Asks for a person, by word or by button, perhaps while the bot still thinks; talks; comes back to the bot."""
    await customer.ask(f"where is my order {shopper.order}?")
    if customer.rng.random() < 0.5:
        await customer.say(customer.rng.choice(QUESTIONS))
        await customer.ask_for_a_person()
    else:
        await customer.ask("I want to talk to a human")
        if not customer.with_people:  # an apology came instead
            await customer.ask_for_a_person()
    await customer.until(lambda: any(event["author"] == "advisor" for event in customer.talk.seen), 2 * PATIENCE)
    await customer.say("thank you, that helps")
    await customer.until(lambda: not customer.with_people, 2 * PATIENCE)
    await customer.ask(customer.rng.choice(QUESTIONS))


def goal(wanted: Goal) -> Scenario:
    async def pursue(customer: Customer, shopper: Shopper) -> None:
        customer.talk.wants = wanted.kind
        text = wanted.opening.format(order=shopper.order)
        for _ in range(MOST_STEPS):
            said_yes = text == "yes please"
            customer.talk.agreed = customer.talk.agreed or said_yes
            reply = await customer.ask(text)
            if customer.with_people or not reply:  # an advisor looks after it, and the customer lets it be
                customer.talk.ended = "with people"
                return
            about = [heading(message) for message in reply]
            if any(re.search(wanted.done, each) for each in about) or LOOKED_AFTER.intersection(about):
                return
            if said_yes and text != wanted.status and CHECK_FIRST.intersection(about):
                reply = await customer.ask(wanted.status)
                if any(re.search(wanted.happened, str(message)) for message in reply):
                    return
            await (customer.wait() if any(APOLOGY.match(each) for each in about) else customer.pause())
            text = next_words(wanted, about[-1]).format(order=shopper.order)
        customer.talk.ended = "got nowhere"

    return pursue


def next_words(wanted: Goal, about: str) -> str:
    if re.search(wanted.agrees_to, about):
        return "yes please"
    return next((words for pattern, words in wanted.replies.items() if re.search(pattern, about)), wanted.opening)


def heading(message: dict[str, Any]) -> str:
    """The template or backend call; a redemption's recap and its result differ in their cards only."""
    source = message.get("source") or {}
    name = str(source.get("call") or source.get("name") or source.get("entry") or "")
    kinds = [str(card["kind"]) for card in message.get("cards") or []]
    return f"{name} {kinds[0]}" if name == "POST /loyalty/redemptions" and kinds else name


SCENARIOS: dict[str, tuple[int, Scenario]] = {
    "faq": (3, faq),
    "burst": (2, burst),
    "order": (2, order_status),
    "return": (3, goal(RETURN)),
    "refund": (3, goal(REFUND)),
    "redemption": (3, goal(REDEMPTION)),
    "handoff": (3, handoff),
}
