from actions.journal import Intent
from backends.errors import BackendError


class FakeJournal:
    """Notes what it was told before anything is sent."""

    def __init__(self) -> None:
        self.intents: list[Intent] = []
        self.fail_with: BackendError | None = None

    async def begin(self, intent: Intent) -> None:
        if self.fail_with:
            raise self.fail_with
        self.intents.append(intent)
