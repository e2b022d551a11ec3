"""Where the sample shop delivers, and how it writes a postal code."""

import pytest

from backends.models import Address
from backends.sandbox.orders.addresses import accepted
from backends.sandbox.policies.rules import load_policy
from common.problems import Problem

HOME = Address("Emma Byrne", "4 Sycamore Row", "Dublin", "IE", postal_code="D06 F1N2")


def address(country: str, postal_code: str) -> Address:
    return Address("Emma Byrne", "12 Main Street", "Somewhere", country, postal_code=postal_code)


def refused(wanted: Address, old: Address | None) -> str:
    with pytest.raises(Problem) as caught:
        accepted(load_policy().shipping, old, wanted)
    assert caught.value.code == "address_refused"
    return str(caught.value.extra["reason"])


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("IE", "t12  xy83", "T12 XY83"),
        ("GB", "sw1a 2aa", "SW1A 2AA"),
        ("DE", "10115", "10115"),
        ("NL", "1015 cj", "1015 CJ"),
        ("US", "78701-1234", "78701-1234"),
        ("NO", "0150", "0150"),
    ],
)
def test_a_postal_code_is_checked_by_its_country_and_written_alike(country: str, typed: str, written: str) -> None:
    assert accepted(load_policy().shipping, None, address(country, typed)).postal_code == written


@pytest.mark.parametrize(("country", "typed"), [("IE", "10115"), ("DE", "1011"), ("GB", ""), ("IE", "T12 XY833")])
def test_a_code_of_another_form_is_refused(country: str, typed: str) -> None:
    assert refused(address(country, typed), None) == "postal_code"


def test_where_nothing_is_delivered_is_refused_before_anything_else() -> None:
    assert refused(address("AU", "2000"), HOME) == "country"


def test_shipping_was_paid_for_one_country() -> None:
    assert refused(address("DE", "10115"), HOME) == "other_country"
