"""The first turn after people had the conversation begins afresh: they have dealt with what was going on before.

Where the bot itself fetched them, its action has left nothing open. A customer may fetch them past the bot, with the
widget's button: in the middle of a form, after an offer, or after being misunderstood twice.
"""

from typing import List

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import ActiveLoop, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

SPOKEN_OF = ("topic", "recent_order")  # slots that still mean what they meant


async def begin_afresh(trackers: TrackerStore, sender: str) -> None:
    """Leave the form and empty the slots of the conversation, whose lock is held. Twice is as once."""
    tracker = await trackers.retrieve(sender)
    events = left_behind(tracker) if tracker else []
    if tracker and events:
        for event in events:
            tracker.update(event)
        await trackers.save(tracker)


def left_behind(tracker: DialogueStateTracker) -> List[Event]:
    form: List[Event] = [ActiveLoop(None)] if tracker.active_loop_name else []
    slots = [slot for slot in tracker.slots.values() if slot.value is not None and slot.name not in SPOKEN_OF]
    return [*form, *(SlotSet(slot.name, None) for slot in slots)]
