from datetime import datetime, timedelta

import jwt

from backends.models import Refund
from backends.sandbox.context import Moment
from backends.sandbox.customers.repository import Reference, references
from backends.sandbox.problems import conflict, not_found
from backends.sandbox.refunds import repository as refund_rows
from backends.sandbox.refunds import service as refunds
from backends.sandbox.settings import SandboxSettings
from common.database import Connection

ISSUER = "juniper-lane"
TOKEN_LIFETIME = timedelta(hours=1)
FINAL = {"processed", "failed"}


async def customer_token(
    connection: Connection, settings: SandboxSettings, reference: str, now: datetime
) -> tuple[str, datetime]:
    """What the shop's own login would hand out, and until when it is good. Raises Problem 404."""
    known = {customer.reference: customer for customer in await references(connection)}
    customer = known.get(reference)
    if customer is None:
        raise not_found()
    expires = now.replace(microsecond=0) + TOKEN_LIFETIME
    return jwt.encode(_claims(customer, settings, now, expires), _key(settings), algorithm="HS256"), expires


def _claims(
    customer: Reference, settings: SandboxSettings, now: datetime, expires: datetime
) -> dict[str, str | datetime]:
    return {
        "sub": customer.id,
        "name": customer.name,
        "given_name": customer.first_name,
        "email": customer.email,
        "locale": customer.locale,
        "aud": settings.customer_token_audience,
        "iss": ISSUER,
        "iat": now,
        "exp": expires,
    }


def _key(settings: SandboxSettings) -> str:
    key = settings.customer_token_secret.get_secret_value()
    if not key:
        raise conflict("No secret for customer tokens is set.")
    return key


async def advance_refund(connection: Connection, moment: Moment, number: str) -> Refund:
    found = await refund_rows.lock(connection, number)
    if found is None:
        raise not_found()
    customer_id, refund = found
    if refund.status.value in FINAL:
        raise conflict("The refund is finished.")
    return await refunds.advance(connection, moment, customer_id, refund)
