"""The promises, held against a record: what is returned here is a defect of the product.

lost          an acknowledged message is not in the log, or the assistant owes it an answer
doubled       a message is in the log twice, or was answered twice
out_of_order  numbers with gaps, an answer before its message, answers in another order than the messages
stuck         an open turn, a conversation that nobody has handed back, after everything was healed
two_voices    the bot spoke while an advisor had the conversation
unseen        the customer's stream missed, repeated or changed an event
refused       a message of an honest customer was turned away for good
lost_write    the customer was told of something that the shop does not have, or never of something that it has
doubled_write the shop has it twice
unasked_write the shop has what the customer had not agreed to
"""

from collections.abc import Iterator
from itertools import pairwise

from tests.faults import writes
from tests.faults.record import Event, Finding, Record, Stored, Talk

KINDS = (
    "lost",
    "doubled",
    "out_of_order",
    "stuck",
    "two_voices",
    "unseen",
    "refused",
    "lost_write",
    "doubled_write",
    "unasked_write",
)
WITH_PEOPLE = {"queued", "assigned"}


def check(record: Record) -> list[Finding]:
    findings: list[Finding] = []
    for talk in record.talks:
        stored = record.stored.get(talk.conversation)
        if stored is None:
            findings.append(Finding("lost", talk.conversation, "the conversation is not in the database"))
            continue
        found = [
            *_messages(talk, stored),
            *_numbers(stored),
            *_answers(talk, stored),
            *_voices(stored),
            *_ends(stored),
            *_stream(talk, stored),
            *(("refused", detail) for detail in talk.refused),
            *writes.check(talk, stored, record.writes),
        ]
        findings += [Finding(kind, talk.conversation, detail) for kind, detail in found]
    return findings


Found = Iterator[tuple[str, str]]


def _messages(talk: Talk, stored: Stored) -> Found:
    """What was acknowledged is there once, under the number that was acknowledged."""
    of_customer = [event for event in stored.events if event.type == "message" and event.author == "customer"]
    for sent in talk.sent:
        copies = [event for event in of_customer if event.body.get("message_id") == sent.message_id]
        if not copies:
            yield "lost", f"message {sent.seq} was acknowledged and is not in the log"
        if len(copies) > 1:
            yield "doubled", f"message {sent.seq} is in the log {len(copies)} times"
        for copy in copies[:1]:
            if copy.seq != sent.seq or copy.body.get("text") != sent.text:
                yield "lost", f"message {sent.seq} was acknowledged with another number or text"
    unknown = {str(event.body.get("message_id")) for event in of_customer} - {sent.message_id for sent in talk.sent}
    if len(unknown) > talk.unacknowledged:
        yield "doubled", f"{len(unknown)} messages in the log were sent once and acknowledged under another id"


def _numbers(stored: Stored) -> Found:
    numbers = [event.seq for event in stored.events]
    if numbers != list(range(1, stored.last_seq + 1)):
        yield "out_of_order", f"the log is numbered {numbers} and should end at {stored.last_seq}"


def _answers(talk: Talk, stored: Stored) -> Found:
    owners = owners_of(stored.events)
    first_answers: list[tuple[int, int]] = []
    for sent in sorted(talk.sent, key=lambda sent: sent.seq):
        answers = [event for event in stored.events if sent.message_id in event.answers]
        transactions = {event.transaction for event in answers}
        if len(transactions) > 1:
            yield "doubled", f"message {sent.seq} was answered {len(transactions)} times"
        texts = [event.body["text"] for event in answers if event.body.get("text")]
        if len(transactions) == 1 and len(set(texts)) < len(texts):
            yield "doubled", f"the answer to message {sent.seq} says the same twice"
        if answers and answers[0].seq < sent.seq:
            yield "out_of_order", f"message {sent.seq} was answered before it came, at {answers[0].seq}"
        if answers:
            first_answers.append((sent.seq, answers[0].seq))
        elif owners.get(sent.seq, "bot") not in WITH_PEOPLE and not _went_to_people(sent.seq, stored.events):
            yield "lost", f"message {sent.seq} was acknowledged and never answered"
    for (one, answered), (other, other_answered) in pairwise(first_answers):
        if other_answered < answered:
            yield "out_of_order", f"message {other} was answered before message {one}"


def _went_to_people(seq: int, events: tuple[Event, ...]) -> bool:
    """Before the bot answered anything later, the conversation left the bot: people have the message then."""
    later = {str(event.body.get("message_id")) for event in events if event.author == "customer" and event.seq > seq}
    for event in events:
        if event.seq <= seq:
            continue
        if event.type == "handoff" and event.body.get("state") in WITH_PEOPLE:
            return True
        if later.intersection(event.answers):
            return False
    return False


def owners_of(events: tuple[Event, ...]) -> dict[int, str]:
    """Number of an event → who had the conversation when it was stored."""
    owners: dict[int, str] = {}
    state = "bot"
    for event in events:
        if state == "resolved" and event.type == "message" and event.author == "customer":
            state = "bot"
        owners[event.seq] = state
        if event.type == "handoff":
            state = str(event.body.get("state") or state)
    return owners


def _voices(stored: Stored) -> Found:
    owners = owners_of(stored.events)
    for event in stored.events:
        if event.type == "message" and event.author == "bot" and owners[event.seq] == "assigned":
            yield "two_voices", f"the bot spoke at {event.seq} while an advisor had the conversation"
        if event.type == "message" and event.author == "advisor" and owners[event.seq] != "assigned":
            yield "two_voices", f"an advisor spoke at {event.seq} without having the conversation"


def _ends(stored: Stored) -> Found:
    if stored.open_turns:
        yield "stuck", f"{stored.open_turns} turns are open"
    if stored.open_writes:
        yield "stuck", f"nobody has found out what became of {stored.open_writes} writes"
    if stored.state in WITH_PEOPLE:
        yield "stuck", f"the conversation is {stored.state}"


def _stream(talk: Talk, stored: Stored) -> Found:
    seen = [(event["seq"], event["type"], event["author"], event.get("text")) for event in talk.seen]
    log = [(event.seq, event.type, event.author, event.body.get("text")) for event in stored.events]
    if seen != log:
        different = next(
            (index for index, pair in enumerate(zip(seen, log, strict=False)) if pair[0] != pair[1]),
            min(len(seen), len(log)),
        )
        yield "unseen", f"the customer saw {len(seen)} events, the log has {len(log)}; they part after {different}"
