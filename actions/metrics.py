from prometheus_client import CollectorRegistry, Counter, Histogram

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)


class Metrics:
    """One registry an application, so that two in one process don't collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.actions = Counter(
            "aftercare_actions", "Actions run, by how they ended", ["action", "outcome"], registry=self.registry
        )
        self.seconds = Histogram(
            "aftercare_action_seconds", "Time of one action", ["action"], buckets=_SECONDS, registry=self.registry
        )
