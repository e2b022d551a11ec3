"""The checker finds what is wrong in records that were broken by hand, and nothing in a good one."""

from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker import KINDS, check
from tests.faults.record import Event, Record, Sent, Stored, Talk, Write

FIRST, SECOND, THIRD = "m-1", "m-2", "m-3"
RETURNED: dict[str, Any] = {"source": {"kind": "backend", "call": "POST /returns → RT-7"}}


def said(seq: int, message: str, text: str) -> Event:
    return Event(seq, "message", "customer", {"message_id": message, "text": text}, f"t{seq}")


def answer(seq: int, message: str, transaction: str = "", **body: Any) -> Event:
    return Event(
        seq, "message", "bot", {"in_reply_to": message, "text": f"answer {seq}"} | body, transaction or f"t{seq}"
    )


def moved(seq: int, state: str) -> Event:
    return Event(seq, "handoff", "system", {"state": state}, f"t{seq}")


def advisor(seq: int) -> Event:
    return Event(seq, "message", "advisor", {"text": "I am here"}, f"t{seq}")


def record(
    events: list[Event],
    *,
    state: str = "bot",
    open_turns: int = 0,
    open_writes: int = 0,
    writes: list[Write] | None = None,
) -> Record:
    """The customer has seen everything and was told of each message; what the test breaks comes after."""
    sent = [
        Sent(event.body["message_id"], event.seq, event.body["text"]) for event in events if event.author == "customer"
    ]
    seen = [{"seq": e.seq, "type": e.type, "author": e.author, **e.body} for e in events]
    talk = Talk("c", "token", "cus", "return", wants="return", agreed=True, sent=sent, seen=seen)
    return Record([talk], {"c": Stored(state, len(events), open_turns, open_writes, tuple(events))}, writes or [])


def good() -> list[Event]:
    """Two questions, a return, a person, and the bot again."""
    return [
        said(1, FIRST, "hello"),
        answer(2, FIRST),
        said(3, SECOND, "yes"),
        answer(4, SECOND, **RETURNED),
        moved(5, "queued"),
        moved(6, "assigned"),
        advisor(7),
        said(8, THIRD, "thanks"),
        moved(9, "bot"),
    ]


def kinds(broken: Record) -> set[str]:
    found = check(broken)
    assert {finding.kind for finding in found} <= set(KINDS)
    return {finding.kind for finding in found}


def renumbered(events: list[Event]) -> list[Event]:
    return [replace(event, seq=index) for index, event in enumerate(events, start=1)]


DONE = Write("return", "cus", "RT-7")


def test_nothing_is_found_in_a_good_record() -> None:
    assert check(record(good(), writes=[DONE])) == []


def test_one_answer_may_cover_a_burst() -> None:
    events = [
        said(1, FIRST, "hello"),
        said(2, SECOND, "there"),
        answer(3, SECOND, answers=[FIRST, SECOND]),
        answer(4, SECOND, "t3", answers=[FIRST, SECOND]),
    ]
    assert check(record(events)) == []


def test_a_message_that_people_took_over_needs_no_answer_of_the_bot() -> None:
    events = [said(1, FIRST, "hello"), moved(2, "queued"), moved(3, "assigned"), advisor(4), moved(5, "resolved")]
    assert check(record(events, state="resolved")) == []


def test_an_acknowledged_message_that_is_not_in_the_log_is_lost() -> None:
    broken = record(good(), writes=[DONE])
    broken.talks[0].sent.append(Sent("m-9", 10, "are you there?"))
    assert kinds(broken) == {"lost"}


def test_a_conversation_that_is_not_in_the_database_is_lost() -> None:
    broken = replace(record(good()), stored={})
    assert kinds(broken) == {"lost"}


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([said(1, FIRST, "hello")], id="nothing follows"),
        pytest.param([said(1, FIRST, "a"), said(2, SECOND, "b"), answer(3, SECOND)], id="a later one was answered"),
        pytest.param(
            [said(1, FIRST, "a"), said(2, SECOND, "b"), answer(3, SECOND), moved(4, "queued"), moved(5, "bot")],
            id="people came after a later one was answered",
        ),
        pytest.param(
            [moved(1, "queued"), moved(2, "assigned"), moved(3, "resolved"), said(4, FIRST, "again")],
            id="after the end the bot has the conversation again",
        ),
    ],
)
def test_a_message_that_the_bot_owes_an_answer_is_lost(events: list[Event]) -> None:
    assert kinds(record(events)) == {"lost"}


def test_two_answers_to_one_message_are_found() -> None:
    events = renumbered([*good()[:2], answer(3, FIRST, "t-again"), *good()[2:]])
    assert kinds(record(events, writes=[DONE])) == {"doubled"}


