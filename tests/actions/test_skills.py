"""The skills that need no form, and who may use them."""

import pytest

from tests.actions.conftest import Begin, FakeFaqEntries
from tests.actions.conversation import Conversation


@pytest.mark.parametrize(
    ("text", "intent", "entities", "expected"),
    [
        ("where is my order", "order_status", {}, "utter_order_status_confirmed"),
        ("where is JL-100200", "order_status", {"order_number": "jl-100200"}, "utter_order_status_delivered"),
        ("where is my rain coat", "order_status", {}, "utter_order_status_delivered"),
        ("my orders", "order_list", {}, "utter_order_list"),
        ("change my order", "order_change", {}, "utter_order_change_address_or_more"),
        ("my points", "loyalty_balance", {}, "utter_loyalty_points_expiring"),
        ("my tier", "loyalty_tier", {}, "utter_loyalty_points_expiring"),
        ("what happened to my points", "loyalty_history", {}, "utter_loyalty_no_history"),
        ("rewards", "loyalty_rewards", {}, "utter_loyalty_rewards"),
        ("my refund", "refund_status", {}, "utter_refund_none"),
        ("are you a robot", "bot_challenge", {}, "utter_bot_challenge"),
        ("hello", "greet", {}, "utter_greet_by_name"),
        ("you idiot", "insult", {}, "utter_insult"),
        ("why do you ask", "why", {}, "utter_why"),
        ("stop", "stop", {}, "utter_nothing_to_stop"),
        ("write me a poem", "out_of_scope", {}, "utter_out_of_scope"),
    ],
)
async def test_a_wish_has_its_answer(
    talk: Conversation, text: str, intent: str, entities: dict[str, str], expected: str
):
    assert await talk.says(text, intent, **entities) == [expected]


async def test_it_is_the_order_that_was_spoken_of(talk: Conversation):
    await talk.says("where is JL-100100", "order_status", order_number="JL-100100")
    await talk.says("I want to return it", "return_start")
    assert talk.slots["return_order"]["number"] == "JL-100100"


async def test_somebody_elses_order_and_an_unknown_one_are_told_alike(talk: Conversation):
    theirs = await talk.says("where is JL-100900", "order_status", order_number="JL-100900")
    unknown = await talk.says("where is JL-999999", "order_status", order_number="JL-999999")
    assert theirs == unknown == ["utter_error_not_found"]


@pytest.mark.parametrize(
    ("customer", "template", "value"),
    [
        ("emma", "utter_loyalty_points_expiring", 420),
        ("liam", "utter_loyalty_balance_tiers", 0),
        ("noor", "utter_loyalty_cashback", 0),
    ],
)
async def test_the_three_families_of_programmes_are_told_differently(
    start: Begin, customer: str, template: str, value: int
):
    talk = start(customer)
    assert await talk.says("how many points do I have", "loyalty_balance") == [template]
    assert talk.messages[0].values["available"] == value


async def test_what_is_missing_to_the_next_tier_is_money_where_tiers_count_money(start: Begin):
    talk = start("liam")
    assert await talk.says("my tier", "loyalty_tier") == ["utter_loyalty_tier_next"]
    assert talk.messages[0].values["missing"] == "€450.00"


async def test_a_reward_is_redeemed_after_a_recap_of_its_cost(talk: Conversation):
    assert await talk.says("redeem my points", "loyalty_redeem") == ["utter_question_redeem_reward"]
    assert await talk.presses("inform", reward="five") == ["utter_redeem_recap"]
    assert talk.messages[0].card()["Points afterwards"] == "320"
    assert await talk.says("yes", "affirm") == ["utter_redeemed"]
    assert talk.messages[0].card()["Code"] == "JC-1234"


async def test_a_damaged_cheap_item_is_refunded_without_a_return(talk: Conversation):
    await talk.says("refund for JL-100200", "refund_request", order_number="JL-100200")
    assert await talk.says("one of the socks", "inform", quantity="1") == ["utter_question_refund_reason"]
    await talk.says("they came torn", "complaint")
    await talk.presses("inform", reason="damaged")
    await talk.presses("inform", method="original_payment")
    assert await talk.says("yes", "affirm") == ["utter_refund_created"]


async def test_a_photo_is_proposed_for_a_refund_of_what_arrived_damaged(talk: Conversation):
    talk.photos = True
    await talk.says("refund for one of the socks of JL-100200", "refund_request", order_number="JL-100200")
    await talk.presses("inform", reason="damaged")
    assert await talk.presses("inform", method="original_payment") == ["utter_refund_recap"]
    assert "camera button" in talk.messages[0].card()["Photo"]


