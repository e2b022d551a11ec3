"""Signatures of the shop's events, for both sides: `X-Commerce-Signature: t=<unix seconds>,v1=<hex of HMAC-SHA256>`."""

import hashlib
import hmac
import re
from collections.abc import Iterable

from pydantic import SecretStr

SIGNATURE_HEADER = "X-Commerce-Signature"
TOLERANCE_SECONDS = 300


class BadSignature(Exception):
    """The event is not from the shop, or too old to be taken."""


def sign(secret: SecretStr, body: bytes, *, at: int) -> str:
    """The header's value; `at` in unix seconds."""
    return f"t={at},v1={_digest(secret, body, str(at))}"


def verify(
    secrets: Iterable[SecretStr], header: str, body: bytes, *, now: float, tolerance: float = TOLERANCE_SECONDS
) -> None:
    """Accepts any of several secrets and any of several `v1`, so that a secret can be changed without a gap.

    Raises:
        BadSignature: malformed, signed with another secret, of another body, or over `tolerance` seconds from `now`.
    """
    found = re.fullmatch(r"t=([0-9]{1,12})((?:,v1=[0-9a-f]{64}){1,5})", header)
    if found is None:
        raise BadSignature("malformed")
    timestamp, shown = found[1], found[2].split(",v1=")[1:]
    wanted = [_digest(secret, body, timestamp) for secret in secrets if secret.get_secret_value()]
    # Every pair is compared, so that the time taken says nothing about which one came close.
    matches = [hmac.compare_digest(one, other) for one in shown for other in wanted]
    if not any(matches):
        raise BadSignature("signed with another secret, or another body")
    if abs(now - int(timestamp)) > tolerance:
        raise BadSignature("too far from now")


def _digest(secret: SecretStr, body: bytes, timestamp: str) -> str:
    return hmac.new(secret.get_secret_value().encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
