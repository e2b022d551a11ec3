"""`python -m api.staff`, through its own functions and a real database."""

import io

import pytest

from api.settings import ApiSettings
from api.staff.__main__ import read_arguments, run
from api.staff.errors import NameTaken, UnknownStaff, WrongCredentials
from api.staff.models import Role
from api.staff.service import StaffService
from tests.api_staff.conftest import QUICK
from tests.api_staff.site import PASSWORD


@pytest.fixture
def settings(api_database: str, staff: StaffService) -> ApiSettings:  # noqa: ARG001 - empties the accounts
    """On a database whose accounts `staff` has emptied."""
    return ApiSettings(_env_file=None, database_url=api_database)


async def command(settings: ApiSettings, monkeypatch: pytest.MonkeyPatch, *arguments: str, stdin: str = "") -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{stdin}\n"))
    await run(read_arguments(list(arguments)), settings, QUICK)


async def test_an_account_is_added_and_can_log_in(
    settings: ApiSettings, staff: StaffService, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ("add", "Maria", "--role", "advisor", "--role", "curator", "--password-stdin")
    await command(settings, monkeypatch, *arguments, stdin=PASSWORD)
    session = await staff.log_in("maria", PASSWORD, address="here")
    assert session.staff.roles == {Role.ADVISOR, Role.CURATOR}
    assert session.staff.first_name == "Maria"
    with pytest.raises(NameTaken):
        await command(settings, monkeypatch, *arguments, stdin=PASSWORD)


async def test_a_short_password_is_refused(settings: ApiSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="10 to 256"):
        await command(settings, monkeypatch, "add", "tom", "--role", "curator", "--password-stdin", stdin="short")


async def test_a_new_password_ends_the_sessions(
    settings: ApiSettings, staff: StaffService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staff.add("maria", "Maria", [Role.ADVISOR], PASSWORD)
    session = await staff.log_in("maria", PASSWORD, address="here")
    await command(settings, monkeypatch, "password", "maria", "--password-stdin", stdin="another one, longer")
    assert await staff.session(session.token) is None
    with pytest.raises(WrongCredentials):
        await staff.log_in("maria", PASSWORD, address="here")
    await staff.log_in("maria", "another one, longer", address="here")


async def test_a_disabled_account_can_be_enabled_again(
    settings: ApiSettings, staff: StaffService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await staff.add("maria", "Maria", [Role.ADVISOR], PASSWORD)
    await command(settings, monkeypatch, "disable", "maria")
    await command(settings, monkeypatch, "list")
    assert "disabled" in capsys.readouterr().out
    with pytest.raises(WrongCredentials):
        await staff.log_in("maria", PASSWORD, address="here")
    await command(settings, monkeypatch, "enable", "maria")
    await staff.log_in("maria", PASSWORD, address="here")
    with pytest.raises(UnknownStaff):
        await command(settings, monkeypatch, "disable", "nobody")


async def test_demo_logins_are_made_in_sandbox_mode_only_and_made_again_without_ending_sessions(
    settings: ApiSettings, staff: StaffService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERCARE_DEMO_PASSWORD", PASSWORD)
    with pytest.raises(SystemExit, match="AFTERCARE_SANDBOX"):
        await command(settings, monkeypatch, "demo")
    sandbox = settings.model_copy(update={"sandbox": True})
    await command(sandbox, monkeypatch, "demo")
    assert {each.name: set(each.roles) for each, _ in await staff.everyone()} == {
        "ada": {Role.ADVISOR},
        "ben": {Role.ADVISOR},
        "cleo": {Role.CURATOR},
        "olga": {Role.OPERATOR},
    }
    session = await staff.log_in("ada", PASSWORD, address="here")
    await command(sandbox, monkeypatch, "demo")
    assert await staff.session(session.token) is not None
    monkeypatch.setenv("AFTERCARE_DEMO_PASSWORD", "a password that changed")
    await command(sandbox, monkeypatch, "demo")
    assert await staff.session(session.token) is None


async def test_what_an_advisor_is_given_can_be_set_piece_by_piece(
    settings: ApiSettings, staff: StaffService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await staff.add("maria", "Maria", [Role.ADVISOR], PASSWORD)
    first = ("desk", "maria", "--skill", "orders", "--skill", "returns", "--language", "de", "--capacity", "2")
    await command(settings, monkeypatch, *first)
    await command(settings, monkeypatch, "desk", "maria", "--language", "any")
    await command(settings, monkeypatch, "list")
    assert "orders, returns · any language · 2 at once" in capsys.readouterr().out
    with pytest.raises(UnknownStaff):
        await command(settings, monkeypatch, "desk", "nobody", "--capacity", "1")


@pytest.mark.parametrize("arguments", [("--skill", "gardening"), ("--language", "German"), ("--capacity", "51")])
def test_a_skill_language_or_capacity_that_does_not_exist_is_refused(
    arguments: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["desk", "maria", *arguments])
    assert arguments[0] in capsys.readouterr().err
