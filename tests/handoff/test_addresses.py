import pytest

from api.handoff.addresses import find_email, masked


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("emma@example.com", "emma@example.com"),
        ("Write to emma.byrne+shop@mail.example.co.uk, please.", "emma.byrne+shop@mail.example.co.uk"),
        ("<o'neill@example.ie>", "o'neill@example.ie"),
        ("emma@example", None),
        ("emma@@example.com", None),
        (".emma@example.com", None),
        ("em..ma@example.com", None),
        ("emma@-example.com", None),
        ("emma@example.com or ben@example.com", None),
        (f"{'e' * 65}@example.com", None),
        ("no address at all", None),
        ("emma@example.com\r\nBcc: all@example.com", None),
    ],
)
def test_the_one_address_that_mail_could_reach_is_found(text: str, email: str | None) -> None:
    assert find_email(text) == email


def test_an_address_is_shown_so_that_only_its_owner_knows_it() -> None:
    assert masked("emma@example.com") == "e•••@example.com"
