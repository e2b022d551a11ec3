"""Let a tracker store's errors through instead of carrying on in memory.

`FailSafeTrackerStore` answers a failed read with "no such conversation" and keeps a failed write in memory: a customer
is greeted as a stranger, and what was saved is gone with the process. A turn that fails is better: the gateway says so
and tries again with the same message id.
"""

from typing import Optional

from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain


def create_tracker_store(store: Optional[TrackerStore], domain: Domain) -> TrackerStore:
    """The store itself; in memory only where none is configured (training, tests)."""
    if store is None:
        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


def apply() -> None:
    Agent._create_tracker_store = staticmethod(create_tracker_store)
