"""Accounts of the people who work with the product.

    python -m api.staff add ada --role advisor --first-name Ada
    python -m api.staff password ada
    python -m api.staff desk ada --skill orders --skill returns --language en --capacity 3
    python -m api.staff disable ada
    python -m api.staff enable ada
    python -m api.staff list
    python -m api.staff demo

`desk` says what an advisor is given from the line: what is left out stays as it is, `--language any` is no bound.
Passwords are asked for, or read from the first line of stdin with --password-stdin. `demo` makes the demo logins and
refuses to unless AFTERCARE_SANDBOX is on.
"""

import argparse
import asyncio
import getpass
import os
import sys
from datetime import timedelta

from limits.aio.storage import MemoryStorage

from api.handoff.states import Skill
from api.settings import ApiSettings
from api.staff.errors import NameTaken, UnknownStaff
from api.staff.models import LANGUAGE, MOST_AT_ONCE, Role, Staff
from api.staff.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH, Passwords
from api.staff.service import StaffService
from api.staff.throttle import LoginThrottle
from common.database import create_pool

DEMO_DESK: dict[str, tuple[set[str], int]] = {
    "ada": (set(Skill), 3),
    "ben": ({Skill.REFUNDS, Skill.LOYALTY, Skill.GENERAL}, 3),
}
DEMO = {"ada": Role.ADVISOR, "ben": Role.ADVISOR, "cleo": Role.CURATOR, "olga": Role.OPERATOR}


def read_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m api.staff", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("add", "password", "disable", "enable"):
        sub = commands.add_parser(command)
        sub.add_argument("name", type=str.lower)
        if command == "add":
            sub.add_argument("--role", action="append", required=True, choices=list(Role), type=Role)
            sub.add_argument("--first-name", help="what customers see; the name, capitalised, unless given")
        if command in ("add", "password"):
            sub.add_argument("--password-stdin", action="store_true")
    desk = commands.add_parser("desk")
    desk.add_argument("name", type=str.lower)
    desk.add_argument("--skill", action="append", choices=list(Skill), type=Skill)
    desk.add_argument("--language", action="append", type=language)
    desk.add_argument("--capacity", type=int, choices=range(MOST_AT_ONCE + 1), metavar=f"0-{MOST_AT_ONCE}")
    commands.add_parser("list")
    commands.add_parser("demo")
    return parser.parse_args(arguments)


def language(text: str) -> str:
    if text != "any" and not LANGUAGE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a language such as en, or any")
    return text


def ask_password(*, from_stdin: bool) -> str:
    password = sys.stdin.readline().rstrip("\n") if from_stdin else getpass.getpass("Password: ")
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH:
        raise SystemExit(f"A password has {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} characters.")
    return password


async def make_demo(service: StaffService, settings: ApiSettings) -> None:
    password = os.environ.get("AFTERCARE_DEMO_PASSWORD", "")
    if not settings.sandbox or len(password) < MINIMUM_LENGTH:
        raise SystemExit("Demo logins need AFTERCARE_SANDBOX=true and AFTERCARE_DEMO_PASSWORD (`make run` sets both).")
    known = {staff.name for staff, _ in await service.everyone()}
    for name, role in DEMO.items():
        if name in known:
            await service.ensure_password(name, password)
            continue
        try:
            await service.add(name, name.capitalize(), [role], password)
            if name in DEMO_DESK:
                skills, capacity = DEMO_DESK[name]
                await service.set_desk(name, skills=skills, languages=["en"], capacity=capacity)
        except NameTaken:
            await service.ensure_password(name, password)


async def set_desk(service: StaffService, arguments: argparse.Namespace) -> None:
    """Raises UnknownStaff."""
    known = {staff.name: staff for staff, _ in await service.everyone()}
    if arguments.name not in known:
        raise UnknownStaff(arguments.name)
    staff = known[arguments.name]
    languages = staff.languages if arguments.language is None else set(arguments.language) - {"any"}
    capacity = staff.capacity if arguments.capacity is None else arguments.capacity
    await service.set_desk(staff.name, skills=arguments.skill or staff.skills, languages=languages, capacity=capacity)


def line_of(staff: Staff) -> str:
    roles = ", ".join(sorted(staff.roles))
    if Role.ADVISOR not in staff.roles:
        return f"{staff.name:20} {roles:20}"
    languages = ", ".join(sorted(staff.languages)) or "any language"
    return f"{staff.name:20} {roles:20} {', '.join(sorted(staff.skills))} · {languages} · {staff.capacity} at once"


async def run(arguments: argparse.Namespace, settings: ApiSettings, passwords: Passwords | None = None) -> None:
    async with create_pool(settings.database_url, schema="api", max_size=2) as pool:
        throttle = LoginThrottle(MemoryStorage())
        service = StaffService(pool, throttle, session_lifetime=timedelta(0), passwords=passwords)
        match arguments.command:
            case "add":
                password = ask_password(from_stdin=arguments.password_stdin)
                first_name = arguments.first_name or arguments.name.capitalize()
                await service.add(arguments.name, first_name, arguments.role, password)
            case "password":
                await service.change_password(arguments.name, ask_password(from_stdin=arguments.password_stdin))
            case "desk":
                await set_desk(service, arguments)
            case "disable" | "enable":
                await service.set_active(arguments.name, active=arguments.command == "enable")
            case "list":
                for staff, active in await service.everyone():
                    sys.stdout.write(f"{line_of(staff)} {'' if active else 'disabled'}\n")
            case "demo":
                await make_demo(service, settings)


def main() -> None:
    arguments = read_arguments()
    try:
        asyncio.run(run(arguments, ApiSettings()))
    except NameTaken as error:
        raise SystemExit(f"There is an account {error} already.") from None
    except UnknownStaff as error:
        raise SystemExit(f"There is no account {error}.") from None


if __name__ == "__main__":
    main()