async def test_a_refund_that_the_policy_does_not_allow_offers_a_return(talk: Conversation):
    await talk.says("refund for the shirt", "refund_request", order_number="JL-100200")
    await talk.presses("inform", reason="damaged")
    await talk.presses("inform", method="original_payment")
    assert await talk.presses("affirm") == ["utter_refund_refused"]
    assert talk.messages[0].payloads == ['/return_start{"order": "JL-100200"}']
    assert talk.messages[0].values["limit"] == "€15.00"


# --- who the customer is ----------------------------------------------------------------------------------------------


async def test_an_unknown_customer_verifies_and_then_gets_what_they_wanted(start: Begin):
    talk = start("", "anonymous", first_name="")
    said = await talk.says("where is JL-100200", "order_status", order_number="JL-100200")
    assert said == ["utter_verification_needed", "utter_question_verification_email"]
    assert await talk.says("emma@example.com", "inform", email="emma@example.com") == ["utter_verification_sent"]
    assert talk.directive["verify"] == {"order_number": "JL-100200", "email": "emma@example.com"}

    assert await talk.presses("inform", verification="wrong") == ["utter_verification_wrong"]
    talk.assertion, talk.auth_level = "emma", "guest"
    said = await talk.presses("inform", verification="passed")
    assert said == ["utter_verification_passed", "utter_order_status_delivered"]


async def test_a_form_begins_after_the_verification(start: Begin):
    talk = start("", "anonymous", first_name="")
    await talk.says("I want to return something", "return_start")
    await talk.says("JL-100200", "inform", order_number="JL-100200")
    await talk.says("emma@example.com", "inform", email="emma@example.com")
    talk.assertion, talk.auth_level = "emma", "guest"
    said = await talk.presses("inform", verification="passed")
    assert said == ["utter_verification_passed", "utter_question_return_order"]


async def test_loyalty_needs_a_login_also_for_a_verified_guest(start: Begin):
    assert await start("emma", "guest").says("my points", "loyalty_balance") == ["utter_loyalty_login"]


async def test_a_form_goes_on_after_the_customer_had_to_verify_in_between(start: Begin):
    talk = start()
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    talk.assertion, talk.auth_level = "", "anonymous"
    said = await talk.says("too small", "inform")
    assert said == ["utter_verification_needed", "utter_question_verification_order"]
    await talk.says("JL-100200 emma@example.com", "inform", order_number="JL-100200", email="emma@example.com")
    talk.assertion, talk.auth_level = "emma", "guest"
    said = await talk.presses("inform", verification="passed")
    assert said == ["utter_verification_passed", "utter_question_return_reason"]


# --- the FAQ ----------------------------------------------------------------------------------------------------------


async def test_an_answer_is_given_word_for_word_with_the_shops_numbers(talk: Conversation):
    assert await talk.presses("faq", entry="return-window") == ["You have 30 days."]
    assert talk.messages[0].source == {"kind": "faq", "entry": "return-window", "version": 3}


async def test_an_answer_carries_what_its_entry_lets_customers_start_and_read_next(talk: Conversation):
    candidate = {
        "entry": "fit",
        "version": 2,
        "question": "Does not fit?",
        "answer": "Send it back within {return_window}.",
        "related": [{"entry": "return-window", "question": "How long?"}],
        "button": {"title": "Start a return", "skill": "return_start"},
    }
    found = {"available": True, "decision": "answer", "candidates": [candidate]}
    assert await talk.says("it does not fit", "faq", faq=found) == ["Send it back within 30 days."]
    assert talk.messages[0].payloads == ["/return_start", '/faq{"entry": "return-window"}']


async def test_an_entry_that_is_picked_is_asked_for_in_the_name_of_who_asks(start: Begin, faq_entries: FakeFaqEntries):
    await start(tier="Grove").presses("faq", entry="return-window")
    await start(assertion="", auth_level="anonymous").presses("faq", entry="return-window")
    await start(auth_level="guest").presses("faq", entry="return-window")
    assert faq_entries.asked_for == [(True, "Grove"), (False, ""), (False, "")]


async def test_close_entries_are_offered_as_a_choice(talk: Conversation):
    close = [{"entry": name, "version": 1, "question": name, "answer": "", "probability": 0.4} for name in "ab"]
    found = {"available": True, "decision": "clarify", "candidates": close}
    assert await talk.says("shipping?", "faq", faq=found) == ["utter_faq_clarify"]
    assert talk.messages[0].payloads == ['/faq{"entry": "a"}', '/faq{"entry": "b"}', '/faq{"entry": "none"}']
    assert await talk.presses("faq", entry="none") == ["utter_faq_none_of_these"]


