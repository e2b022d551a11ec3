"""What the sample customers of these tests have bought."""

from datetime import timedelta

from backends.models import (
    Address,
    ExpiringPoints,
    LoyaltyAccount,
    Money,
    Order,
    OrderLine,
    OrderStatus,
    Reward,
    Shipment,
    ShipmentStatus,
    Tier,
)
from tests.fakes.commerce import NOW, TODAY, FakeCommerce, Shelf


def euros(amount: float) -> Money:
    return Money(round(amount * 100), "EUR")


def line(number: int, title: str, variant: str, *, quantity: int = 1, price: float = 40.0, final_sale: bool = False):
    return OrderLine(
        id=f"line-{number}",
        sku=f"SKU{number}",
        title=title,
        variant=variant,
        category="clothing",
        quantity=quantity,
        fulfilled=quantity,
        returned=0,
        returnable=quantity,
        unit_price=euros(price),
        final_sale=final_sale,
    )


def order(number: str, status: OrderStatus, *lines: OrderLine, delivered_days_ago: int | None = None) -> Order:
    delivered = NOW - timedelta(days=delivered_days_ago) if delivered_days_ago is not None else None
    parcel = Shipment(
        id="ship-1",
        carrier="An Post",
        tracking_number="AP1",
        tracking_url="https://track.example/AP1",
        status=ShipmentStatus.DELIVERED if delivered else ShipmentStatus.IN_TRANSIT,
        line_ids=tuple(each.id for each in lines),
        eta=None if delivered else TODAY + timedelta(days=2),
        delivered_at=delivered,
    )
    sent = status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}
    return Order(
        id=f"order-{number}",
        number=number,
        customer_id="emma",
        status=status,
        placed_at=NOW - timedelta(days=40),
        total=euros(sum(each.unit_price.amount * each.quantity for each in lines) / 100),
        lines=lines,
        shipments=(parcel,) if sent else (),
        cancellable=not sent,
        shipping_address=Address("Emma Byrne", "4 Sycamore Row", "Dublin", "IE", postal_code="D06 F1N2"),
        address_changeable=not sent,
        version="1",
    )


def a_shop() -> FakeCommerce:
    """Emma: an order underway, two delivered, one too old. Liam: one order. The assertion is the customer's name."""
    emma = Shelf(
        orders=[
            order("JL-100300", OrderStatus.CONFIRMED, line(9, "Desk lamp", "")),
            order(
                "JL-100200",
                OrderStatus.DELIVERED,
                line(1, "Linen shirt", "Blue / M", price=59.0),
                line(2, "Wool socks", "Grey", quantity=3, price=9.0),
                line(3, "Summer hat", "Straw", final_sale=True),
                delivered_days_ago=5,
            ),
            order("JL-100100", OrderStatus.DELIVERED, line(4, "Rain coat", "Green / L"), delivered_days_ago=10),
            order("JL-100050", OrderStatus.DELIVERED, line(5, "Old scarf", "Red"), delivered_days_ago=90),
        ],
        account=LoyaltyAccount(
            customer_id="emma",
            programme="Juniper Circle",
            family="points",
            available=420,
            pending=59,
            lifetime=900,
            next_expiration=ExpiringPoints(120, TODAY + timedelta(days=30)),
            expiring=(ExpiringPoints(120, TODAY + timedelta(days=30)),),
        ),
        rewards=(
            Reward("five", "€5.00 voucher", 100, affordable=False),
            Reward("tote", "Tote bag", 5000, affordable=False),
        ),
    )
    liam = Shelf(
        orders=[order("JL-100900", OrderStatus.SHIPPED, line(7, "Boots", "42"))],
        account=LoyaltyAccount(
            customer_id="liam",
            programme="Juniper Circle",
            family="tiers",
            available=0,
            pending=0,
            lifetime=0,
            tier=Tier("Leaf", next_name="Grove", progress=30000, required=75000, missing=45000),
        ),
    )
    noor = Shelf(
        account=LoyaltyAccount("noor", "Juniper Circle", "cashback", 0, 0, 0, cashback=euros(12.5)),
    )
    return FakeCommerce({"emma": emma, "liam": liam, "noor": noor})
