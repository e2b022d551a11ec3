from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.07, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 25)


class Metrics:
    """What `/metrics` shows. One registry an app, so that two apps in one process don't collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "aftercare_http_requests", "Answered requests", ["method", "route", "status"], registry=self.registry
        )
        self.messages = Counter("aftercare_messages", "Customer messages accepted", ["owner"], registry=self.registry)
        self.turns = Counter("aftercare_turns", "Turns by how they ended", ["outcome"], registry=self.registry)
        self.turn_failures = Counter(
            "aftercare_turn_failures",
            "Turns that Rasa did not answer, by what was wrong",
            ["kind"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "aftercare_turn_seconds",
            "From taking up a turn to its stored reply",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.rasa_seconds = Histogram(
            "aftercare_rasa_seconds", "Rasa's part of a turn", buckets=SECONDS, registry=self.registry
        )
        self.turns_waiting = Gauge(
            "aftercare_turns_waiting", "Messages without an answer yet, in all processes", registry=self.registry
        )
        self.oldest_turn = Gauge(
            "aftercare_oldest_turn_seconds", "How long the first of them waits", registry=self.registry
        )
        self.turns_in_hand = Gauge(
            "aftercare_turns_in_hand", "Conversations that this process is answering", registry=self.registry
        )
        self.shed = Counter(
            "aftercare_messages_shed", "Messages refused with 503, by the limit", ["limit"], registry=self.registry
        )
        self.turns_repeated = Counter(
            "aftercare_turns_repeated", "Turns taken up again after a process died", registry=self.registry
        )
        self.replies_dropped = Counter(
            "aftercare_replies_dropped", "Bot replies not shown: a person had taken over", registry=self.registry
        )
        self.writes_open = Gauge(
            "aftercare_writes_open",
            "Confirmed requests without a known outcome, in all processes",
            registry=self.registry,
        )
        self.writes_resolved = Counter(
            "aftercare_writes_resolved",
            "Outcomes that were found out after the turn",
            ["kind", "outcome"],
            registry=self.registry,
        )
        self.codes = Counter(
            "aftercare_verification_codes", "One-time codes by what became of them", ["outcome"], registry=self.registry
        )
        self.deliveries = Counter(
            "aftercare_deliveries",
            "Tries to deliver by what became of them",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.outbox_pending = Gauge(
            "aftercare_outbox_pending",
            "Messages that have to leave, in all processes",
            ["channel"],
            registry=self.registry,
        )
        self.outbox_dead = Gauge(
            "aftercare_outbox_dead", "Messages that were given up", ["channel"], registry=self.registry
        )
        self.ticket_looks = Counter(
            "aftercare_ticket_looks",
            "Looks at tickets of the helpdesk, by outcome",
            ["outcome"],
            registry=self.registry,
        )
        self.database_troubles = Counter(
            "aftercare_database_troubles",
            "Requests that the database could not serve, by why",
            ["kind"],
            registry=self.registry,
        )
        self.limited = Counter("aftercare_rate_limited", "Requests refused with 429", ["limit"], registry=self.registry)
        self.streams = Gauge("aftercare_open_streams", "Open WebSocket streams", registry=self.registry)
        self.streams_closed = Counter(
            "aftercare_streams_closed", "Streams that we closed, by why", ["reason"], registry=self.registry
        )
