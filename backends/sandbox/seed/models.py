"""The shape of people.yaml."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from backends.models import OrderStatus, RefundStatus, Resolution, ReturnStatus, ShipmentStatus


class Spec(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LineSpec(Spec):
    sku: str
    variant: str
    quantity: int
    flags: tuple[str, ...] = ()

    @property
    def price(self) -> int | None:
        return next((int(flag.removeprefix("price=")) for flag in self.flags if flag.startswith("price=")), None)


class ReturnLineSpec(Spec):
    position: int
    quantity: int
    reason: str


def _by_position(names: tuple[str, ...]) -> BeforeValidator:
    def read(value: Any) -> Any:
        return dict(zip(names, value, strict=False)) if isinstance(value, list) else value

    return BeforeValidator(read)


Line = Annotated[LineSpec, _by_position(("sku", "variant", "quantity", "flags"))]
ReturnLine = Annotated[ReturnLineSpec, _by_position(("position", "quantity", "reason"))]


class ShipmentSpec(Spec):
    """`delivered` alone means delivered so many days ago, shipped three days earlier. No `lines`: all."""

    status: ShipmentStatus = ShipmentStatus.DELIVERED
    shipped: int | None = None
    eta: int | None = None
    delivered: int | None = None
    lines: tuple[int, ...] = ()


class RefundSpec(Spec):
    """Of a return, of a line (by position), or of everything."""

    number: str
    days: int
    status: RefundStatus
    line: int | None = None
    reason: str = "return"


class ReturnSpec(Spec):
    number: str
    days: int
    status: ReturnStatus
    resolution: Resolution
    method: str
    lines: tuple[ReturnLine, ...]
    exchange_for: str | None = None
    decline: str | None = None
    refund: RefundSpec | None = None


class OrderSpec(Spec):
    number: str
    days: int
    status: OrderStatus
    lines: tuple[Line, ...]
    shipments: tuple[ShipmentSpec, ...] = ()
    returns: tuple[ReturnSpec, ...] = ()
    refunds: tuple[RefundSpec, ...] = ()
    currency: str = "EUR"
    shipping: int | None = None
    payment: str = "card"
    packed: int | None = None


class EntrySpec(Spec):
    unit: str
    days: int
    amount: int
    description: str


class VoucherSpec(Spec):
    code: str
    title: str
    value: int | None = None
    percent: int | None = None
    expires: int


class PersonSpec(Spec):
    """`address`: street, postal code, town and country; without it one of those in build.py."""

    name: str
    email: str
    since: int
    address: tuple[str, str, str, str] | None = None
    interest: str = ""
    locale: str = "en-IE"
    programme: str | None = None
    tags: tuple[str, ...] = ()
    orders: tuple[OrderSpec, ...] = ()
    ledger: tuple[EntrySpec, ...] = ()
    vouchers: tuple[VoucherSpec, ...] = ()
    background_orders: int = 0
