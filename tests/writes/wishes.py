"""Customers who want one thing done, once, and may not have it twice although the shop would allow it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import AsyncConnection
from psycopg.rows import dict_row

from backends.models import OrderStatus, Resolution, ReturnStatus
from backends.sandbox.context import Moment
from backends.sandbox.policies.rules import load_policy
from backends.sandbox.seed.build import add_person
from backends.sandbox.seed.models import (
    EntrySpec,
    LineSpec,
    OrderSpec,
    PersonSpec,
    ReturnLineSpec,
    ReturnSpec,
    ShipmentSpec,
)

FIRST = 600_001


@dataclass(frozen=True, slots=True)
class Buyer:
    """`order` has arrived, `open_order` has not been sent, `return_` is to be sent."""

    id: str
    order: str
    open_order: str
    return_: str


@dataclass(frozen=True, slots=True)
class Wish:
    """`words` lead to the recap; `told` finds the message that says it is done, by its call and card."""

    words: Callable[[Buyer], list[str]]
    told: str
    count: str


def _says(intent: str, **entities: str) -> str:
    return intent + json.dumps(entities)


WISHES: dict[str, Wish] = {
    "return": Wish(
        lambda buyer: [
            _says(
                "return_start",
                order_number=f"JL-{buyer.order}",
                items=f"ln_{buyer.order}_1",
                reason="changed_mind",
                resolution="refund",
                method="label",
            ),
            _says("inform", quantity="1"),
        ],
        r"^POST /returns → RT-",
        "SELECT count(*) FROM returns WHERE customer_id = %s AND status <> 'cancelled' AND order_id = %s",
    ),
    "refund": Wish(
        lambda buyer: [
            _says(
                "refund_request",
                order_number=f"JL-{buyer.order}",
                items=f"ln_{buyer.order}_2",
                quantity="1",
                reason="damaged",
                method="original_payment",
            )
        ],
        r"^POST /refunds → RF-",
        "SELECT count(*) FROM refunds WHERE customer_id = %s AND order_id = %s",
    ),
    "redemption": Wish(
        lambda _buyer: [_says("loyalty_redeem", reward="voucher-5")],
        r"^POST /loyalty/redemptions voucher",
        "SELECT count(*) FROM redemptions WHERE customer_id = %s AND %s <> ''",
    ),
    "cancellation": Wish(
        lambda buyer: [_says("order_cancel", order_number=f"JL-{buyer.open_order}")],
        r"^POST /orders/JL-\d+/cancel",
        "SELECT count(*) FROM orders WHERE customer_id = %s AND %s <> '' AND status = 'cancelled'",
    ),
    "new address": Wish(
        lambda buyer: [
            _says("order_change", order_number=f"JL-{buyer.open_order}", change="address"),
            "12 Main Street, Cork, T12 XY83",
        ],
        r"^POST /orders/JL-\d+/address(?! dry_run)",
        "SELECT count(*) FROM orders WHERE customer_id = %s AND %s <> '' AND address->>'line1' = '12 Main Street'",
    ),
    "withdrawal": Wish(
        lambda buyer: [_says("return_cancel", return_number=f"RT-{buyer.return_}")],
        r"^POST /returns/RT-\d+/cancel",
        "SELECT count(*) FROM returns WHERE customer_id = %s AND %s <> '' AND status = 'cancelled'",
    ),
}
# What says that it was not done, and no more; after the first two the customer may say yes again.
CERTAIN = ("utter_error_unavailable", "utter_error_timed_out", "utter_error_rate_limited")
NOT_DONE = re.compile(r"^(write_refused|utter_error_(?!outcome_unknown|underway|just_done).*)$")
CHECKING = {"write_checking", "utter_error_outcome_unknown"}


async def add_buyers(shop_url: str, first: int, count: int) -> list[Buyer]:
    moment = Moment(load_policy(), datetime.now(UTC), "http://shop")
    buyers = [
        Buyer(f"cus_w{number}", str(FIRST + 2 * number), str(FIRST + 2 * number + 1), str(FIRST + number))
        for number in range(first, first + count)
    ]
    async with await AsyncConnection.connect(
        shop_url, row_factory=dict_row, options="-c search_path=shop"
    ) as connection:
        for buyer in buyers:
            await add_person(connection, moment, buyer.id, None, _person(buyer))
        await connection.execute("DELETE FROM outbox")
    return buyers


def _person(buyer: Buyer) -> PersonSpec:
    lines = (
        LineSpec(sku="SNEAKER", variant="42 / white", quantity=4),
        LineSpec(sku="MUG", variant="blue", quantity=3),
    )
    sent_back = ReturnSpec(
        number=f"RT-{buyer.return_}",
        days=1,
        status=ReturnStatus.AWAITING_ITEMS,
        resolution=Resolution.REFUND,
        method="label",
        lines=(ReturnLineSpec(position=1, quantity=1, reason="changed_mind"),),
    )
    arrived = OrderSpec(
        number=f"JL-{buyer.order}",
        days=9,
        status=OrderStatus.DELIVERED,
        lines=lines,
        shipments=(ShipmentSpec(delivered=4),),
        returns=(sent_back,),
    )
    waiting = OrderSpec(
        number=f"JL-{buyer.open_order}",
        days=1,
        status=OrderStatus.CONFIRMED,
        lines=(LineSpec(sku="MUG", variant="blue", quantity=1),),
    )
    return PersonSpec(
        name="Robin Twice",
        email=f"{buyer.id}@example.com",
        since=400,
        programme="points",
        orders=(arrived, waiting),
        ledger=(EntrySpec(unit="points", days=20, amount=900, description="Welcome"),),
    )
