from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 25)


class Metrics:
    """What `/metrics` shows. One registry an app, so that two apps in one process don't collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("http_requests", "Answered requests", "method", "route", "status")
        self.limited = self._counter("rate_limited", "Requests refused with 429", "limit")
        self.database_troubles = self._counter(
            "database_troubles", "Requests, turns and rounds that the database could not serve, by why", "kind"
        )
        self.messages = self._counter("messages", "Customer messages accepted", "owner")
        self.shed = self._counter("messages_shed", "Messages refused with 503, by the limit", "limit")
        self.streams = self._gauge("open_streams", "Open WebSocket streams")
        self.streams_closed = self._counter("streams_closed", "Streams that we closed, by why", "reason")
        self.clock_ahead = self._gauge("clock_ahead_seconds", "This process's clock, ahead of the database's")
        self._of_turns()
        self._of_what_leaves()

    def _of_turns(self) -> None:
        self.turns = self._counter("turns", "Turns by how they ended", "outcome")
        self.turn_failures = self._counter("turn_failures", "Turns that Rasa did not answer, by what was wrong", "kind")
        self.part_failures = self._counter(
            "part_failures", "What another part should have given and did not", "part", "error"
        )
        self.turn_seconds = self._histogram("turn_seconds", "From taking up a turn to its stored reply")
        self.rasa_seconds = self._histogram("rasa_seconds", "Rasa's part of a turn")
        self.turns_waiting = self._gauge("turns_waiting", "Messages without an answer yet, in all processes")
        self.oldest_turn = self._gauge("oldest_turn_seconds", "How long the first of them waits")
        self.turns_in_hand = self._gauge("turns_in_hand", "Conversations that this process is answering")
        self.turns_repeated = self._counter("turns_repeated", "Turns taken up again after a process died")
        self.replies_dropped = self._counter("replies_dropped", "Bot replies not shown: a person had taken over")

    def _of_what_leaves(self) -> None:
        self.writes_open = self._gauge("writes_open", "Confirmed requests without a known outcome, in all processes")
        self.writes_resolved = self._counter(
            "writes_resolved", "Outcomes that were found out after the turn", "kind", "outcome"
        )
        self.codes = self._counter("verification_codes", "One-time codes by what became of them", "outcome")
        self.deliveries = self._counter("deliveries", "Tries to deliver by what became of them", "channel", "outcome")
        self.outbox_pending = self._gauge("outbox_pending", "Messages that have to leave, in all processes", "channel")
        self.outbox_dead = self._gauge("outbox_dead", "Messages that were given up", "channel")
        self.ticket_looks = self._counter("ticket_looks", "Looks at tickets of the helpdesk, by outcome", "outcome")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"aftercare_{name}", what, labels, registry=self.registry)

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        return Gauge(f"aftercare_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str) -> Histogram:
        return Histogram(f"aftercare_{name}", what, buckets=SECONDS, registry=self.registry)
