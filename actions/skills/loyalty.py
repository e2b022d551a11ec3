from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.forms import flow
from actions.forms.orders import named_order
from actions.forms.redeem import reward_card
from actions.identity import members_only, submits
from actions.reading.choices import mentions
from actions.replies import Card, button
from actions.words import money
from actions.writing import carry_out
from backends.errors import NotFound
from backends.models import LoyaltyAccount, LoyaltyTransaction, Money, Voucher
from backends.writes import Redeem

_CALL = "GET /loyalty/account"
_HISTORY = "GET /loyalty/transactions"
_NO_REWARDS = "utter_loyalty_no_rewards"
_LATEST = 6
# An order's points are looked for in so many of the latest transactions.
_SEARCHED = 50


@members_only
async def balance(context: Context) -> Events:
    if mentions(context.turn.text, "past"):
        return await history(context)
    account = await _account(context)
    if account is None:
        return []
    if mentions(context.turn.text, "vouchers"):
        template = "utter_loyalty_vouchers" if account.vouchers else "utter_loyalty_no_vouchers"
        cards = [_voucher_card(context, voucher) for voucher in account.vouchers]
        context.say.say(template, call=_CALL, cards=cards, count=len(cards))
    else:
        _tell_balance(context, account, await _missing(context, account))
    return []


def _tell_balance(context: Context, account: LoyaltyAccount, missing: str = "") -> None:
    expiring = account.next_expiration
    card = _account_card(context, account, missing)
    context.say.say(
        _balance_template(account),
        call=_CALL,
        cards=[card, *(_voucher_card(context, voucher) for voucher in account.vouchers)],
        programme=account.programme,
        available=account.available,
        cashback=money(account.cashback),
        tier=account.tier.name if account.tier else "",
        points=expiring.points if expiring else 0,
        day=context.words.day(expiring.on) if expiring else "",
    )


def _balance_template(account: LoyaltyAccount) -> str:
    if account.family == "cashback":
        return "utter_loyalty_cashback"
    if account.family == "tiers" and account.tier:
        return "utter_loyalty_balance_tiers"
    return "utter_loyalty_points_expiring" if account.next_expiration else "utter_loyalty_points"


@members_only
async def tier(context: Context) -> Events:
    account = await _account(context)
    if account is None:
        return []
    current = account.tier
    missing = await _missing(context, account)
    if current is None:  # a programme without tiers has none to speak of
        _tell_balance(context, account)
    elif current.keep and current.valid_until and mentions(context.turn.text, "keeping"):
        context.say.say(
            "utter_loyalty_tier_keep",
            call=_CALL,
            cards=[await _tier_card(context, account, missing)],
            tier=current.name,
            keep=await _in_unit(context, account, current.keep),
            day=context.words.day(current.valid_until),
        )
    elif current.next_name and missing:
        context.say.say(
            "utter_loyalty_tier_next",
            call=_CALL,
            cards=[await _tier_card(context, account, missing)],
            buttons=[button(context.words.label("tier_benefits"), "faq", entry=context.words.label("entry_tiers"))],
            tier=current.name,
            next=current.next_name,
            missing=missing,
        )
    else:
        context.say.say(
            "utter_loyalty_tier_highest",
            call=_CALL,
            cards=[await _tier_card(context, account, missing)],
            tier=current.name,
        )
    return []


@members_only
async def history(context: Context) -> Events:
    account = await _account(context)
    if account is None:
        return []
    number = named_order(context)
    if number:
        return await _history_of_order(context, account, number)
    page = await context.shop.transactions(context.caller, limit=_LATEST)
    if not page.items:
        context.say.say("utter_loyalty_no_history", call=_HISTORY)
        return []
    context.say.say("utter_loyalty_history", call=_HISTORY, cards=[_history_card(context, account, page.items)])
    return []


async def _history_of_order(context: Context, account: LoyaltyAccount, number: str) -> Events:
    """Did this order earn anything? Raises NotFound for an order that is not the customer's."""
    order = await context.shop.get_order(context.caller, number)
    page = await context.shop.transactions(context.caller, limit=_SEARCHED)
    found = [each for each in page.items if each.order_number == order.number]
    events: Events = [SlotSet("recent_order", order.number)]
    if not found:
        context.say.say("utter_loyalty_order_earned_nothing", call=_HISTORY, order=order.number)
        return events
    earned = sum(each.points for each in found)
    context.say.say(
        "utter_loyalty_order_earned",
        call=_HISTORY,
        cards=[_history_card(context, account, found)],
        order=order.number,
        amount=await _amount(context, account, earned),
    )
    return events


def _history_card(context: Context, account: LoyaltyAccount, items: Sequence[LoyaltyTransaction]) -> Card:
    currency = account.cashback.currency if account.cashback else ""
    fields = tuple(
        (
            f"{context.words.day(each.at)} · {each.description}",
            money(Money(each.points, currency)) if currency else f"{each.points:+d}",
        )
        for each in items
    )
    return Card("loyalty", context.words.label("cashback" if currency else "points"), fields)


