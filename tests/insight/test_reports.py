"""Figures that are counted in the database: right with nothing, with everything, and around midnight."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from api.conversations.hub import Hub
from api.conversations.service import ConversationService
from api.insight.reports.models import Counts
from api.insight.reports.service import InvalidPeriod, ReportService
from api.staff.models import Role
from common.database import Pool
from tests.api_staff.site import Person, Site

DUBLIN = ZoneInfo("Europe/Dublin")


@pytest_asyncio.fixture
async def emptied(pool: Pool) -> Pool:
    async with pool.connection() as connection:
        await connection.execute("TRUNCATE conversations CASCADE")
    return pool


@pytest.fixture
def conversations(emptied: Pool, api_database: str) -> ConversationService:
    return ConversationService(emptied, Hub(api_database))


@pytest_asyncio.fixture
async def olga(site: Site) -> AsyncIterator[Person]:
    async with site.person("olga", Role.OPERATOR) as olga:
        yield olga


class History:
    """What happened, put into the database as of then."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def conversation(self, at: datetime, *, said: bool = True, handoff: str = "", **scores: int) -> None:
        conversation_id = uuid4()
        async with self._pool.connection() as connection:
            await connection.execute(
                "INSERT INTO conversations (id, channel, locale, token_hash, token_expires_at, created_at) "
                "VALUES (%s, 'web', 'en', %s, now(), %s)",
                (conversation_id, uuid4().bytes, at),
            )
            if said:
                await connection.execute(
                    "INSERT INTO events (conversation_id, seq, type, author, body, at) "
                    "VALUES (%s, 1, 'message', 'customer', '{}', %s)",
                    (conversation_id, at),
                )
            if handoff:
                await connection.execute(
                    "INSERT INTO handoffs (conversation_id, reason, skill, requested_at, rank_at) "
                    "VALUES (%s, %s, 'general', %s, %s)",
                    (conversation_id, handoff, at, at),
                )
            for number, (kind, score) in enumerate(scores.items()):
                await connection.execute(
                    "INSERT INTO feedback (conversation_id, kind, ref, score, given_at) VALUES (%s, %s, %s, %s, %s)",
                    (conversation_id, kind, number, score, at),
                )


@pytest.fixture
def history(emptied: Pool) -> History:
    return History(emptied)


async def test_a_report_without_data_has_no_figures_and_says_so(conversations: ConversationService) -> None:
    service = ReportService(conversations, DUBLIN)
    report = await service.report(service.period(date(2026, 3, 1), date(2026, 3, 3)))
    assert [day for day, _ in report.days] == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    total = report.total
    assert total == Counts()
    assert [total.csat, total.nps, total.ces, total.helpfulness, total.self_service] == [None] * 5
    assert report.reasons == []


async def test_every_figure_is_what_its_rule_says(history: History, conversations: ConversationService) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for csat, nps, ces, answer in [(5, 10, 7, 1), (4, 9, 6, 1), (2, 8, 3, 0), (1, 6, 2, 1), (3, 0, 1, 1)]:
        await history.conversation(noon, csat=csat, nps=nps, ces=ces, answer=answer)
    await history.conversation(noon, handoff="complaint")
    await history.conversation(noon, handoff="complaint")
    await history.conversation(noon, handoff="customer_request")
    await history.conversation(noon, said=False)
    service = ReportService(conversations, DUBLIN)
    report = await service.report(service.period(date(2026, 3, 1), date(2026, 3, 3)))
    total = report.total
    assert (total.conversations, total.self_served, total.handoffs) == (8, 5, 3)
    assert (total.csat, total.csat_satisfied, total.ces) == (3.0, 2, 3.8)
    assert total.nps == pytest.approx(100 * (2 - 2) / 5)
    assert (total.helpfulness, total.self_service) == (0.8, 0.625)
    assert report.reasons == [("complaint", 2), ("customer_request", 1)]
    assert [counts.conversations for _, counts in report.days] == [0, 8, 0]


