from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Request

from backends.models import AuthLevel
from backends.sandbox.policies.rules import Policy
from backends.sandbox.settings import SandboxSettings
from common.database import Pool

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom a call is made, as the verified assertion says. `order_id` is set for guests only."""

    customer_id: str
    auth_level: AuthLevel
    order_id: str | None = None

    @property
    def scope(self) -> tuple[str, str | None, str | None]:
        """Arguments of `customer_id = %s AND (%s::text IS NULL OR order_id = %s)`."""
        return self.customer_id, self.order_id, self.order_id


@dataclass(frozen=True, slots=True)
class Shop:
    """What every endpoint needs; put together in `create_app`."""

    pool: Pool
    policy: Policy
    settings: SandboxSettings
    clock: Clock


@dataclass(frozen=True, slots=True)
class Moment:
    """The rules and the time that one request is decided with."""

    policy: Policy
    now: datetime
    public_url: str

    @property
    def today(self) -> date:
        return self.now.date()


def get_shop(request: Request) -> Shop:
    shop = request.app.state.shop
    assert isinstance(shop, Shop)
    return shop


ShopDep = Annotated[Shop, Depends(get_shop)]


def get_moment(shop: ShopDep) -> Moment:
    return Moment(shop.policy, shop.clock(), shop.settings.public_url)


MomentDep = Annotated[Moment, Depends(get_moment)]
