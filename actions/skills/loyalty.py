from actions.context import Context, Events, Handler
from actions.draft import Draft
from actions.forms import flow
from actions.forms.redeem import reward_card
from actions.identity import members_only, submits
from actions.replies import Card, button
from actions.words import money
from actions.writing import carry_out
from backends.errors import NotFound
from backends.models import LoyaltyAccount, Money, Voucher
from backends.writes import Redeem

_CALL = "GET /loyalty/account"


@members_only
async def balance(context: Context) -> Events:
    account = await _account(context)
    if account is None:
        return []
    expiring = account.next_expiration
    card = _account_card(context, account, await _missing(context, account))
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
    return []


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
    if current is None:
        context.say.say("utter_loyalty_no_tiers", call=_CALL, programme=account.programme)
    elif current.next_name and missing:
        context.say.say(
            "utter_loyalty_tier_next",
            call=_CALL,
            cards=[_tier_card(context, account, missing)],
            buttons=[button(context.words.label("tier_benefits"), "faq", entry=context.words.label("entry_tiers"))],
            tier=current.name,
            next=current.next_name,
            missing=missing,
        )
    else:
        context.say.say(
            "utter_loyalty_tier_highest", call=_CALL, cards=[_tier_card(context, account, missing)], tier=current.name
        )
    return []


@members_only
async def history(context: Context) -> Events:
    if await _account(context) is None:
        return []
    page = await context.shop.transactions(context.caller, limit=6)
    call = "GET /loyalty/transactions"
    if not page.items:
        context.say.say("utter_loyalty_no_history", call=call)
        return []
    fields = tuple((f"{context.words.day(each.at)} · {each.description}", f"{each.points:+d}") for each in page.items)
    card = Card("loyalty", context.words.label("points"), fields)
    context.say.say("utter_loyalty_history", call=call, cards=[card])
    return []


@members_only
async def rewards(context: Context) -> Events:
    if await _account(context) is None:
        return []
    offered = await context.shop.rewards(context.caller)
    template = "utter_loyalty_rewards" if offered else "utter_loyalty_no_rewards"
    context.say.say(template, call="GET /loyalty/rewards", cards=[reward_card(context, reward) for reward in offered])
    return []


@members_only
async def redeem(context: Context) -> Events:
    if await _account(context) is None:
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


def _tier_card(context: Context, account: LoyaltyAccount, missing: str) -> Card:
    benefits = ", ".join(account.tier.benefits) if account.tier else ""
    fields = (*_tier_fields(context, account, missing), (context.words.label("benefits"), benefits))
    return Card("loyalty", account.programme, fields)


async def _missing(context: Context, account: LoyaltyAccount) -> str:
    """What is missing to the next tier. Programmes of tiers count what was spent, the others points."""
    missing = account.tier.missing if account.tier else None
    if missing is None:
        return ""
    if account.family != "tiers":
        return context.words.label("points_count", points=missing)
    currency = (await context.shop.policies()).label_fee.currency
    return money(Money(missing, currency))


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
