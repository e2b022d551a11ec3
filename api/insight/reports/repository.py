"""Counts by day of a time zone. A day begins at the zone's midnight, also where clocks change."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from api.insight.masking import masked
from api.insight.reports.models import Comment, Period
from common.database import Connection

CONVERSATIONS = """
    SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS conversations, count(*) FILTER (
        WHERE NOT EXISTS (SELECT FROM handoffs WHERE handoffs.conversation_id = conversations.id)) AS self_served
    FROM conversations WHERE created_at >= %(since)s AND created_at < %(until)s AND EXISTS (
        SELECT FROM events WHERE conversation_id = conversations.id AND type = 'message' AND author = 'customer')
    GROUP BY day
"""
HANDOFFS = """
    SELECT (requested_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS handoffs FROM handoffs
    WHERE requested_at >= %(since)s AND requested_at < %(until)s GROUP BY day
"""
FEEDBACK = """
    SELECT (given_at AT TIME ZONE %(zone)s)::date AS day,
        count(*) FILTER (WHERE kind = 'csat') AS csat_answers,
        coalesce(sum(score) FILTER (WHERE kind = 'csat'), 0) AS csat_sum,
        count(*) FILTER (WHERE kind = 'csat' AND score >= 4) AS csat_satisfied,
        count(*) FILTER (WHERE kind = 'nps') AS nps_answers,
        count(*) FILTER (WHERE kind = 'nps' AND score >= 9) AS nps_promoters,
        count(*) FILTER (WHERE kind = 'nps' AND score <= 6) AS nps_detractors,
        count(*) FILTER (WHERE kind = 'ces') AS ces_answers,
        coalesce(sum(score) FILTER (WHERE kind = 'ces'), 0) AS ces_sum,
        count(*) FILTER (WHERE kind = 'answer' AND score = 1) AS helpful,
        count(*) FILTER (WHERE kind = 'answer' AND score = 0) AS not_helpful
    FROM feedback WHERE given_at >= %(since)s AND given_at < %(until)s GROUP BY day
"""
SURVEYS = """
    SELECT (asked_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS surveys FROM surveys
    WHERE asked_at >= %(since)s AND asked_at < %(until)s GROUP BY day
"""
REASONS = """
    SELECT reason, count(*) AS number FROM handoffs WHERE requested_at >= %(since)s AND requested_at < %(until)s
    GROUP BY reason ORDER BY number DESC, reason
"""
COMMENTS = """
    SELECT kind, score, comment, given_at, customer_name, first_name
    FROM feedback JOIN conversations ON conversations.id = conversation_id
    WHERE comment IS NOT NULL AND given_at >= %(since)s AND given_at < %(until)s ORDER BY given_at DESC LIMIT %(limit)s
"""


async def counts_by_day(connection: Connection, period: Period, zone: ZoneInfo) -> dict[date, dict[str, int]]:
    """Days on which nothing happened are left out, and so are counts."""
    found: dict[date, dict[str, int]] = {}
    for query in (CONVERSATIONS, HANDOFFS, FEEDBACK, SURVEYS):
        for row in await (await connection.execute(query, _parameters(period, zone))).fetchall():
            found.setdefault(row.pop("day"), {}).update(row)
    return found


async def handoff_reasons(connection: Connection, period: Period, zone: ZoneInfo) -> list[tuple[str, int]]:
    rows = await (await connection.execute(REASONS, _parameters(period, zone))).fetchall()
    return [(row["reason"], row["number"]) for row in rows]


async def comments(connection: Connection, period: Period, zone: ZoneInfo, limit: int) -> list[Comment]:
    rows = await (await connection.execute(COMMENTS, {**_parameters(period, zone), "limit": limit})).fetchall()
    return [Comment(row["kind"], row["score"], masked(row["comment"], names_of(row)), row["given_at"]) for row in rows]


def names_of(row: Mapping[str, Any]) -> list[str]:
    return [name for name in (row["customer_name"], row["first_name"]) if name]


def _parameters(period: Period, zone: ZoneInfo) -> dict[str, Any]:
    since, until = (datetime.combine(day, time.min, zone) for day in (period.first, period.last + timedelta(days=1)))
    return {"since": since, "until": until, "zone": str(zone)}