def test_an_answer_that_says_the_same_twice_is_found() -> None:
    events = renumbered([*good()[:2], replace(good()[1]), *good()[2:]])
    assert kinds(record(events, writes=[DONE])) == {"doubled"}


def test_a_message_that_was_stored_twice_is_found() -> None:
    events = [said(1, FIRST, "hello"), answer(2, FIRST), said(3, "m-copy", "hello"), answer(4, "m-copy")]
    broken = record(events)
    broken.talks[0].sent.pop()
    assert kinds(broken) == {"doubled"}


def test_a_gap_in_the_numbers_is_found() -> None:
    broken = record(good()[:4], writes=[DONE])
    stored = broken.stored["c"]
    gap = (*stored.events[:3], replace(stored.events[3], seq=5))
    broken.talks[0].seen[3]["seq"] = 5
    assert kinds(replace(broken, stored={"c": replace(stored, events=gap, last_seq=5)})) == {"out_of_order"}


def test_an_answer_before_its_message_is_found() -> None:
    assert kinds(record([answer(1, FIRST), said(2, FIRST, "hello")])) == {"out_of_order"}


def test_answers_in_another_order_than_the_messages_are_found() -> None:
    events = [said(1, FIRST, "a"), said(2, SECOND, "b"), answer(3, SECOND), answer(4, FIRST)]
    assert kinds(record(events)) == {"out_of_order"}


def test_an_open_turn_is_found() -> None:
    assert kinds(record(good(), open_turns=1, writes=[DONE])) == {"stuck"}
    assert kinds(record(good(), open_writes=1, writes=[DONE])) == {"stuck"}


@pytest.mark.parametrize("state", ["queued", "assigned"])
def test_a_conversation_that_nobody_handed_back_is_found(state: str) -> None:
    assert kinds(record(good()[:6], state=state, writes=[DONE])) == {"stuck"}


def test_a_bot_that_speaks_while_an_advisor_does_is_found() -> None:
    events = renumbered([*good()[:8], answer(9, THIRD), *good()[8:]])
    assert kinds(record(events, writes=[DONE])) == {"two_voices"}


def test_an_advisor_who_speaks_without_having_the_conversation_is_found() -> None:
    assert kinds(record([said(1, FIRST, "hello"), answer(2, FIRST), advisor(3)])) == {"two_voices"}


@pytest.mark.parametrize("change", ["missed", "repeated", "another text"])
def test_a_stream_that_differs_from_the_log_is_found(change: str) -> None:
    broken = record(good(), writes=[DONE])
    seen = broken.talks[0].seen
    match change:
        case "missed":
            del seen[1]
        case "repeated":
            seen.insert(2, seen[1])
        case _:
            seen[1] = seen[1] | {"text": "something else"}
    assert kinds(broken) == {"unseen"}


def test_a_message_that_was_turned_away_is_found() -> None:
    broken = record(good(), writes=[DONE])
    broken.talks[0].refused.append("401 for a message")
    assert kinds(broken) == {"refused"}


def test_a_confirmed_return_that_the_shop_does_not_have_is_found() -> None:
    assert kinds(record(good())) == {"lost_write"}


def test_a_return_of_which_the_customer_never_heard_is_found() -> None:
    events = [said(1, FIRST, "yes"), answer(2, FIRST, source={"kind": "template", "name": "assistant_failed"})]
    assert kinds(record(events, writes=[DONE])) == {"lost_write"}


def test_a_return_that_the_customer_was_warned_of_is_accounted_for() -> None:
    events = [said(1, FIRST, "yes"), answer(2, FIRST, source={"kind": "template", "name": "assistant_slow"})]
    assert check(record(events, writes=[DONE])) == []


def test_a_second_return_is_found() -> None:
    assert kinds(record(good(), writes=[DONE, Write("return", "cus", "RT-8")])) >= {"doubled_write"}


def test_a_return_that_nobody_agreed_to_is_found() -> None:
    broken = record(good(), writes=[DONE])
    broken.talks[0].agreed = False
    assert kinds(broken) == {"unasked_write"}


def test_a_redeemed_voucher_is_known_by_its_code() -> None:
    card = {"kind": "voucher", "fields": [{"label": "Code", "value": "JC-ABC"}]}
    source = {"kind": "backend", "call": "POST /loyalty/redemptions"}
    events = [said(1, FIRST, "yes"), answer(2, FIRST, cards=[card], source=source)]
    broken = record(events)
    broken.talks[0].wants = "redemption"
    assert kinds(broken) == {"lost_write"}
    assert check(replace(broken, writes=[Write("redemption", "cus", "JC-ABC")])) == []
