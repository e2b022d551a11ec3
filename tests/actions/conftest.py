from collections.abc import Callable

import pytest

from actions.bootstrap import create_executor
from actions.context import FaqEntry
from actions.faq_entries import FaqUnavailable
from actions.metrics import Metrics
from actions.settings import ActionSettings
from tests.actions.conversation import Conversation
from tests.actions.shelves import a_shop
from tests.fakes.commerce import FakeCommerce
from tests.fakes.journal import FakeJournal

Begin = Callable[..., Conversation]


class FakeFaqEntries:
    def __init__(self) -> None:
        self.entries = {"return-window": FaqEntry("return-window", 3, "How long?", "You have {{ return_window }}.")}
        self.away = False
        self.asked_for: list[tuple[bool, str]] = []

    async def entry(self, entry_id: str, *, signed_in: bool, tier: str) -> FaqEntry | None:
        self.asked_for.append((signed_in, tier))
        if self.away:
            raise FaqUnavailable
        return self.entries.get(entry_id)


@pytest.fixture
def shop() -> FakeCommerce:
    return a_shop()


@pytest.fixture
def faq_entries() -> FakeFaqEntries:
    return FakeFaqEntries()


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def start(shop: FakeCommerce, faq_entries: FakeFaqEntries, journal: FakeJournal) -> Begin:
    settings = ActionSettings(action_timeout=2.0)
    executor = create_executor(settings, Metrics(), shop=shop, faq=faq_entries, journal=journal)

    def begin(assertion: str = "emma", auth_level: str = "customer", **more: str) -> Conversation:
        return Conversation(executor, assertion=assertion, auth_level=auth_level, **more)

    return begin


@pytest.fixture
def talk(start: Begin) -> Conversation:
    return start()
