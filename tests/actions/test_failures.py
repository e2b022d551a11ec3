"""Every failure of the shop has a reply of its own, and offers a person."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from actions.failures import OUTCOME_UNKNOWN, TEMPLATES
from actions.journal import JustDone, NotWrittenDown, Underway
from backends import errors
from tests.actions.conversation import Conversation
from tests.actions.test_returns import to_recap
from tests.fakes.commerce import FakeCommerce
from tests.fakes.journal import FakeJournal

DOMAIN = Path(__file__).parents[2] / "bot" / "domain"
RESPONSES = {
    name: variants
    for file in DOMAIN.glob("*.yml")
    for name, variants in yaml.safe_load(file.read_text(encoding="utf-8")).get("responses", {}).items()
}

EVERY_KIND = [
    (errors.NotFound(), "utter_error_not_found"),
    (errors.VerificationRequired(), "utter_error_verification_required"),
    (errors.NotReturnable(reason="hygiene"), "utter_error_not_returnable"),
    (errors.WindowExpired(deadline=date(2026, 9, 21), window_days=30), "utter_error_window_expired"),
    (errors.WindowExpired(), "utter_error_refused"),
    (errors.QuantityExceeded(returnable=1), "utter_error_quantity_exceeded"),
    (errors.AlreadyRefunded(), "utter_error_already_refunded"),
    (errors.InsufficientPoints(available=10, required=100), "utter_error_insufficient_points"),
    (errors.Conflict(), "utter_error_conflict"),
    (errors.Refused(), "utter_error_refused"),
    (errors.InvalidRequest(), "utter_error_defect"),
    (errors.RateLimited(retry_after=2), "utter_error_rate_limited"),
    (errors.Unavailable(), "utter_error_unavailable"),
    (errors.TimedOut(), "utter_error_timed_out"),
    (errors.BadAnswer(), "utter_error_defect"),
    (errors.BackendError(), "utter_error_defect"),
]


@pytest.mark.parametrize(("error", "template"), EVERY_KIND, ids=lambda value: getattr(value, "code", value))
async def test_each_kind_of_failure_has_its_reply(
    talk: Conversation, shop: FakeCommerce, error: errors.BackendError, template: str
):
    shop.fail("get_order", error)
    assert await talk.says("where is JL-100200", "order_status", order_number="JL-100200") == [template]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.Unavailable(), "upstream_unavailable"),
        (errors.TimedOut(), "timed_out"),
        (errors.BadAnswer(), "bad_answer"),
        (errors.RateLimited(retry_after=2), "rate_limited"),
        (errors.InvalidRequest(), "invalid_request"),
    ],
    ids=lambda value: getattr(value, "code", value),
)
async def test_what_the_shop_could_not_give_is_reported_to_the_operator(
    talk: Conversation, shop: FakeCommerce, error: errors.BackendError, told: str
):
    shop.fail("get_order", error)
    await talk.says("where is JL-100200", "order_status", order_number="JL-100200")
    assert talk.directive["troubles"] == [{"part": "shop", "error": told}]
    await talk.says("where is JL-100200", "order_status", order_number="JL-100200")
    assert "troubles" not in talk.directive


async def test_a_rule_of_the_shop_is_nobodys_trouble(talk: Conversation, shop: FakeCommerce):
    shop.fail("get_order", errors.NotFound())
    await talk.says("where is JL-100200", "order_status", order_number="JL-100200")
    assert "troubles" not in talk.directive


async def test_a_write_that_stays_open_reports_the_shop_and_a_missing_journal_the_gateway(
    talk: Conversation, shop: FakeCommerce, journal: FakeJournal
):
    await to_recap(talk)
    journal.fail_with = NotWrittenDown()
    await talk.presses("affirm")
    assert talk.directive["troubles"] == [{"part": "gateway", "error": "not_written_down"}]
    journal.fail_with = None
    shop.fail("create_return", errors.TimedOut(outcome_unknown=True), errors.Unavailable())
    assert await talk.presses("affirm") == [OUTCOME_UNKNOWN]
    assert talk.directive["troubles"] == [{"part": "shop", "error": "upstream_unavailable"}]


@pytest.mark.parametrize("template", sorted({*TEMPLATES.values()} - {OUTCOME_UNKNOWN}))
def test_each_of_them_offers_a_person(template: str):
    for variant in RESPONSES[template]:
        assert "/human" in [button["payload"] for button in variant["buttons"]]


async def test_the_expired_window_is_told_with_rule_and_day(talk: Conversation, shop: FakeCommerce):
    await to_recap(talk)
    shop.fail("create_return", errors.WindowExpired(deadline=date(2026, 9, 21), window_days=30))
    assert await talk.presses("affirm") == ["utter_error_window_expired"]
    assert talk.messages[0].values == {"window_days": 30, "deadline": "21 September 2026"}


async def test_a_shop_that_comes_back_loses_no_answer(talk: Conversation, shop: FakeCommerce):
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    shop.fail("quote_return", errors.Unavailable())
    await talk.says("too small", "inform")
    await talk.presses("inform", resolution="refund")
    assert await talk.presses("inform", method="label") == ["utter_error_unavailable"]
    assert talk.form is None
    assert await talk.presses("affirm") == ["utter_return_recap_refund"]


async def test_a_write_without_an_answer_is_sent_again_with_the_same_key(talk: Conversation, shop: FakeCommerce):
    await to_recap(talk)
    shop.fail("create_return", errors.TimedOut(outcome_unknown=True), after_work=True)
    assert await talk.presses("affirm") == ["utter_return_created"]
    first, second = shop.keys("create_return")
    assert first == second
    assert len(shop.shelves["emma"].returns) == 1


async def test_a_write_that_stays_open_is_told_as_open_and_reported_as_nothing_else(
    talk: Conversation, shop: FakeCommerce, journal: FakeJournal
):
    await to_recap(talk)
    shop.fail("create_return", errors.TimedOut(outcome_unknown=True), errors.Unavailable())
    assert await talk.presses("affirm") == [OUTCOME_UNKNOWN]
    assert "writes" not in talk.directive
    assert "return_order=JL-100200" in journal.intents[0].facts
    assert talk.slots["return_order"] is None


async def test_what_was_done_or_refused_is_reported_with_the_message_that_tells_it(
    talk: Conversation, shop: FakeCommerce, journal: FakeJournal
):
    await to_recap(talk)
    await talk.presses("affirm")
    key = journal.intents[0].key
    assert talk.messages[0].custom["writes"] == [{"key": key, "outcome": "done", "number": "RT-200100"}]
    await to_recap(talk, items="1 of the socks")
    shop.fail("create_return", errors.WindowExpired())
    await talk.presses("affirm")
    assert talk.messages[0].custom["writes"] == [
        {"key": journal.intents[1].key, "outcome": "refused", "code": "window_expired"}
    ]


async def test_nothing_is_sent_before_it_is_written_down(talk: Conversation, shop: FakeCommerce, journal: FakeJournal):
    await to_recap(talk)
    journal.fail_with = errors.Unavailable()
    assert await talk.presses("affirm") == ["utter_error_unavailable"]
    assert shop.keys("create_return") == []
    journal.fail_with = None
    assert await talk.presses("affirm") == ["utter_return_created"]


@pytest.mark.parametrize(
    ("refusal", "template"), [(Underway(), "utter_error_underway"), (JustDone(), "utter_error_just_done")]
)
async def test_what_is_underway_or_just_done_elsewhere_is_not_sent_again(
    talk: Conversation, shop: FakeCommerce, journal: FakeJournal, refusal: errors.BackendError, template: str
):
    await to_recap(talk)
    journal.fail_with = refusal
    assert await talk.presses("affirm") == [template]
    assert shop.keys("create_return") == []


async def test_a_defect_after_the_shop_was_asked_is_told_as_open(talk: Conversation, shop: FakeCommerce):
    await to_recap(talk)
    shop.fail("create_return", ValueError("ours"), after_work=True)  # type: ignore[arg-type]  # a defect, no BackendError
    assert await talk.presses("affirm") == [OUTCOME_UNKNOWN]
    assert "writes" not in talk.directive


async def test_the_same_refund_asked_for_again_in_another_form_is_another_request(
    talk: Conversation, shop: FakeCommerce
):
    for _ in range(2):
        await talk.says("refund", "refund_request", order_number="JL-100200")
        await talk.presses("inform", items="line-2")
        await talk.presses("inform", quantity="1")
        await talk.presses("inform", reason="damaged")
        await talk.presses("inform", method="original_payment")
        assert await talk.presses("affirm") == ["utter_refund_created"]
    assert len(set(shop.keys("request_refund"))) == 2


async def test_trying_again_after_a_certain_failure_sends_the_same_request(talk: Conversation, shop: FakeCommerce):
    await to_recap(talk)
    shop.fail("create_return", errors.Unavailable())
    assert await talk.presses("affirm") == ["utter_error_unavailable"]
    assert await talk.presses("affirm") == ["utter_return_created"]
    assert len(set(shop.keys("create_return"))) == 1


async def test_another_request_has_another_key(talk: Conversation, shop: FakeCommerce):
    await to_recap(talk)
    await talk.presses("affirm")
    await to_recap(talk, items="1 of the socks")
    await talk.presses("affirm")
    assert len(set(shop.keys("create_return"))) == 2


async def test_a_defect_of_ours_is_a_reply_and_no_exception(talk: Conversation, shop: FakeCommerce):
    shop.shelves["emma"].orders = None  # type: ignore[assignment]  # as a broken deployment would have it
    assert await talk.says("my orders", "order_list") == ["utter_error_defect"]
    assert talk.directive["troubles"] == [{"part": "actions", "error": "defect"}]


def test_every_template_that_the_code_names_is_written():
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path("actions").rglob("*.py"))
    named = set(re.findall(r'"(utter_[a-z_]+)"', code)) - {"utter_action"}
    assert named - RESPONSES.keys() == set()
