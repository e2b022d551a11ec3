import time
from dataclasses import dataclass

import jwt
from pydantic import SecretStr

from api.conversations.models import AuthLevel, Conversation

LIFETIME_SECONDS = 120  # longer than the longest turn


@dataclass(frozen=True, slots=True)
class Assertions:
    """Tells the commerce backend who the customer is (docs/reference/internal.md)."""

    secret: SecretStr

    def sign(self, conversation: Conversation) -> str:
        """Empty for an anonymous conversation."""
        if conversation.auth_level is AuthLevel.ANONYMOUS:
            return ""
        now = int(time.time())
        claims = {
            "sub": conversation.customer_id,
            "auth_level": conversation.auth_level.value,
            "aud": "commerce",
            "iss": "aftercare",
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        if conversation.verified_order_id:
            claims["order_id"] = conversation.verified_order_id
        return jwt.encode(claims, self.secret.get_secret_value(), algorithm="HS256")
