"""Where a member stands, until when, and what keeps it: by what was spent within the programme's time."""

from datetime import date

from backends.sandbox.loyalty.tiers import standing
from backends.sandbox.policies.rules import load_policy

RULE = load_policy().loyalty
TODAY = date(2026, 6, 1)


def test_what_is_still_to_be_spent_keeps_the_tier_after_its_last_day() -> None:
    tier = standing(RULE, [(date(2025, 9, 10), 20_000), (date(2026, 3, 1), 10_000)], TODAY)
    assert (tier.name, tier.valid_until, tier.keep) == ("Leaf", date(2026, 9, 9), 15_000)
    later = standing(RULE, [(date(2025, 9, 10), 20_000), (date(2026, 3, 1), 10_000), (TODAY, 15_000)], TODAY)
    assert later.name == "Leaf"
    assert later.valid_until
    assert later.valid_until > tier.valid_until


def test_the_tier_that_everybody_has_needs_nothing() -> None:
    tier = standing(RULE, [(date(2026, 3, 1), 1_000)], TODAY)
    assert (tier.name, tier.valid_until, tier.keep) == ("Seed", None, None)
