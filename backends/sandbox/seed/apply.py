from pathlib import Path

import yaml

from backends.sandbox.context import Moment, Shop
from backends.sandbox.seed.background import Background
from backends.sandbox.seed.build import add_person
from backends.sandbox.seed.models import PersonSpec
from common.database import Connection, fetch_one

SEED_LOCK = 7_214_002  # any constant: of two shops that start at once, one seeds


def named_people() -> dict[str, PersonSpec]:
    """By reference, as in `/shop/customers`."""
    raw = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))
    return {reference: PersonSpec.model_validate(spec) for reference, spec in raw.items()}


async def seed_if_empty(shop: Shop) -> None:
    """All in one transaction: a shop is seeded or it is not."""
    async with shop.pool.connection() as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (SEED_LOCK,))
        if await fetch_one(connection, "SELECT 1 FROM customers LIMIT 1") is None:
            await _seed(
                connection, Moment(shop.policy, shop.clock(), shop.settings.public_url), shop.settings.shop_seed
            )


async def _seed(connection: Connection, moment: Moment, number: int) -> None:
    background = Background(number, moment.policy)
    for reference, person in named_people().items():
        orders = (*person.orders, *background.orders(person.background_orders))
        await add_person(
            connection, moment, f"cus_{reference}", reference, person.model_copy(update={"orders": orders})
        )
    for index, person in enumerate(background.people(), start=1):
        await add_person(connection, moment, f"cus_{index:04}", None, person)
    # What happened before the shop opened is no news.
    await connection.execute("DELETE FROM outbox")
