import pytest
from pydantic import SecretStr

from backends.webhooks import BadSignature, sign, verify

SECRET = SecretStr("shared")
BODY = b'{"id": "evt_1"}'
AT = 1_800_000_000


def test_the_signature_is_the_hmac_of_time_and_body() -> None:
    # echo -n '1800000000.{"id": "evt_1"}' | openssl dgst -sha256 -hmac shared
    expected = "0471405cb8e6c17d4cf8b5edfcce9e4668082365ca6c0ad39b263c3943be59f3"
    assert sign(SECRET, BODY, at=AT) == f"t={AT},v1={expected}"


def test_what_was_signed_verifies_within_the_tolerance() -> None:
    header = sign(SECRET, BODY, at=AT)
    for now in (AT, AT + 300, AT - 300):
        verify([SECRET], header, BODY, now=now)


@pytest.mark.parametrize("now", [AT + 301, AT - 301])
def test_an_old_or_future_event_is_refused(now: int) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], sign(SECRET, BODY, at=AT), BODY, now=now)


@pytest.mark.parametrize(
    "header",
    [
        "",
        f"t={AT}",
        f"t={AT},v1=",
        f"t={AT},v1={'0' * 64}",
        f"t={AT},v1={'0' * 64},v1={'1' * 64}",
        sign(SecretStr("other"), BODY, at=AT),
        sign(SECRET, BODY + b" ", at=AT),
        sign(SECRET, BODY, at=AT).replace(f"t={AT}", f"t={AT + 1}"),
        sign(SECRET, BODY, at=AT) + ",v1=é",
    ],
)
def test_anything_else_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], header, BODY, now=AT)


def test_a_secret_can_be_changed_without_a_gap() -> None:
    new = SecretStr("new")
    old_header = sign(SECRET, BODY, at=AT)
    verify([new, SECRET], old_header, BODY, now=AT)
    both = f"{old_header},{sign(new, BODY, at=AT).split(',')[1]}"
    verify([new], both, BODY, now=AT)


def test_an_empty_secret_verifies_nothing() -> None:
    with pytest.raises(BadSignature):
        verify([SecretStr("")], sign(SecretStr(""), BODY, at=AT), BODY, now=AT)
