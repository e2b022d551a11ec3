"""Who calls (the assistant's own credentials) and for whom (the customer assertion)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt
from pydantic import SecretStr

from backends.models import AuthLevel
from backends.sandbox.context import Subject
from backends.sandbox.problems import verification_required
from backends.sandbox.settings import SandboxSettings
from common.problems import Problem

SCOPES = ("orders:read", "orders:write", "returns:write", "refunds:write", "loyalty:read", "loyalty:write")
TOKEN_LIFETIME = timedelta(hours=1)
API_KEY_CLIENT = "api-key"


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    scopes: frozenset[str]


def same(shown: str, wanted: SecretStr) -> bool:
    """An empty secret equals nothing."""
    secret = wanted.get_secret_value()
    return bool(secret) and secrets.compare_digest(shown.encode(), secret.encode())


def knows_client(settings: SandboxSettings, client_id: str, client_secret: str) -> bool:
    return same(client_secret, settings.commerce_client_secret) & same(
        client_id, SecretStr(settings.commerce_client_id)
    )


def issue_token(settings: SandboxSettings, scopes: list[str], now: datetime) -> str:
    claims = {
        "sub": settings.commerce_client_id,
        "aud": "shop",
        "scope": " ".join(scopes),
        "exp": now + TOKEN_LIFETIME,
    }
    return jwt.encode(claims, _signing_key(settings), algorithm="HS256")


def read_token(settings: SandboxSettings, token: str, now: datetime) -> Client:
    """Raises Problem 401."""
    claims = _decode(token, _signing_key(settings), now, audience="shop")
    if claims is None or not settings.commerce_client_secret.get_secret_value():
        raise unauthorized()
    return Client(str(claims["sub"]), frozenset(str(claims.get("scope", "")).split()))


def read_assertion(settings: SandboxSettings, assertion: str, now: datetime) -> Subject:
    """Raises Problem 403 `verification_required`."""
    secret = settings.assertion_secret.get_secret_value()
    claims = _decode(assertion, secret, now, audience="commerce", issuer="aftercare") if secret else None
    if not claims or not claims["sub"]:
        raise verification_required()
    order_id = claims.get("order_id")
    match claims.get("auth_level"):
        case "customer":
            return Subject(claims["sub"], AuthLevel.CUSTOMER)
        case "guest" if isinstance(order_id, str) and order_id:
            return Subject(claims["sub"], AuthLevel.GUEST, order_id)
    raise verification_required()


def unauthorized() -> Problem:
    detail = "Client credentials or an API key are needed."
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": "Bearer"})


def _signing_key(settings: SandboxSettings) -> str:
    return hashlib.sha256(b"tokens\0" + settings.commerce_client_secret.get_secret_value().encode()).hexdigest()


def _decode(token: str, key: str, now: datetime, *, audience: str, issuer: str | None = None) -> dict[str, str] | None:
    try:
        claims: dict[str, str] = jwt.decode(
            token,
            key,
            algorithms=["HS256"],
            audience=audience,
            issuer=issuer,
            # The expiry is checked below, by the shop's clock.
            options={"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False},
        )
        expires = float(claims["exp"])
    except (jwt.InvalidTokenError, ValueError, TypeError):
        return None
    return claims if expires > now.timestamp() else None