async def _amount(context: Context, account: LoyaltyAccount, amount: int) -> str:
    """Points; of a cashback programme money, in minor units."""
    if account.cashback:
        return money(Money(amount, account.cashback.currency))
    return context.words.label("points_count", points=amount)


@members_only
async def rewards(context: Context) -> Events:
    account = await _account(context)
    if account is None:
        return []
    if account.family == "cashback":  # there are no points to spend
        context.say.say(_NO_REWARDS, call=_CALL, cards=[_voucher_card(context, each) for each in account.vouchers])
        return []
    offered = await context.shop.rewards(context.caller)
    affordable = [reward for reward in offered if reward.affordable]
    template = "utter_loyalty_rewards" if affordable else "utter_loyalty_no_reward_yet" if offered else _NO_REWARDS
    cards = [reward_card(context, reward) for reward in affordable or offered]
    context.say.say(template, call="GET /loyalty/rewards", cards=cards)
    return []


@members_only
async def redeem(context: Context) -> Events:
    account = await _account(context)
    if account is None:
        return []
    if account.family == "cashback":
        _tell_balance(context, account)
        return []
    return flow.start(context, flow.REDEEM)


@submits(flow.REDEEM, "redeem_confirm")
async def redeem_submit(context: Context, draft: Draft) -> Events:
    done = await carry_out(context, draft, Redeem(draft["redeem_reward"]))
    cards = [_voucher_card(context, done.voucher)] if done.voucher else []
    context.say.say(
        "utter_redeemed" if cards else "utter_redeemed_no_voucher",
        call="POST /loyalty/redemptions",
        cards=cards,
        balance=done.balance_after,
    )
    return []


async def _account(context: Context) -> LoyaltyAccount | None:
    """The customer's account; None after telling somebody without one how it is."""
    try:
        return await context.shop.account(context.caller)
    except NotFound:
        context.say.say("utter_loyalty_not_member", call=_CALL)
        return None


def _account_card(context: Context, account: LoyaltyAccount, missing: str) -> Card:
    words = context.words
    fields: list[tuple[str, str]] = []
    if account.family != "cashback":
        fields += [
            (words.label("available"), words.label("points_count", points=account.available)),
            (words.label("pending"), words.label("points_count", points=account.pending) if account.pending else ""),
            (words.label("pending_until"), words.day(account.pending_until) if account.pending else ""),
        ]
        fields += [
            (words.label("expiring", day=words.day(bucket.on)), words.label("points_count", points=bucket.points))
            for bucket in account.expiring
        ]
    fields += [
        (words.label("cashback"), money(account.cashback)),
        (words.label("cashback_pending"), money(account.cashback_pending)),
        (words.label("credit"), money(account.store_credit)),
        *_tier_fields(context, account, missing),
    ]
    return Card("loyalty", account.programme, tuple(fields))


def _tier_fields(context: Context, account: LoyaltyAccount, missing: str) -> list[tuple[str, str]]:
    words, tier_ = context.words, account.tier
    if tier_ is None:
        return []
    return [
        (words.label("tier"), tier_.name),
        (words.label("tier_until"), words.day(tier_.valid_until)),
        (words.label("tier_missing", tier=tier_.next_name or ""), missing if tier_.next_name else ""),
    ]


async def _tier_card(context: Context, account: LoyaltyAccount, missing: str) -> Card:
    benefits = ", ".join(account.tier.benefits) if account.tier else ""
    keep = await _in_unit(context, account, account.tier.keep) if account.tier and account.tier.keep else ""
    label = context.words.label
    fields = (*_tier_fields(context, account, missing), (label("tier_keep"), keep), (label("benefits"), benefits))
    return Card("loyalty", account.programme, fields)


async def _missing(context: Context, account: LoyaltyAccount) -> str:
    """What is missing to the next tier. Programmes of tiers count what was spent, the others points."""
    missing = account.tier.missing if account.tier else None
    return "" if missing is None else await _in_unit(context, account, missing)


async def _in_unit(context: Context, account: LoyaltyAccount, amount: int) -> str:
    """Of what counts for a tier."""
    if account.family != "tiers":
        return context.words.label("points_count", points=amount)
    currency = (await context.shop.policies()).label_fee.currency
    return money(Money(amount, currency))


def _voucher_card(context: Context, voucher: Voucher) -> Card:
    words = context.words
    percent = words.label("percent", percent=voucher.percent) if voucher.percent else ""
    fields = (
        (words.label("code"), voucher.code),
        (words.label("value"), money(voucher.value) or percent),
        (words.label("valid_until"), words.day(voucher.expires_on)),
    )
    return Card("voucher", voucher.title, fields)


HANDLERS: dict[str, Handler] = {
    "action_loyalty_balance": balance,
    "action_loyalty_history": history,
    "action_loyalty_tier": tier,
    "action_loyalty_rewards": rewards,
    "action_loyalty_redeem": redeem,
    "action_redeem_submit": redeem_submit,
}
