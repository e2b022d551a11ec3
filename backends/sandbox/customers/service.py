import secrets
from dataclasses import replace
from datetime import timedelta

from backends.models import Customer, Verification, VerifiedGuest
from backends.sandbox.context import Moment, Subject
from backends.sandbox.customers import repository
from backends.sandbox.loyalty import account
from backends.sandbox.loyalty import repository as loyalty
from backends.sandbox.problems import not_found
from backends.sandbox.texts import storable
from common.database import Connection

VERIFICATION_LIFETIME = timedelta(minutes=15)


async def lookup(connection: Connection, moment: Moment, subject: Subject) -> Customer:
    customer = await repository.find(connection, subject.customer_id)
    if customer is None:
        raise not_found()
    family = await loyalty.member(connection, customer.id)
    if family != "tiers":
        return customer
    tier = (await account.read_account(connection, moment, customer.id, family)).tier
    return replace(customer, tier=tier.name if tier else None)


async def start_verification(connection: Connection, moment: Moment, order_number: str, email: str) -> Verification:
    order_id = await repository.order_with_email(connection, order_number, email)
    verification_id = f"ver_{secrets.token_hex(12)}"
    expires = moment.now + VERIFICATION_LIFETIME
    await repository.add_verification(connection, verification_id, order_id, email, expires)
    return Verification(verification_id, order_id is not None, email, expires)


async def confirm_verification(connection: Connection, moment: Moment, verification_id: str) -> VerifiedGuest:
    known = storable(verification_id)
    guest = await repository.verified_guest(connection, verification_id, moment.now) if known else None
    if guest is None:
        raise not_found()
    return guest
