from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from limits.aio.storage import MemoryStorage
from pydantic import SecretStr

from api.app import create_app
from api.conversations.hub import Hub
from api.conversations.service import ConversationService
from api.handoff.opening_hours import DeskHours, OpeningHours
from api.handoff.service import HandoffService
from api.handoff.texts import Texts
from api.settings import ApiSettings
from api.staff.models import Role, Session
from api.staff.passwords import Passwords
from api.staff.service import StaffService
from api.staff.throttle import LoginThrottle
from api.web.pages import Pages
from common.database import Pool, create_pool
from tests.api_staff.site import PASSWORD, Site
from tests.browser.conftest import browser  # noqa: F401 - fixture
from tests.fakes.customers import CustomerShop
from tests.fakes.faq import FakeFaq
from tests.fakes.rasa import FakeRasa
from tests.fakes.server import served

# What staff's passwords are hashed with here: as little work as Argon2 can do.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PAGES = Pages(ZoneInfo("UTC"))
SECRET = "internal-secret-of-the-tests-0123456789"


@pytest.fixture(scope="session")
def api_database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("api", "api")


@pytest_asyncio.fixture(scope="session")
async def pool(api_database: str) -> AsyncIterator[Pool]:
    async with create_pool(api_database, schema="api") as pool:
        yield pool


@pytest.fixture
def conversations(pool: Pool, api_database: str) -> ConversationService:
    return ConversationService(pool, Hub(api_database))


@pytest_asyncio.fixture
async def staff(pool: Pool) -> StaffService:
    async with pool.connection() as connection:
        await connection.execute("TRUNCATE staff, staff_sessions, handoffs, conversations CASCADE")
    return StaffService(pool, LoginThrottle(MemoryStorage()), session_lifetime=timedelta(hours=1), passwords=QUICK)


@pytest.fixture
def handoff(conversations: ConversationService, staff: StaffService) -> HandoffService:
    return HandoffService(conversations, staff, Texts.load(), DeskHours(OpeningHours.parse("", "UTC")))


@pytest.fixture
def log_in(staff: StaffService) -> Callable[..., Awaitable[Session]]:
    """Make an account and log it in; with `present`, it has the desk open."""

    async def log_in(name: str, *roles: Role, present: bool = True) -> Session:
        await staff.add(name, name.capitalize(), list(roles or [Role.ADVISOR]), PASSWORD)
        session = await staff.log_in(name, PASSWORD, address="127.0.0.1")
        if present:
            await staff.note_presence(session)
        return session

    return log_in


@pytest.fixture
def start(conversations: ConversationService) -> Callable[[], Awaitable[UUID]]:
    """A new conversation of a customer with the bot."""

    async def start() -> UUID:
        async with conversations.transaction() as connection:
            conversation_id, _ = await conversations.create(
                connection, channel="web", locale="en", token_hash=uuid4().bytes, token_ttl=timedelta(hours=1)
            )
            return conversation_id

    return start


@pytest_asyncio.fixture
async def faq() -> FakeFaq:
    faq = FakeFaq(SECRET)
    faq.add("return-window", "How long can I return", "You have {{ return_window }}.", category="returns")
    faq.add("gift-wrap", "Do you wrap gifts", "Yes, for a fee.", category="orders")
    return faq


@pytest.fixture
def shop() -> CustomerShop:
    return CustomerShop()


@pytest_asyncio.fixture
async def rasa() -> FakeRasa:
    return FakeRasa(SECRET)


@pytest_asyncio.fixture
async def site(
    api_database: str, staff: StaffService, faq: FakeFaq, *, rasa: FakeRasa, shop: CustomerShop, tmp_path: Path
) -> AsyncIterator[Site]:
    """The gateway over HTTP; `staff` has emptied the accounts."""
    async with served(faq.app) as faq_url, served(rasa.app) as rasa_url:
        settings = ApiSettings(
            _env_file=None,
            data=tmp_path,
            database_url=api_database,
            internal_secret=SecretStr(SECRET),
            assertion_secret=SecretStr(SECRET),
            customer_token_secret=SecretStr(SECRET),
            rasa_url=rasa_url,
            faq_url=faq_url,
            actions_url=rasa_url,
            limit_conversations_per_address="10000/minute",
        )
        app = create_app(settings, commerce=shop.as_commerce(), passwords=QUICK, pages=PAGES)
        async with served(app) as url:
            yield Site(url, app, staff)
