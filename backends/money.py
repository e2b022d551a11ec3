"""Amounts for people to read, in the minor units of ISO 4217."""

from backends.models import Money

# Exponents other than 2, ISO 4217 list one, 2024 edition.
_CURRENCIES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {currency: digits for digits, currencies in _CURRENCIES.items() for currency in currencies.split()}
# Only signs that name one currency to an English reader.
_SIGNS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}


def exponent(currency: str) -> int:
    """Digits after the decimal point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def format_money(money: Money) -> str:
    """Such as €19.99, -€3.95, ¥500, KWD 1.500: sign or ISO code in front, a point, no grouping."""
    digits = exponent(money.currency)
    whole, fraction = divmod(abs(money.amount), 10**digits)
    number = f"{whole}.{fraction:0{digits}d}" if digits else str(whole)
    minus = "-" if money.amount < 0 else ""
    sign = _SIGNS.get(money.currency)
    return f"{minus}{sign}{number}" if sign else f"{minus}{money.currency} {number}"
