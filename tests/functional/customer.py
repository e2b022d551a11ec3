"""A customer who writes to the real Rasa, as the gateway passes the messages on."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt

from common.internal import INTERNAL_SECRET_HEADER
from ops.stack import Stack


@dataclass
class Customer:
    stack: Stack
    # Reference of one of the shop's sample customers; empty: nobody in particular.
    reference: str = ""
    order_id: str = ""  # for a verified guest
    conversation: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def auth_level(self) -> str:
        return "anonymous" if not self.reference else "guest" if self.order_id else "customer"

    def sends(self, text: str) -> dict[str, Any]:
        """One turn; what starts with a slash is a button."""
        metadata = {
            "assertion": self._assertion() if self.reference else "",
            "auth_level": self.auth_level,
            "first_name": self.reference.capitalize(),
            "locale": "en",
            "channel": "web",
        }
        turn = {
            "sender": self.conversation,
            "message_id": str(uuid.uuid4()),
            "kind": "payload" if text.startswith("/") else "text",
            "text": text,
            "retry": False,
            "metadata": metadata,
        }
        headers = {INTERNAL_SECRET_HEADER: self.stack.environment["AFTERCARE_INTERNAL_SECRET"]}
        url = f"{self.stack.url('rasa')}/webhooks/aftercare/turn"
        answer = httpx.post(url, json=turn, headers=headers, timeout=60).raise_for_status().json()
        assert isinstance(answer, dict)
        return answer

    def _assertion(self) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "sub": f"cus_{self.reference}",
            "auth_level": self.auth_level,
            "aud": "commerce",
            "iss": "aftercare",
            "iat": now,
            "exp": now + 120,
        }
        if self.order_id:
            claims["order_id"] = self.order_id
        return jwt.encode(claims, self.stack.environment["AFTERCARE_ASSERTION_SECRET"], "HS256")
