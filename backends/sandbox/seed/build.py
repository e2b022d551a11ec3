"""Customers with what they own, in the shop's tables."""

import json
import zlib
from dataclasses import asdict, replace
from datetime import timedelta

from backends.models import Address, Money, Voucher
from backends.sandbox.context import Moment
from backends.sandbox.loyalty import repository as loyalty
from backends.sandbox.loyalty.calendar import add_months
from backends.sandbox.loyalty.repository import Entry
from backends.sandbox.seed.models import EntrySpec, PersonSpec
from backends.sandbox.seed.orders import add_order
from common.database import Connection

# Of nobody: the streets are made up.
HOMES = (
    ("4 Sycamore Row", "D06 F1N2", "Dublin", "IE"),
    ("17 Weaver's Quay", "T12 XY83", "Cork", "IE"),
    ("2 Lantern Hill", "H91 K7P4", "Galway", "IE"),
    ("31 Mill Pond Road", "V94 A2R6", "Limerick", "IE"),
    ("9 Harbour Steps", "X91 D5T8", "Waterford", "IE"),
)


def ago(moment: Moment, days: int) -> Moment:
    return replace(moment, now=moment.now - timedelta(days=days))


async def add_person(
    connection: Connection, moment: Moment, customer_id: str, reference: str | None, person: PersonSpec
) -> None:
    await connection.execute(
        "INSERT INTO customers (id, reference, name, first_name, email, locale, since, tags, interest, programme)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            customer_id,
            reference,
            person.name,
            person.name.split()[0],
            person.email,
            person.locale,
            ago(moment, person.since).today,
            list(person.tags),
            person.interest,
            person.programme,
        ),
    )
    for entry in sorted(person.ledger, key=lambda entry: -entry.days):
        await _add_entry(connection, ago(moment, entry.days), customer_id, entry)
    for voucher in person.vouchers:
        value = Money(voucher.value, moment.policy.home_currency) if voucher.value else None
        expires = moment.today + timedelta(days=voucher.expires)
        new = Voucher(voucher.code, voucher.title, value, voucher.percent, expires)
        await loyalty.add_voucher(connection, customer_id, new)
    for order in sorted(person.orders, key=lambda order: -order.days):
        await add_order(connection, moment, customer_id, person.programme, order)
    await connection.execute(
        "UPDATE orders SET address = %s WHERE customer_id = %s", (json.dumps(asdict(home_of(person))), customer_id)
    )


def home_of(person: PersonSpec) -> Address:
    line1, postal_code, city, country = person.address or HOMES[zlib.crc32(person.name.encode()) % len(HOMES)]
    return Address(person.name, line1, city, country, postal_code=postal_code)


async def _add_entry(connection: Connection, moment: Moment, customer_id: str, entry: EntrySpec) -> None:
    points = entry.unit == "points"
    spendable = entry.unit in {"points", "cashback"} and entry.amount > 0
    new = Entry(
        customer_id,
        entry.unit,
        moment.now,
        "earned" if entry.amount > 0 else "redeemed",
        entry.amount,
        entry.description,
        None if points else moment.policy.home_currency,
        remaining=entry.amount if spendable else 0,
        expires_on=add_months(moment.today, moment.policy.loyalty.expiry_months) if points and spendable else None,
    )
    await loyalty.add(connection, new)
    to_spend = -min(entry.amount, 0)
    for lot in await loyalty.lots(connection, customer_id, entry.unit, moment.today):
        part = min(lot.remaining, to_spend)
        await loyalty.spend_from(connection, lot.id, part)
        to_spend -= part
