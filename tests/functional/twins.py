"""Each scenario has a customer of its own: a twin of a sample customer, with other numbers and another address.

Scenarios speak of the sample customer's numbers; `Twin.own` puts the twin's in their place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import jwt
import yaml
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from backends.sandbox.context import Moment
from backends.sandbox.policies.rules import load_policy
from backends.sandbox.seed.apply import named_people
from backends.sandbox.seed.build import add_person
from backends.sandbox.seed.models import OrderSpec, PersonSpec

FIRST_NUMBER = 600_001


@dataclass(frozen=True, slots=True)
class Twin:
    id: str
    person: PersonSpec | None = None
    # What the scenario's text has → what the twin's is.
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def email(self) -> str:
        return self.person.email if self.person else ""

    @property
    def name(self) -> str:
        return self.person.name if self.person else ""

    def own(self, text: str) -> str:
        for theirs, ours in self.names.items():
            text = text.replace(theirs, ours)
        return text


def people() -> dict[str, PersonSpec]:
    own = yaml.safe_load(Path(__file__).with_name("people.yml").read_text(encoding="utf-8"))
    return named_people() | {name: PersonSpec.model_validate(spec) for name, spec in own.items()}


class Twins:
    def __init__(self, first_number: int = FIRST_NUMBER) -> None:
        self._people = people()
        self._numbers: Iterator[int] = count(first_number)

    def of(self, reference: str) -> Twin:
        """Not at the shop yet."""
        number = next(self._numbers)
        original = self._people[reference]
        names: dict[str, str] = {}
        orders = tuple(self._renumbered(order, names) for order in original.orders)
        user, _, host = original.email.partition("@")
        # In letters: six digits in a message are taken for a one-time code.
        email = f"{user}.{''.join(chr(ord('a') + int(digit)) for digit in str(number))}@{host}"
        vouchers = tuple(
            voucher.model_copy(update={"code": f"{voucher.code}{number}"}) for voucher in original.vouchers
        )
        names |= {original.email: email} | {voucher.code: f"{voucher.code}{number}" for voucher in original.vouchers}
        changed = {"orders": orders, "email": email, "vouchers": vouchers}
        return Twin(f"cus_twin_{number}", original.model_copy(update=changed), names)

    def _renumbered(self, order: OrderSpec, names: dict[str, str]) -> OrderSpec:
        def new(number: str) -> str:
            kind, _, digits = number.partition("-")
            names[digits] = str(next(self._numbers))
            return f"{kind}-{names[digits]}"

        returns = tuple(
            one.model_copy(
                update={
                    "number": new(one.number),
                    "refund": one.refund and one.refund.model_copy(update={"number": new(one.refund.number)}),
                }
            )
            for one in order.returns
        )
        refunds = tuple(one.model_copy(update={"number": new(one.number)}) for one in order.refunds)
        return order.model_copy(update={"number": new(order.number), "returns": returns, "refunds": refunds})


async def add_to_shop(environment: Mapping[str, str], twins: Sequence[Twin]) -> None:
    moment = Moment(load_policy(), datetime.now(UTC), "http://shop")
    url = environment["AFTERCARE_SHOP_DATABASE_URL"]
    async with await AsyncConnection.connect(url, row_factory=dict_row, options="-c search_path=shop") as connection:
        for twin in twins:
            if twin.person:
                await add_person(connection, moment, twin.id, None, twin.person)


def customer_token(environment: Mapping[str, str], twin: Twin) -> str:
    """As the shop's login would sign it."""
    claims = {
        "sub": twin.id,
        "name": twin.name,
        "given_name": twin.name.split()[0],
        "aud": "aftercare",
        "iss": "juniper-lane",
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    return jwt.encode(claims, environment["AFTERCARE_CUSTOMER_TOKEN_SECRET"], "HS256")


def assertion(environment: Mapping[str, str], twin: Twin) -> str:
    """As the gateway signs whom it speaks for; here to look at what a scenario has left behind."""
    now = datetime.now(UTC)
    claims = {
        "sub": twin.id,
        "auth_level": "customer",
        "aud": "commerce",
        "iss": "aftercare",
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    return jwt.encode(claims, environment["AFTERCARE_ASSERTION_SECRET"], "HS256")
