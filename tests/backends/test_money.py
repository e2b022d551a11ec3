import pytest

from backends.models import Money
from backends.money import format_money


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1999, "EUR", "€19.99"),
        (5, "GBP", "£0.05"),
        (0, "USD", "$0.00"),
        (-395, "EUR", "-€3.95"),
        (500, "JPY", "¥500"),
        (1500, "KWD", "KWD 1.500"),
        (-1, "KWD", "-KWD 0.001"),
        (123456, "CLF", "CLF 12.3456"),
        (129900, "CHF", "CHF 1299.00"),
    ],
)
def test_amounts_read_as_their_currency_is_written(amount: int, currency: str, text: str) -> None:
    assert format_money(Money(amount, currency)) == text
