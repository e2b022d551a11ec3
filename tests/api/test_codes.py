import pytest

from api.identity.guests.codes import find_codes, mask_codes


@pytest.mark.parametrize(
    "text",
    ["123456", "123 456", "123-456.", "it is 123456", "code:123456, thanks", "(123456)", "123456!"],
)
def test_six_digits_are_a_code_and_are_masked(text: str) -> None:
    assert find_codes(text) == ["123456"]
    assert "123" not in mask_codes(text)


@pytest.mark.parametrize(
    "text",
    ["JL-123456", "#123456", "12345", "1234567", "john.123456@example.com", "123456@example.com", "john+123456@x.org"],
)
def test_order_numbers_and_addresses_are_none(text: str) -> None:
    assert find_codes(text) == []
    assert mask_codes(text) == text
