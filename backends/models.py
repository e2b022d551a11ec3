"""What the retailer's systems know, as the assistant sees it.

The JSON of the commerce backend contract (`backends/contract.yaml`) uses exactly these names: a dataclass is an object,
an Enum its value, a datetime RFC 3339 with offset, a date YYYY-MM-DD, a tuple an array, None null.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import AwareDatetime

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in minor units of the ISO 4217 currency: 1999 EUR is 19.99, 500 JPY is 500, 1500 KWD is 1.500."""

    amount: int
    currency: str


class AuthLevel(StrEnum):
    GUEST = "guest"  # proved to own one order (number + e-mail + one-time code); sees that order only
    CUSTOMER = "customer"  # logged in at the retailer


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call is made: the signed assertion (a JWT), never a bare customer id. Empty: nobody."""

    assertion: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next_cursor` is None on the last page."""

    items: tuple[T, ...]
    next_cursor: str | None = None


# --- customers and verification ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Customer:
    id: str
    name: str
    first_name: str
    email: str
    locale: str
    since: date
    tier: str | None = None
    order_count: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """A started proof of ownership of one order.

    `deliverable` says whether order number and e-mail belong together: the gateway sends a one-time code only then, and
    never tells the customer which it was. `email` is the address to send to.
    """

    id: str
    deliverable: bool
    email: str
    expires_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class VerifiedGuest:
    """The subject that the gateway may assert from now on, with `auth_level` guest and `order_id`."""

    customer_id: str
    order_id: str
    name: str


# --- orders -----------------------------------------------------------------------------------------------------------


class OrderStatus(StrEnum):
    PENDING = "pending"  # placed, payment not settled
    CONFIRMED = "confirmed"
    PARTIALLY_SHIPPED = "partially_shipped"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class ShipmentStatus(StrEnum):
    LABEL_CREATED = "label_created"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    DELIVERED = "delivered"
    EXCEPTION = "exception"  # delayed, failed attempt, lost
    RETURNED_TO_SENDER = "returned_to_sender"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`returnable` units can be returned now by quantity; whether the rules allow it is in ReturnableItem."""

    id: str
    sku: str
    title: str
    variant: str
    category: str
    quantity: int
    fulfilled: int
    returned: int
    returnable: int
    unit_price: Money
    final_sale: bool = False


@dataclass(frozen=True, slots=True)
class Shipment:
    id: str
    carrier: str
    tracking_number: str
    tracking_url: str
    status: ShipmentStatus
    line_ids: tuple[str, ...]
    shipped_at: AwareDatetime | None = None
    eta: date | None = None
    delivered_at: AwareDatetime | None = None


class RefundStatus(StrEnum):
    PENDING = "pending"
    NEEDS_APPROVAL = "needs_approval"
    PROCESSED = "processed"
    FAILED = "failed"


class RefundMethod(StrEnum):
    ORIGINAL_PAYMENT = "original_payment"
    STORE_CREDIT = "store_credit"


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of an itemisation; a fee has a negative amount."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Refund:
    id: str
    number: str
    order_id: str
    order_number: str
    return_number: str | None
    amount: Money
    items: tuple[Charge, ...]
    method: RefundMethod
    status: RefundStatus
    created_at: AwareDatetime
    expected_by: date | None = None
    processed_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """`country` is ISO 3166-1 alpha-2; `postal_code` is empty where a country has none."""

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    postal_code: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """`version` is that of the order which the customer saw; with another one now, nothing is changed."""

    order_id: str
    address: Address
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """`address_changeable`: by the customer, now. `version` is another one whenever state or address are."""

    id: str
    number: str
    customer_id: str
    status: OrderStatus
    placed_at: AwareDatetime
    total: Money
    lines: tuple[OrderLine, ...]
    shipments: tuple[Shipment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple["Return", ...] = ()
    cancellable: bool = False
    payment_method: str = "card"
    url: str = ""
    shipping_address: Address | None = None
    address_changeable: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True)
class OrderSummary:
    id: str
    number: str
    status: OrderStatus
    placed_at: AwareDatetime
    total: Money
    item_count: int
    title: str  # what to call it in a list: "Linen shirt and 2 more"
    eta: date | None = None
    delivered_at: AwareDatetime | None = None


# --- returns ----------------------------------------------------------------------------------------------------------


class ReturnStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    DECLINED = "declined"
    AWAITING_ITEMS = "awaiting_items"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Resolution(StrEnum):
    REFUND = "refund"  # to the original payment
    STORE_CREDIT = "store_credit"
    EXCHANGE = "exchange"


class BlockedReason(StrEnum):
    """Why a line can't be returned; the contract allows further values, which are read as OTHER."""

    FINAL_SALE = "final_sale"
    HYGIENE = "hygiene"
    PERSONALISED = "personalised"
    WINDOW_EXPIRED = "window_expired"
    NOT_DELIVERED = "not_delivered"
    ALREADY_RETURNED = "already_returned"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> "BlockedReason | None":
        return cls.OTHER if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class ReturnableItem:
    """`quantity` 0 with `blocked` set says why not; `deadline` is the last day of the window, past ones included.

    `variants`: others of the same product that are in stock for an exchange; None where the shop doesn't tell.
    """

    line_id: str
    title: str
    variant: str
    quantity: int
    unit_price: Money
    deadline: date | None
    blocked: BlockedReason | None = None
    window_days: int | None = None
    resolutions: tuple[Resolution, ...] = ()
    variants: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where something can be handed in; `hours` as the shop would write them."""

    name: str
    address: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class ReturnMethod:
    """How it comes back: id such as `label` or `store`; `fee` is taken off the refund.

    `places`: where it can be handed in, the nearest first if the shop knows; empty where it doesn't tell.
    """

    id: str
    title: str
    fee: Money
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnableItems:
    order_id: str
    order_number: str
    items: tuple[ReturnableItem, ...]
    methods: tuple[ReturnMethod, ...]


class ReasonCode(StrEnum):
    """What a reason of any shop comes to; the contract allows further values, which are read as OTHER."""

    SIZE_TOO_SMALL = "size_too_small"
    SIZE_TOO_LARGE = "size_too_large"
    UNWANTED = "unwanted"
    NOT_AS_DESCRIBED = "not_as_described"
    DEFECTIVE = "defective"
    WRONG_ITEM = "wrong_item"
    STYLE = "style"
    COLOR = "color"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> "ReasonCode | None":
        return cls.OTHER if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """The shop's own list (data, not an enum). `categories` empty: for every category.

    `nothing_to_return`: such as "missing from the parcel", a reason for a refund and never for a return.
    `code`: the standard one that it comes to; the customer's own words go with `other`.
    """

    id: str
    title: str
    categories: tuple[str, ...] = ()
    nothing_to_return: bool = False
    code: ReasonCode | None = None


@dataclass(frozen=True, slots=True)
class ReturnLine:
    line_id: str
    quantity: int
    reason: str
    title: str = ""
    exchange_for: str | None = None  # variant wanted, for an exchange
    note: str = ""  # the customer's own words


@dataclass(frozen=True, slots=True)
class ReturnRequest:
    """What a quote and a return are asked for with; `quote_id` binds the return to a quote that was shown."""

    order_id: str
    lines: tuple[ReturnLine, ...]
    resolution: Resolution
    method: str
    quote_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnQuote:
    id: str
    order_id: str
    refund_total: Money
    breakdown: tuple[Charge, ...]
    resolution: Resolution
    points_effect: int  # points that the return takes away (negative) or gives
    tier_after: str | None  # name of the tier if the return changes it
    expires_at: AwareDatetime


@dataclass(frozen=True, slots=True)
class Return:
    id: str
    number: str
    order_id: str
    order_number: str
    status: ReturnStatus
    resolution: Resolution
    lines: tuple[ReturnLine, ...]
    method: str
    created_at: AwareDatetime
    send_by: date | None = None
    label_url: str | None = None
    refund_total: Money | None = None
    refund_status: RefundStatus | None = None
    refund_expected_by: date | None = None
    decline_reason: str | None = None
    cancellable: bool = False
    code_url: str | None = None  # a page with a code to show on a phone, instead of a label to print


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A refund without a return, where the shop's policy allows one. `line_id` None: the shipping costs."""

    order_id: str
    line_id: str | None
    quantity: int
    reason: str
    method: RefundMethod


