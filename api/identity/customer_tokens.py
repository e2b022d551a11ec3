from dataclasses import dataclass
from typing import Any

import jwt
from jwt import exceptions as wrong

from api.identity import errors
from api.identity.keys import RemoteKeys

LEEWAY_SECONDS = 10
TRANSLATION: tuple[tuple[type[Exception], type[errors.CustomerTokenError]], ...] = (
    (wrong.ExpiredSignatureError, errors.ExpiredToken),
    (wrong.ImmatureSignatureError, errors.NotYetValid),
    (wrong.InvalidAudienceError, errors.WrongAudience),
    (wrong.InvalidIssuerError, errors.WrongIssuer),
    (wrong.MissingRequiredClaimError, errors.MissingClaim),
    (wrong.InvalidSignatureError, errors.BadSignature),
    (wrong.PyJWTError, errors.MalformedToken),
)


@dataclass(frozen=True, slots=True)
class CustomerClaims:
    """`channel`: the only one in which it counts. `verified_by`: the kind of address that the channel vouches for."""

    customer_id: str
    name: str | None
    first_name: str | None
    channel: str | None = None
    verified_by: str | None = None


class CustomerTokens:
    """Checks the tokens with which the retailer's site says who is logged in.

    The key follows from the algorithm, and each algorithm has a key of its own kind: a public key can never be used as
    a shared secret.
    """

    def __init__(self, *, secret: str, keys: RemoteKeys | None, audience: str, issuer: str) -> None:
        self._secret = secret
        self._keys = keys
        self._audience = audience
        self._issuer = issuer or None

    async def verify(self, token: str) -> CustomerClaims:
        """Raises CustomerTokenError."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm, key = await self._key(header)
            claims = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "aud", "sub", *(["iss"] if self._issuer else [])]},
            )
        except wrong.PyJWTError as error:
            raise next(ours for theirs, ours in TRANSLATION if isinstance(error, theirs)) from None
        return read_claims(claims)

    async def _key(self, header: dict[str, Any]) -> tuple[str, Any]:
        match header.get("alg"):
            case "HS256" if self._secret:
                return "HS256", self._secret
            case "RS256" if self._keys:
                return "RS256", await self._keys.get(str(header.get("kid", "")))
        raise errors.MalformedToken


def read_claims(claims: dict[str, Any]) -> CustomerClaims:
    def text(*names: str) -> str | None:
        return next((claims[name][:200] for name in names if isinstance(claims.get(name), str) and claims[name]), None)

    customer_id = text("sub")
    if customer_id is None:
        raise errors.MissingClaim
    return CustomerClaims(
        customer_id,
        name=text("name"),
        first_name=text("first_name", "given_name"),
        channel=text("channel"),
        verified_by=text("verified_by"),
    )
