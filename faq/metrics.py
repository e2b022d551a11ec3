"""What Prometheus reads from `/metrics`. One registry an application, so that two in one process don't collide."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_MILLISECONDS = (0.001, 0.002, 0.004, 0.006, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.decisions = Counter(
            "aftercare_faq_decisions", "Questions by decision", ["decision"], registry=self.registry
        )
        self.understand_seconds = Histogram(
            "aftercare_faq_understand_seconds",
            "Time to understand one text",
            buckets=_MILLISECONDS,
            registry=self.registry,
        )
        self.entries = Gauge("aftercare_faq_live_entries", "Entries in the live index", registry=self.registry)
        self.revision = Gauge("aftercare_faq_live_revision", "Revision of the live index", registry=self.registry)
