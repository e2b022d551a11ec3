from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.conversations.service import ConversationService
from api.insight.questions.models import EntryStatistics, EntryUsage, Usage, Week
from common.database import Connection, fetch_all

WEEKS = 12

USES = """
    SELECT shown.entry, shown.version, shown.shown_at, thumb.score AS thumb,
        coalesce('handed_off' = ANY(fates.reasons), false) AS handed_off
    FROM shown_answers AS shown
    LEFT JOIN feedback AS thumb ON thumb.conversation_id = shown.conversation_id
        AND thumb.kind = 'answer' AND thumb.ref = shown.seq
    LEFT JOIN question_fates AS fates
        ON fates.conversation_id = shown.conversation_id AND fates.seq = shown.question_seq
    WHERE (%s::text IS NULL OR shown.entry = %s)
"""
COUNTS = """
    count(*) AS shown, count(*) FILTER (WHERE thumb = 1) AS helpful,
    count(*) FILTER (WHERE thumb = 0) AS not_helpful, count(*) FILTER (WHERE handed_off) AS handed_off
"""


LATELY = "interval '28 days'"
TREND = f"""
    count(*) FILTER (WHERE shown_at > now() - {LATELY}) AS lately,
    count(*) FILTER (WHERE shown_at BETWEEN now() - 2 * {LATELY} AND now() - {LATELY}) AS before
"""


class StatisticsService:
    def __init__(self, conversations: ConversationService, zone: ZoneInfo) -> None:
        self._conversations = conversations
        self._zone = zone

    async def of_entry(self, entry: str) -> EntryStatistics:
        """How each version did, and the last weeks. Nothing where it was never shown."""
        today = datetime.now(self._zone).date()
        since = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
        async with self._conversations.reading() as connection:
            return EntryStatistics(
                versions=await by_version(connection, entry),
                weeks=await by_week(connection, entry, since, self._zone),
            )

    async def of_all(self) -> list[EntryUsage]:
        """How each entry did that was ever shown, the most shown first."""
        async with self._conversations.reading() as connection:
            return await by_entry(connection)

    async def of_all_versions(self) -> dict[str, list[Usage]]:
        """How each version did, by entry; the newest first."""
        async with self._conversations.reading() as connection:
            found: dict[str, list[Usage]] = defaultdict(list)
            for entry, usage in await _versions(connection, None):
                found[entry].append(usage)
            return found


async def by_version(connection: Connection, entry: str) -> list[Usage]:
    return [usage for _, usage in await _versions(connection, entry)]


async def _versions(connection: Connection, entry: str | None) -> list[tuple[str, Usage]]:
    """Of one entry or of all."""
    rows = await fetch_all(
        connection,
        f"SELECT entry, version, {COUNTS}, min(shown_at) AS first_at, max(shown_at) AS last_at "  # noqa: S608 - constants only
        f"FROM ({USES}) AS uses GROUP BY entry, version ORDER BY entry, version DESC",
        entry,
        entry,
    )
    return [(row.pop("entry"), Usage(**row)) for row in rows]


async def by_entry(connection: Connection) -> list[EntryUsage]:
    rows = await fetch_all(
        connection,
        f"SELECT entry, {COUNTS}, {TREND} "  # noqa: S608 - constants only
        f"FROM ({USES}) AS uses GROUP BY entry ORDER BY shown DESC, entry",
        None,
        None,
    )
    return [EntryUsage(**row) for row in rows]


async def by_week(connection: Connection, entry: str, since: date, zone: ZoneInfo) -> list[Week]:
    """Every week from the Monday `since` on, in the zone's own days."""
    rows = await fetch_all(
        connection,
        f"""
        SELECT date_trunc('week', shown_at AT TIME ZONE %s)::date AS monday, {COUNTS}
        FROM ({USES}) AS uses WHERE shown_at >= %s::date::timestamp AT TIME ZONE %s GROUP BY monday
        """,  # noqa: S608 - constants only
        str(zone),
        entry,
        entry,
        since,
        str(zone),
    )
    found = {row.pop("monday"): row for row in rows}
    nothing = {"shown": 0, "helpful": 0, "not_helpful": 0, "handed_off": 0}
    mondays = [since + timedelta(weeks=week) for week in range(WEEKS)]
    return [Week(starts=monday.isoformat(), **found.get(monday, nothing)) for monday in mondays]
