"""What can be wrong with a customer token of the retailer.

CustomerTokenError       `code` tells the retailer's developer which it was
├── MalformedToken       not a JWT, or an algorithm that is not set up here
├── BadSignature         signed with another key, or altered
├── UnknownKey           names a key that the JWKS does not have
├── ExpiredToken
├── NotYetValid
├── WrongAudience
├── WrongIssuer
├── MissingClaim         without exp, aud or sub
├── WrongChannel         for another channel than the conversation's
├── UntrustedAddress     by an address that nobody is known by in this channel
└── KeysUnavailable      the JWKS address does not answer: nothing is said about the token
"""

from typing import ClassVar


class CustomerTokenError(Exception):
    code: ClassVar[str] = "customer_token_invalid"
    status: ClassVar[int] = 401


class MalformedToken(CustomerTokenError):
    code = "customer_token_malformed"


class BadSignature(CustomerTokenError):
    code = "customer_token_bad_signature"


class UnknownKey(CustomerTokenError):
    code = "customer_token_unknown_key"


class ExpiredToken(CustomerTokenError):
    code = "customer_token_expired"


class NotYetValid(CustomerTokenError):
    code = "customer_token_not_yet_valid"


class WrongAudience(CustomerTokenError):
    code = "customer_token_wrong_audience"


class WrongIssuer(CustomerTokenError):
    code = "customer_token_wrong_issuer"


class MissingClaim(CustomerTokenError):
    code = "customer_token_missing_claim"


class WrongChannel(CustomerTokenError):
    code = "customer_token_wrong_channel"


class UntrustedAddress(CustomerTokenError):
    code = "customer_token_untrusted_address"


class KeysUnavailable(CustomerTokenError):
    code = "customer_token_keys_unavailable"
    status = 503
