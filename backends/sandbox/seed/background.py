"""A couple of hundred ordinary orders of ordinary customers, the same for the same seed number."""

import random
from collections.abc import Iterator

from backends.models import OrderStatus, RefundStatus, Resolution, ReturnStatus
from backends.sandbox.policies.rules import Policy
from backends.sandbox.seed.catalogue import CATALOGUE, Product
from backends.sandbox.seed.models import (
    LineSpec,
    OrderSpec,
    PersonSpec,
    RefundSpec,
    ReturnLineSpec,
    ReturnSpec,
    ShipmentSpec,
)

FIRST_NAMES = (
    "Ada",
    "Brian",
    "Ciara",
    "Declan",
    "Eileen",
    "Fionn",
    "Gráinne",
    "Hugo",
    "Ines",
    "Jonas",
    "Katja",
    "Luca",
)
LAST_NAMES = ("Ahern", "Bauer", "Costa", "Dubois", "Egan", "Foley", "Greene", "Hughes", "Ivers", "Jensen", "Keane")
PEOPLE = 40
ORDERS = 200


class Background:
    """Numbers are handed out in turn, far from those of the named customers."""

    def __init__(self, seed: int, policy: Policy) -> None:
        self._random = random.Random(seed)  # noqa: S311 - sample data
        self._policy = policy
        self._order, self._return = 110_000, 201_000

    def people(self) -> Iterator[PersonSpec]:
        share, left = divmod(ORDERS, PEOPLE)
        for index in range(PEOPLE):
            first, last = self._random.choice(FIRST_NAMES), self._random.choice(LAST_NAMES)
            yield PersonSpec(
                name=f"{first} {last}",
                email=f"customer{index + 1}@example.net",
                since=self._random.randint(120, 1500),
                programme=self._random.choice(["points", "tiers", "cashback", None]),
                orders=self.orders(share + (index < left)),
            )

    def orders(self, count: int) -> tuple[OrderSpec, ...]:
        return tuple(self._one() for _ in range(count))

    def _one(self) -> OrderSpec:
        self._order += 1
        days = self._random.randint(6, 330)
        kinds = self._random.sample(list(CATALOGUE.values()), self._random.randint(1, 3))
        lines = tuple(self._line(product) for product in kinds)
        delivered = days - self._random.randint(2, 5)
        return OrderSpec(
            number=f"JL-{self._order}",
            days=days,
            status=OrderStatus.DELIVERED,
            lines=lines,
            shipments=(ShipmentSpec(delivered=delivered),),
            returns=self._returns(kinds[0], delivered),
            payment=self._random.choice(["card", "card", "paypal", "klarna"]),
        )

    def _line(self, product: Product) -> LineSpec:
        return LineSpec(
            sku=product.sku, variant=self._random.choice(product.variants), quantity=self._random.randint(1, 2)
        )

    def _returns(self, product: Product, delivered: int) -> tuple[ReturnSpec, ...]:
        """Of long ago and finished, for one order in eight."""
        returnable = self._policy.category(product.category).blocked is None
        if delivered < 40 or not returnable or self._random.random() > 1 / 8:  # noqa: PLR2004 - days
            return ()
        self._return += 1
        sent = delivered - 5
        refund = RefundSpec(number=f"RF-{self._return + 100_000}", days=sent - 6, status=RefundStatus.PROCESSED)
        line = ReturnLineSpec(position=1, quantity=1, reason="changed_mind")
        return (
            ReturnSpec(
                number=f"RT-{self._return}",
                days=sent,
                status=ReturnStatus.CLOSED,
                resolution=self._random.choice([Resolution.REFUND, Resolution.STORE_CREDIT]),
                method="store",
                lines=(line,),
                refund=refund,
            ),
        )
