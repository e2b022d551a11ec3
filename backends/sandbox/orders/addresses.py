"""Where an order goes, and whether it may go elsewhere."""

import re
from dataclasses import replace

from backends.models import Address, AddressChange, Order
from backends.sandbox.context import Moment, Subject
from backends.sandbox.events.outbox import emit
from backends.sandbox.orders import repository, service
from backends.sandbox.policies.rules import ShippingRule
from backends.sandbox.problems import address_refused, conflict
from common.database import Connection


async def change(
    connection: Connection, moment: Moment, subject: Subject, wanted: AddressChange, *, dry_run: bool
) -> Order:
    """Raises Problem 404, 409 `conflict`, 422 `address_refused`."""
    row = await service.require(connection, wanted.order_id, subject, lock=True)
    if not row.address_changeable:
        raise conflict("The order was cancelled, packed or shipped before.", reason="not_changeable")
    if wanted.version is not None and wanted.version != row.version:
        raise conflict("The order is not any more as it was shown.", reason="version")
    address = accepted(moment.policy.shipping, row.address, wanted.address)
    order = await service.get_order(connection, moment, subject, row.id)
    if dry_run:
        return replace(order, shipping_address=address)
    if address == row.address:
        return order
    await repository.set_address(connection, row.id, address)
    await emit(
        connection,
        "order.updated",
        moment.now,
        customer_id=row.customer_id,
        subject_id=row.id,
        number=row.number,
        status=row.status.value,
        order_id=row.id,
    )
    return await service.get_order(connection, moment, subject, row.id)


def accepted(rule: ShippingRule, old: Address | None, wanted: Address) -> Address:
    """As we write it. Raises Problem `address_refused`."""
    if wanted.country not in rule.countries:
        raise address_refused("country")
    if old is not None and wanted.country != old.country:
        raise address_refused("other_country")
    code = " ".join(wanted.postal_code.upper().split())
    if not re.fullmatch(rule.countries[wanted.country], code):
        raise address_refused("postal_code")
    return replace(wanted, postal_code=code)