@pytest.mark.parametrize(
    ("scores", "nps"), [((10, 9, 9, 7), 75.0), ((6, 6), -100.0), ((7, 8), 0.0), ((10, 10, 10, 0, 7), 40.0)]
)
async def test_nps_is_the_share_of_promoters_less_that_of_detractors(scores: tuple[int, ...], nps: float) -> None:
    counts = Counts(
        nps_answers=len(scores),
        nps_promoters=sum(score >= 9 for score in scores),
        nps_detractors=sum(score <= 6 for score in scores),
    )
    assert counts.nps == pytest.approx(nps)


async def test_a_day_is_one_of_the_staffs_time_zone_also_where_clocks_change(
    history: History, conversations: ConversationService
) -> None:
    before = datetime(2026, 3, 28, 23, 59, tzinfo=DUBLIN)
    after = datetime(2026, 3, 29, 0, 1, tzinfo=DUBLIN)
    late = datetime(2026, 3, 29, 23, 59, tzinfo=DUBLIN)  # in summer time: 22:59 UTC
    for moment in (before, after, late, late + timedelta(minutes=2)):
        await history.conversation(moment.astimezone(UTC), csat=5, handoff="complaint")
    days = {}
    for zone in (DUBLIN, ZoneInfo("UTC")):
        service = ReportService(conversations, zone)
        report = await service.report(service.period(date(2026, 3, 28), date(2026, 3, 29)))
        days[str(zone)] = [(each.conversations, each.handoffs, each.csat_answers) for _, each in report.days]
    assert days == {"Europe/Dublin": [(1, 1, 1), (2, 2, 2)], "UTC": [(1, 1, 1), (3, 3, 3)]}


async def test_a_period_that_can_not_be_is_refused(conversations: ConversationService) -> None:
    service = ReportService(conversations, DUBLIN)
    for first, last in [(date(2026, 2, 2), date(2026, 2, 1)), (date(2024, 1, 1), date(2026, 1, 1))]:
        with pytest.raises(InvalidPeriod):
            service.period(first, last)
    for first, last in [(None, date.min), (None, date.max), (date.min, None)]:
        with pytest.raises(InvalidPeriod):
            service.period(first, last)
    assert (service.period(None, None).last - service.period(None, None).first).days == 29


async def test_what_customers_wrote_is_listed_without_what_could_name_them(
    history: History, emptied: Pool, olga: Person
) -> None:
    await history.conversation(datetime.now(UTC), csat=2)
    await history.conversation(datetime.now(UTC), nps=9)
    async with emptied.connection() as connection:
        await connection.execute(
            "UPDATE feedback SET comment = 'Order JL-100234 came late, call me: emma@example.com' WHERE kind = 'csat'"
        )
    shown = {"kind": "csat", "score": 2, "text": "Order [number] came late, call me: [e-mail]"}
    comments = (await olga.http.get("/v1/reports/summary")).json()["comments"]
    assert [{name: comment[name] for name in shown} for comment in comments] == [shown]
    page = (await olga.open("/reports")).text
    assert "CSAT 2" in page
    assert shown["text"] in page


async def test_operators_read_it_as_a_page_and_as_json(history: History, olga: Person) -> None:
    await history.conversation(datetime.now(UTC), csat=4, nps=9, answer=1, handoff="missing_knowledge")
    summary: dict[str, Any] = (await olga.http.get("/v1/reports/summary")).json()
    assert summary["total"]["csat"] == {"answers": 1, "average": 4.0, "satisfied": 1}
    assert summary["total"]["nps"] == {"answers": 1, "score": 100.0, "promoters": 1, "detractors": 0}
    assert summary["handoff_reasons"] == [{"reason": "missing_knowledge", "number": 1}]
    assert len(summary["days"]) == 30
    page = (await olga.open("/reports")).text
    for text in ("4.00", "+100", "Missing knowledge", "0 of 1 conversation"):
        assert text in page
    assert (
        "The first day is after the last."
        in (await olga.open("/reports", 422, first="2026-02-02", last="2026-02-01")).text
    )
    assert "A day is written like" in (await olga.open("/reports", 422, first="yesterday")).text
    refused = await olga.http.get("/v1/reports/summary", params={"first": "2026-02-02", "last": "2026-02-01"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_period")
