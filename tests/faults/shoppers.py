"""Customers of the sample shop made for a run: each has one parcel, and points, and wants one thing at most."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from backends.models import OrderStatus
from backends.sandbox.context import Moment
from backends.sandbox.policies.rules import load_policy
from backends.sandbox.seed.build import add_person
from backends.sandbox.seed.models import EntrySpec, LineSpec, OrderSpec, PersonSpec, ShipmentSpec

FIRST_NUMBER = 500_001
POINTS = 600


@dataclass(frozen=True, slots=True)
class Shopper:
    id: str
    order: str


async def add_shoppers(environment: Mapping[str, str], count: int) -> list[Shopper]:
    """More than one of each thing, so that nothing but the product keeps a write from happening twice."""
    moment = Moment(load_policy(), datetime.now(UTC), "http://shop")
    shoppers = [Shopper(f"cus_fault_{index}", f"JL-{FIRST_NUMBER + index}") for index in range(count)]
    url = environment["AFTERCARE_SHOP_DATABASE_URL"]
    async with await AsyncConnection.connect(url, row_factory=dict_row, options="-c search_path=shop") as connection:
        for shopper in shoppers:
            await add_person(connection, moment, shopper.id, None, person(shopper))
        await connection.execute("DELETE FROM outbox")
    return shoppers


def person(shopper: Shopper) -> PersonSpec:
    order = OrderSpec(
        number=shopper.order,
        days=9,
        status=OrderStatus.DELIVERED,
        lines=(
            LineSpec(sku="SNEAKER", variant="42 / white", quantity=3),
            LineSpec(sku="MUG", variant="blue", quantity=3),
        ),
        shipments=(ShipmentSpec(delivered=4),),
    )
    points = EntrySpec(unit="points", days=20, amount=POINTS, description="Welcome")
    return PersonSpec(
        name="Robin Fault",
        email=f"{shopper.id}@example.com",
        since=400,
        programme="points",
        orders=(order,),
        ledger=(points,),
    )


def customer_token(environment: Mapping[str, str], shopper: Shopper) -> str:
    """As the shop's login would sign it."""
    claims = {
        "sub": shopper.id,
        "name": "Robin Fault",
        "given_name": "Robin",
        "aud": "aftercare",
        "iss": "juniper-lane",
        "exp": datetime.now(UTC) + timedelta(hours=2),
    }
    return jwt.encode(claims, environment["AFTERCARE_CUSTOMER_TOKEN_SECRET"], "HS256")
