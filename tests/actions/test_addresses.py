"""What is read as a postal address, and what isn't."""

import pytest

from actions.reading.addresses import Written, read_address, read_code, read_country, read_place


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("12 Main Street, Dublin, D02 X285", Written("12 Main Street", "Dublin", "D02 X285")),
        ("12 Main Street Dublin D02 X285", Written("12 Main Street", "Dublin", "D02 X285")),
        ("12 Main Street\nDublin\nD02 X285", Written("12 Main Street", "Dublin", "D02 X285")),
        (
            "please send it to Flat 3, 12 Main Street, Dublin 6, d06 x285, Ireland",
            Written("Flat 3, 12 Main Street", "Dublin 6", "d06 x285", "IE"),
        ),
        ("Hauptstraße 5, 10115 Berlin, Germany", Written("Hauptstraße 5", "Berlin", "10115", "DE")),
        ("Keizersgracht 12, 1015 CJ Amsterdam", Written("Keizersgracht 12", "Amsterdam", "1015 CJ")),
        ("1234 Elm Street, Austin, TX 78701", Written("1234 Elm Street", "Austin", "78701", region="TX")),
        ("10 Downing St, London SW1A 2AA, UK", Written("10 Downing St", "London", "SW1A 2AA", "GB")),
        (
            "The Old Mill, Ballina, Co. Mayo, F26 X1Y2",
            Written("The Old Mill", "Ballina", "F26 X1Y2", region="Co. Mayo"),
        ),
        ("no, 14 Main Street", Written("14 Main Street")),
        ("actually the house number is wrong, 24 Castle Street, Tralee", Written("24 Castle Street", "Tralee")),
        ("sorry, typo, 24 Castle Street, Tralee", Written("24 Castle Street", "Tralee")),
        ("the new address is: 12 Main Street, Cork", Written("12 Main Street", "Cork")),
        ("change JL-100243 to 12 Main Street, Cork", Written("12 Main Street", "Cork")),
        ("send it to 12 Main Street, Cork, T12 XY83 instead please", Written("12 Main Street", "Cork", "T12 XY83")),
    ],
)
def test_an_address_is_taken_apart(text: str, written: Written):
    assert read_address(text) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        "my office",
        "JL-100243",
        "make it 2",
        "in 5 minutes",
        "2 of them",
        "I want to return 2 shirts",
        "too small, size 42",
        "change the delivery address",
        "where is 12 Main Street?",
        "robin@12main.street",
        "x" * 500 + " street 5",
    ],
)
def test_what_holds_no_street_is_no_address(text: str):
    assert read_address(text) is None


@pytest.mark.parametrize(
    ("text", "code"), [("it's t12 xy83", "t12 xy83"), ("JL-100243", ""), ("10115", "10115"), ("no idea", "")]
)
def test_a_postal_code_is_found_and_an_order_number_is_none(text: str, code: str):
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("it's Cork", "Cork"),
        ("it's in Cork", "Cork"),
        ("Newcastle upon Tyne", "Newcastle upon Tyne"),
        ("no", ""),
        ("I don't know", ""),
        ("5", ""),
    ],
)
def test_a_town_is_taken_alone(text: str, place: str):
    assert read_place(text) == place


def test_northern_ireland_is_not_ireland_and_two_countries_are_none():
    assert read_country("Belfast, Northern Ireland") == "GB"
    assert read_country("Ireland") == "IE"
    assert read_country("France or Germany") == ""
