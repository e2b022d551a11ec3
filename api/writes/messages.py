"""What a customer is told who was left with "I am checking"."""

from datetime import date
from typing import Any

from api.texts import TEXTS, apology, promise
from backends.models import Money, Order, Redemption, Refund, Return, Voucher
from backends.money import format_money
from backends.writes import Outcome, Write


def done(write: Write, outcome: Outcome) -> dict[str, Any]:
    """The body of a bot message, from the shop's fields alone."""
    card = _card(outcome)
    return {
        "text": TEXTS[f"write_done_{write.kind}"].format(number=_shown(outcome)),
        "buttons": [],
        "cards": [card] if card else [],
        "source": {"kind": "backend", "call": _call(write, outcome)},
    }


def refused(write: Write) -> dict[str, Any]:
    return _naming(write, apology("write_refused"))


def given_up(write: Write) -> dict[str, Any]:
    return _naming(write, promise("write_given_up"))


def _naming(write: Write, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "text": body["text"].format(what=TEXTS[f"write_what_{write.kind}"])}


def reference(outcome: Outcome) -> str:
    """For staff: nothing that could be spent."""
    return (outcome.id or "") if isinstance(outcome, Redemption) else outcome.number


def _shown(outcome: Outcome) -> str:
    """For the customer."""
    if isinstance(outcome, Redemption):
        return outcome.voucher.title if outcome.voucher else outcome.reward_id
    return outcome.number


def _call(write: Write, outcome: Outcome) -> str:
    match outcome:
        case Refund():
            return f"POST /refunds → {outcome.number}"
        case Redemption():
            return "POST /loyalty/redemptions"
        case Order():
            return f"POST /orders/{outcome.number}/{'address' if write.kind == 'change_address' else 'cancel'}"
    return (
        f"POST /returns/{outcome.number}/cancel"
        if write.kind == "cancel_return"
        else f"POST /returns → {outcome.number}"
    )


def _card(outcome: Outcome) -> dict[str, Any] | None:
    match outcome:
        case Return():
            fields = {
                "order": outcome.order_number,
                "amount": _money(outcome.refund_total),
                "send_by": _day(outcome.send_by),
            }
            name, url = ("label_code_page", outcome.code_url) if outcome.code_url else ("label_link", outcome.label_url)
            return _filled("return", outcome.number, fields, link=name, url=url)
        case Refund():
            fields = {"order": outcome.order_number, "amount": _money(outcome.amount)}
            return _filled("refund", outcome.number, fields | {"expected": _day(outcome.expected_by)})
        case Redemption(voucher=Voucher() as voucher):
            return _filled("voucher", voucher.title, {"code": voucher.code, "valid_until": _day(voucher.expires_on)})
        case Order():
            return _filled("order", outcome.number, {"amount": _money(outcome.total)})
    return None


def _filled(kind: str, title: str, fields: dict[str, str], *, link: str = "", url: str | None = None) -> dict[str, Any]:
    shown = [{"label": TEXTS[f"label_{name}"], "value": value} for name, value in fields.items() if value]
    card: dict[str, Any] = {"kind": kind, "title": title, "fields": shown}
    return card | {"link": {"title": TEXTS[link], "url": url}} if url else card


def _day(value: date | None) -> str:
    return f"{value.day} {value:%B} {value.year}" if value else ""


def _money(value: Money | None) -> str:
    return format_money(value) if value and value.amount else ""
