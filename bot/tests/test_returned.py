"""After people had the conversation the bot waits for no old answer and counts no old misunderstanding."""

import asyncio
from typing import Any, Dict, List

from channel.returned import begin_afresh
from components.faq_client import FaqClient
from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from tests.test_channel import TURN, PlayedAgent, call, serve, text_reply

SLOTS = [
    AnySlot(name, mappings=[{}], influence_conversation=False)
    for name in ("misunderstood", "return_order", "offer", "topic", "recent_order")
]
DOMAIN = Domain([], [], SLOTS, {}, [], {"return_form": {}}, {})


def in_a_form() -> InMemoryTrackerStore:
    """A customer who was misunderstood twice in the middle of a return."""
    store = InMemoryTrackerStore(DOMAIN)
    tracker = DialogueStateTracker("c1", SLOTS)
    for name, value in {"misunderstood": 2, "return_order": "JL-1", "topic": "t", "recent_order": "JL-1"}.items():
        tracker.update(SlotSet(name, value))
    for event in (ActionExecuted("return_form"), ActiveLoop("return_form"), ActionExecuted("action_listen")):
        tracker.update(event)
    asyncio.run(store.save(tracker))
    return store


def kept(store: InMemoryTrackerStore) -> Dict[str, Any]:
    tracker = asyncio.run(store.retrieve("c1"))
    values = {slot.name: slot.value for slot in tracker.slots.values() if slot.value is not None}
    return {**values, "form": tracker.active_loop_name, "last": tracker.latest_action_name}


def test_the_form_is_left_and_nothing_is_remembered_but_what_was_spoken_of() -> None:
    store = in_a_form()
    for _ in range(2):
        asyncio.run(begin_afresh(store, "c1"))
        assert kept(store) == {"topic": "t", "recent_order": "JL-1", "form": None, "last": "action_listen"}


def test_a_conversation_that_rasa_has_not_seen_stays_unseen() -> None:
    store = InMemoryTrackerStore(DOMAIN)
    asyncio.run(begin_afresh(store, "c1"))
    assert asyncio.run(store.retrieve("c1")) is None


def test_a_turn_that_comes_back_from_people_finds_it_so_and_any_other_does_not(client: FaqClient) -> None:
    found: List[Dict[str, Any]] = []

    def reply(message: UserMessage) -> List[Dict[str, Any]]:
        del message
        return text_reply(None)

    for metadata in ({}, {"returned": False}, {"returned": True}):
        store = in_a_form()
        call(serve(PlayedAgent(reply, store), client), {**TURN, "metadata": metadata})
        found.append(kept(store))
    assert [each["form"] for each in found] == ["return_form", "return_form", None]
    assert [each.get("misunderstood") for each in found] == [2, 2, None]
