"""Reads what is in the databases after a run."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import psycopg

from tests.faults.record import Event, Stored, Write

_EVENTS = """
    SELECT conversation_id::text, seq, type, author, body, xmin::text
    FROM api.events WHERE conversation_id = ANY(%s::uuid[]) ORDER BY conversation_id, seq
"""
_CONVERSATIONS = """
    SELECT id::text, state, last_seq,
           (SELECT count(*) FROM api.turns WHERE conversation_id = conversations.id AND finished_at IS NULL),
           (SELECT count(*) FROM api.writes WHERE conversation_id = conversations.id AND state = 'open')
    FROM api.conversations AS conversations WHERE id = ANY(%s::uuid[])
"""
_WRITES = """
    SELECT 'return', customer_id, number FROM shop.returns WHERE customer_id = ANY(%(customers)s)
    UNION ALL SELECT 'refund', customer_id, number FROM shop.refunds WHERE customer_id = ANY(%(customers)s)
    UNION ALL SELECT 'redemption', customer_id, coalesce(voucher_code, id) FROM shop.redemptions
    WHERE customer_id = ANY(%(customers)s)
"""


def read_conversations(environment: Mapping[str, str], conversations: Sequence[str]) -> dict[str, Stored]:
    with psycopg.connect(environment["AFTERCARE_DATABASE_URL"]) as connection:
        events: defaultdict[str, list[Event]] = defaultdict(list)
        for conversation, *columns in connection.execute(_EVENTS, [list(conversations)]):
            events[conversation].append(Event(*columns))
        return {
            conversation: Stored(state, last_seq, open_turns, open_writes, tuple(events[conversation]))
            for conversation, state, last_seq, open_turns, open_writes in connection.execute(
                _CONVERSATIONS, [list(conversations)]
            )
        }


def read_writes(environment: Mapping[str, str], customers: Sequence[str]) -> list[Write]:
    with psycopg.connect(environment["AFTERCARE_SHOP_DATABASE_URL"]) as connection:
        return [Write(*row) for row in connection.execute(_WRITES, {"customers": list(customers)})]
