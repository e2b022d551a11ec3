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
        if conversation.customer_id is None:
            return ""
        return self.sign_for(conversation.customer_id, conversation.auth_level, conversation.verified_order_id)

    def sign_for(self, customer_id: str, auth_level: AuthLevel, verified_order_id: str | None) -> str:
        now = int(time.time())
        claims = {
            "sub": customer_id,
            "auth_level": auth_level.value,
            "aud": "commerce",
            "iss": "aftercare",
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        if verified_order_id:
            claims["order_id"] = verified_order_id
        return jwt.encode(claims, self.secret.get_secret_value(), algorithm="HS256")
