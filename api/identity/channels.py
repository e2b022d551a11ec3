"""Whether a customer token may say who writes in a channel, and what kind of proof it is."""

from api.conversations.models import Proof
from api.identity.customer_tokens import CustomerClaims
from api.identity.errors import UntrustedAddress, WrongChannel

WEB = "web"


def proof_in(channel: str, claims: CustomerClaims, trusted: dict[str, str]) -> Proof:
    """`trusted`: channel → the kind of address by which people are known there, or nothing.

    A token counts in the channel that it names, and in no other: what was proved in one is not carried to another. One
    that names none is a log-in on the shop's pages. Raises WrongChannel, UntrustedAddress.
    """
    if (claims.channel or WEB) != channel:
        raise WrongChannel
    if claims.verified_by is None:
        return Proof.LOGIN
    if trusted.get(channel) != claims.verified_by:
        raise UntrustedAddress
    return Proof.CHANNEL
