from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from backends.errors import BackendError, InvalidRequest, NotFound
from backends.models import Caller, Customer, Verification, VerifiedGuest
from backends.ports import Commerce

ORDER, EMAIL = "JL-100234", "emma@example.com"


class FakeShop:
    """The retailer's part of guest verification: one order, one address."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, str]] = []
        self.confirmed: list[tuple[str, str]] = []
        self.asked_for: list[Caller] = []
        self.fail_with: BackendError | None = None
        self._calls: dict[str, tuple[str, ...]] = {}
        self.guest = VerifiedGuest("cust-1", "order-1", "Emma Byrne")

    def as_commerce(self) -> Commerce:
        """The gateway's assistant calls only what is here."""
        return cast("Commerce", self)

    async def start_verification(self, order_number: str, email: str, *, idempotency_key: str) -> Verification:
        self._claim(idempotency_key, "start", order_number, email)
        self.started.append((order_number, email, idempotency_key))
        if self.fail_with:
            raise self.fail_with
        known = (order_number, email) == (ORDER, EMAIL)
        return Verification(f"ver-{len(self.started)}", known, email, datetime.now(UTC) + timedelta(minutes=10))

    async def confirm_verification(self, verification_id: str, *, idempotency_key: str) -> VerifiedGuest:
        self._claim(idempotency_key, "confirm", verification_id)
        self.confirmed.append((verification_id, idempotency_key))
        if self.fail_with:
            raise self.fail_with
        if not verification_id.startswith("ver-"):
            raise NotFound
        return self.guest

    async def me(self, caller: Caller) -> Customer:
        self.asked_for.append(caller)
        if self.fail_with:
            raise self.fail_with
        return Customer("cust-1", "Emma Byrne", "Emma", EMAIL, "en-IE", date(2024, 1, 1), tier="Leaf")

    def _claim(self, key: str, *call: str) -> None:
        """As the contract has it: a key belongs to one request."""
        if self._calls.setdefault(key, call) != call:
            raise InvalidRequest("idempotency_key_reused")

    async def policies(self) -> Any:
        if self.fail_with:
            raise self.fail_with
        return None