# --- loyalty ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExpiringPoints:
    points: int
    on: date


@dataclass(frozen=True, slots=True)
class Tier:
    """`progress` towards `next_name` in the programme's unit (points or money), None in the highest tier.

    `keep`: what is still to be gathered until `valid_until` to stay in it afterwards; None where nothing ends it.
    """

    name: str
    benefits: tuple[str, ...] = ()
    valid_until: date | None = None
    next_name: str | None = None
    progress: int | None = None
    required: int | None = None
    missing: int | None = None
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    code: str
    title: str
    value: Money | None = None
    percent: int | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class LoyaltyAccount:
    """`family` is points, tiers or cashback; what a family does not have is 0, None or empty."""

    customer_id: str
    programme: str
    family: str
    available: int
    pending: int
    lifetime: int
    pending_until: date | None = None
    next_expiration: ExpiringPoints | None = None
    expiring: tuple[ExpiringPoints, ...] = ()
    tier: Tier | None = None
    store_credit: Money | None = None
    cashback: Money | None = None
    cashback_pending: Money | None = None
    vouchers: tuple[Voucher, ...] = ()


@dataclass(frozen=True, slots=True)
class LoyaltyTransaction:
    id: str
    at: AwareDatetime
    kind: str  # earned, redeemed, expired, adjusted, reversed
    points: int
    description: str
    order_number: str | None = None


@dataclass(frozen=True, slots=True)
class Reward:
    id: str
    title: str
    points: int
    affordable: bool
    description: str = ""
    value: Money | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """With `dry_run`: what would happen; `id` and `voucher` are None then."""

    reward_id: str
    points: int
    balance_after: int
    id: str | None = None
    voucher: Voucher | None = None


# --- policies ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    category: str
    window_days: int
    returnable: bool = True
    reason: BlockedReason | None = None


@dataclass(frozen=True, slots=True)
class Policies:
    """What the rules enforce, for people to read: `facts` are the FAQ's placeholders, name → text to show."""

    default_window_days: int
    categories: tuple[CategoryPolicy, ...]
    restocking_fee_percent: int
    label_fee: Money
    store_credit_bonus_percent: int
    refund_days: int
    refund_without_return_up_to: Money
    refund_approval_above: Money
    facts: dict[str, str] = field(default_factory=dict)


# --- webhooks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ShopEvent:
    """Something changed at the shop; `type` such as order.updated. It may come twice: remember `id`, read the state."""

    id: str
    type: str
    at: AwareDatetime
    customer_id: str
    subject_id: str
    subject_number: str | None = None
    status: str | None = None
    order_id: str | None = None