async def test_what_is_not_known_is_said_and_a_person_offered(talk: Conversation):
    assert await talk.says("do you sell boats", "faq") == ["utter_faq_unknown"]
    assert await talk.says("yes", "affirm") == ["utter_handoff"]
    assert talk.directive["handoff"]["reason"] == "missing_knowledge"


async def test_a_faq_that_is_away_is_said(talk: Conversation, faq_entries: FakeFaqEntries):
    assert await talk.says("returns?", "faq", faq={"available": False}) == ["utter_faq_unavailable"]
    faq_entries.away = True
    assert await talk.presses("faq", entry="return-window") == ["utter_faq_unavailable"]


async def test_an_answer_with_a_number_that_the_shop_does_not_publish_is_not_given(
    talk: Conversation, faq_entries: FakeFaqEntries
):
    entry = faq_entries.entries["return-window"]
    faq_entries.entries["odd"] = type(entry)("odd", 1, "?", "It costs {{ unheard_of }}.")
    assert await talk.presses("faq", entry="odd") == ["utter_error_defect"]


# --- people -----------------------------------------------------------------------------------------------------------


async def test_a_person_is_fetched_in_the_middle_of_a_form(talk: Conversation):
    await talk.says("return the shirt", "return_start", order_number="JL-100200")
    assert await talk.says("let me talk to a human", "human") == ["utter_handoff"]
    handoff = talk.directive["handoff"]
    assert (handoff["reason"], handoff["skill"]) == ("customer_request", "returns")
    assert "return_order=JL-100200" in handoff["summary"]
    assert "return_items=1 x Linen shirt" in handoff["summary"]
    assert talk.form is None


async def test_a_person_that_a_refusal_offers_is_fetched_by_yes(talk: Conversation):
    await talk.says("return JL-100050", "return_start", order_number="JL-100050")
    assert await talk.says("yes", "affirm") == ["utter_handoff"]
    assert (talk.directive["handoff"]["reason"], talk.directive["handoff"]["skill"]) == (
        "policy_restriction",
        "returns",
    )


async def test_three_misunderstandings_in_a_row_fetch_a_person(talk: Conversation):
    assert await talk.says("blurb", "nlu_fallback") == ["utter_misunderstood"]
    assert await talk.says("blurb", "nlu_fallback") == ["utter_misunderstood_again"]
    assert await talk.says("blurb", "nlu_fallback") == ["utter_misunderstood_handoff"]
    assert talk.directive["handoff"]["reason"] == "misunderstanding"


async def test_something_understood_starts_the_count_again(talk: Conversation):
    await talk.says("blurb", "nlu_fallback")
    await talk.says("hello", "greet")
    assert await talk.says("blurb", "nlu_fallback") == ["utter_misunderstood"]


async def test_misunderstandings_inside_a_form_count_too(talk: Conversation):
    await talk.says("return", "return_start", order_number="JL-100200")
    await talk.says("blurb", "nlu_fallback")
    await talk.says("blurb", "nlu_fallback")
    assert await talk.says("blurb", "nlu_fallback") == ["utter_misunderstood_handoff"]
    assert talk.form is None


async def test_an_offer_holds_for_the_next_message_only(talk: Conversation):
    await talk.says("you idiot", "insult")
    await talk.says("hello", "greet")
    assert await talk.says("yes", "affirm") == ["utter_affirm"]


async def test_a_second_complaint_fetches_a_person(talk: Conversation):
    assert await talk.says("this is a disgrace", "complaint") == ["utter_complaint"]
    assert await talk.says("an absolute disgrace", "complaint") == ["utter_complaint_handoff"]
    assert talk.directive["handoff"]["reason"] == "complaint"


@pytest.mark.parametrize("kind", ["access", "erase"])
async def test_a_wish_about_ones_data_is_passed_on_for_somebody_who_is_known(start: Begin, kind: str):
    assert await start().says("my data", f"privacy_{kind}") == [f"utter_privacy_{kind}"]
    known = start()
    await known.says("my data", f"privacy_{kind}")
    assert known.directive["privacy"] == kind
    stranger = start("", "anonymous")
    assert (await stranger.says("my data", f"privacy_{kind}"))[0] == "utter_verification_needed"
    assert "privacy" not in stranger.directive


@pytest.mark.parametrize("level", ["anonymous", "guest", "customer"])
async def test_a_consent_is_taken_back_by_anybody(start: Begin, level: str):
    talk = start("" if level == "anonymous" else "token", level)
    assert await talk.says("stop asking me", "consent_withdraw") == ["utter_consent_withdrawn"]
    assert talk.directive["consent"] == "withdraw"
