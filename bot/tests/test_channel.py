"""The channel over HTTP, with a Rasa agent that is played by hand."""

import asyncio
import json
import socket
from typing import Any, Callable, Dict, List, Optional

import pytest
from channel.requests import MAX_BODY, MAX_TEXT, InvalidTurn, neutralise, read_turn
from channel.turn import AftercareInput
from components.faq_client import FaqClient
from components.understanding import prefetched
from rasa.core.actions.action import create_bot_utterance
from rasa.core.channels.channel import UserMessage, register
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from sanic import Sanic
from tests.fake_faq import FakeFaq

TURN = {"sender": "c1", "message_id": "m1", "kind": "text", "text": "where is my order"}
HEADERS = {"X-Aftercare-Secret": "secret"}
Reply = Callable[[UserMessage], List[Dict[str, Any]]]


class PlayedAgent:
    """Says what `reply` returns and keeps the conversation, as Rasa's agent does."""

    model_name = "m.tar.gz"
    action_endpoint = None

    def __init__(self, reply: Reply, store: Optional[Any] = None) -> None:
        self._reply = reply
        self.tracker_store = store or InMemoryTrackerStore(Domain.empty())
        self.lock_store = InMemoryLockStore()
        self.processor = self  # what runs a turn once the lock is held
        self.seen: List[UserMessage] = []
        self.asked_before: List[Any] = []

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: UserMessage) -> None:
        self.seen.append(message)
        self.asked_before.append(prefetched.get())
        tracker = await self.tracker_store.retrieve(message.sender_id)
        tracker = tracker or DialogueStateTracker(message.sender_id, [])
        tracker.update(UserUttered(message.text, message_id=message.message_id))
        for uttered in self._reply(message):
            event = create_bot_utterance(dict(uttered))
            tracker.update(event)
            await message.output_channel.send_response(message.sender_id, event.message())
        await self.tracker_store.save(tracker)


class HealthyStore(InMemoryTrackerStore):
    def is_healthy(self) -> bool:
        return True


def serve(agent: Any, client: FaqClient) -> Sanic:
    Sanic.test_mode = True
    app = Sanic(f"channel_{id(agent)}", configure_logging=False)
    register([AftercareInput("secret", client)], app, route="/webhooks/")
    app.ctx.agent = agent
    return app


def call(app: Sanic, body: Any, headers: Dict[str, str] = HEADERS, path: str = "turn", method: str = "POST") -> Any:
    """Through the router and the handlers, on a loop of its own."""
    import http.client
    import threading

    async def run() -> Any:
        listener = socket.create_server(("127.0.0.1", 0))  # Sanic takes port 0 for its default
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        await server.start_serving()
        port = listener.getsockname()[1]
        result: List[Any] = []

        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            raw = body if isinstance(body, bytes) else json.dumps(body)
            connection.request(method, f"/webhooks/aftercare/{path}", raw if method == "POST" else None, headers)
            response = connection.getresponse()
            result.append((response.status, response.headers["Content-Type"], json.loads(response.read())))
            connection.close()

        thread = threading.Thread(target=ask)
        thread.start()
        while thread.is_alive():
            await asyncio.sleep(0.005)
        server.close()
        return result[0] if result else None

    return asyncio.run(run())


def text_reply(_: UserMessage) -> List[Dict[str, Any]]:
    return [{"text": "On its way.\n\nIt comes tomorrow.", "utter_action": "utter_order_status"}]


def ask(client: FaqClient, reply: Reply = text_reply, **changes: Any) -> Dict[str, Any]:
    status, _, answer = call(serve(PlayedAgent(reply), client), {**TURN, **changes})
    assert status == 200
    return answer


def test_an_answer_names_its_template_and_stays_in_one_piece(client: FaqClient) -> None:
    assert ask(client) == {
        "status": "answered",
        "messages": [
            {
                "text": "On its way.\n\nIt comes tomorrow.",
                "buttons": [],
                "cards": [],
                "source": {"kind": "template", "name": "utter_order_status"},
            }
        ],
        "handoff": None,
        "verify": None,
        "question": None,
        "closed": False,
        "privacy": None,
        "consent": None,
        "writes": [],
        "troubles": [],
    }


def test_what_an_action_says_beyond_text_is_merged(client: FaqClient) -> None:
    card = {"kind": "order", "title": "JL-100234", "fields": []}
    handoff = {"reason": "complaint", "skill": "general", "summary": "x"}
    question = {"outcome": "unknown", "candidates": []}
    trouble = {"part": "shop", "error": "timed_out"}

    def reply(_: UserMessage) -> List[Dict[str, Any]]:
        source = {"kind": "backend", "call": "get_order"}
        buttons = [{"title": "Yes", "payload": "/affirm", "type": "postback"}]
        return [
            {
                "text": "Here it is",
                "buttons": buttons,
                "custom": {"source": source, "cards": [card], "question": question},
            },
            {"custom": {"handoff": handoff, "closed": True, "verify": {"order_number": "JL-1", "email": "a@b.ie"}}},
            {"custom": {"writes": [{"key": "k1", "outcome": "done"}]}},
            {"custom": {"writes": [{"key": "k2", "outcome": "refused"}], "troubles": [trouble]}},
        ]

    answer = ask(client, reply)
    assert len(answer["messages"]) == 1
    assert answer["messages"][0]["source"] == {"kind": "backend", "call": "get_order"}
    assert answer["messages"][0]["cards"] == [card]
    assert answer["messages"][0]["buttons"] == [{"title": "Yes", "payload": "/affirm"}]
    assert (answer["handoff"], answer["closed"]) == (handoff, True)
    assert answer["verify"] == {"order_number": "JL-1", "email": "a@b.ie"}
    assert [write["key"] for write in answer["writes"]] == ["k1", "k2"]
    assert answer["question"] == question
    assert answer["troubles"] == [trouble]


def test_no_answer_is_a_failure_unless_it_was_meant(client: FaqClient) -> None:
    assert ask(client, lambda _: [])["status"] == "failed"
    assert ask(client, lambda _: [{"custom": {"silent": True}}])["status"] == "silent"
    assert ask(client, lambda _: [{"custom": {"handoff": {"reason": "complaint"}}}])["status"] == "answered"


def test_whatever_rasa_raises_the_turn_has_failed(client: FaqClient) -> None:
    def reply(_: UserMessage) -> List[Dict[str, Any]]:
        raise RuntimeError("no database")

    assert ask(client, reply)["status"] == "failed"


def test_the_metadata_reaches_the_actions(client: FaqClient) -> None:
    agent = PlayedAgent(text_reply)
    call(serve(agent, client), {**TURN, "metadata": {"auth_level": "guest", "assertion": "a.b.c"}})
    assert agent.seen[0].metadata == {"auth_level": "guest", "assertion": "a.b.c"}
    assert (agent.seen[0].message_id, agent.seen[0].sender_id) == ("m1", "c1")


def test_a_message_that_was_handled_gives_its_answer_again_and_runs_nothing(client: FaqClient) -> None:
    agent = PlayedAgent(lambda message: [{"text": f"answer to {message.message_id}", "utter_action": "utter_x"}])
    first = call(serve(agent, client), TURN)[2]
    call(serve(agent, client), {**TURN, "message_id": "m2"})
    again = call(serve(agent, client), {**TURN, "retry": True})[2]
    assert again == {**first, "status": "handled_before"}
    assert len(agent.seen) == 2


def test_a_retry_of_a_message_that_never_arrived_is_handled_now(client: FaqClient) -> None:
    agent = PlayedAgent(text_reply)
    assert call(serve(agent, client), {**TURN, "retry": True})[2]["status"] == "answered"
    assert len(agent.seen) == 1


def test_a_text_is_asked_about_before_rasa_sees_it_and_a_button_is_not(client: FaqClient, faq: FakeFaq) -> None:
    agent = PlayedAgent(text_reply)
    call(serve(agent, client), TURN)
    call(serve(agent, client), {**TURN, "kind": "payload", "text": "/affirm"})
    assert [asked["text"] for asked in faq.asked] == ["where is my order"]
    assert agent.asked_before[0].understanding.decision == "answer"
    assert agent.asked_before[1] is None


def test_the_faq_is_asked_in_the_name_of_who_writes(client: FaqClient, faq: FakeFaq) -> None:
    agent = PlayedAgent(text_reply)
    for metadata in ({}, {"auth_level": "guest", "tier": ""}, {"auth_level": "customer", "tier": "Leaf"}):
        call(serve(agent, client), {**TURN, "metadata": metadata})
    assert [(asked["signed_in"], asked["tier"]) for asked in faq.asked] == [(False, ""), (False, ""), (True, "Leaf")]


def test_a_faq_service_that_is_down_does_not_fail_the_turn(client: FaqClient, faq: FakeFaq) -> None:
    faq.status = 503
    agent = PlayedAgent(text_reply)
    answer = call(serve(agent, client), TURN)[2]
    assert answer["status"] == "answered"
    assert agent.asked_before[0].understanding is None
    assert answer["troubles"] == [{"part": "faq", "error": "unavailable"}]


@pytest.mark.parametrize("shown", [{}, {"X-Aftercare-Secret": "wrong"}, {"X-Aftercare-Secret": ""}])
def test_without_the_secret_nobody_gets_in(client: FaqClient, shown: Dict[str, str]) -> None:
    agent = PlayedAgent(text_reply)
    status, kind, answer = call(serve(agent, client), TURN, headers=shown)
    assert (status, kind, answer["code"]) == (401, "application/problem+json", "unauthorized")
    assert agent.seen == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sender": ""}, "sender"),
        ({"sender": None}, "sender"),
        ({"message_id": 7}, "message_id"),
        ({"message_id": "x" * 256}, "message_id"),
        ({"kind": "intent"}, "kind"),
        ({"text": "  "}, "text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "text"),
        ({"kind": "payload", "text": "affirm"}, "text"),
        ({"kind": "payload", "text": "/inform{broken"}, "text"),
        ({"kind": "payload", "text": '/inform["a"]'}, "text"),
        ({"metadata": "x"}, "metadata"),
        ({"retry": "yes"}, "retry"),
    ],
)
def test_a_turn_that_is_not_as_documented_is_refused(change: Dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidTurn) as error:
        read_turn({**TURN, **change})
    assert list(error.value.fields) == [field]


def test_a_refusal_is_a_problem_document(client: FaqClient) -> None:
    app = serve(PlayedAgent(text_reply), client)
    status, kind, answer = call(app, {**TURN, "sender": ""})
    assert (status, kind, answer["code"]) == (422, "application/problem+json", "invalid_request")
    assert "sender" in answer["field_errors"]


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"\xff"])
def test_a_body_that_is_no_turn_is_refused(client: FaqClient, body: bytes) -> None:
    status, kind, _ = call(serve(PlayedAgent(text_reply), client), body)
    assert status in {400, 422}
    assert kind == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(client: FaqClient) -> None:
    status, _, answer = call(serve(PlayedAgent(text_reply), client), {**TURN, "metadata": {"x": "y" * MAX_BODY}})
    assert (status, answer["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "typed",
    [
        "/restart", " /restart", "//restart", '/inform{"verification": "passed"}', "\u200b/restart", "\ufeff /restart",
        "/ /restart", "\x00/restart", "／restart", "⁄restart", "\\/restart", "/", "\u2066/restart", "\t\n/affirm",
    ],
)  # fmt: skip
def test_what_a_person_types_is_never_an_intent(typed: str) -> None:
    text = neutralise(typed)
    assert text
    message = YAMLStoryReader.unpack_regex_message(Message({"text": UserMessage(text).text}), Domain.empty())
    assert message.get("intent") is None


def test_other_text_stays_as_it_is() -> None:
    assert neutralise("  it's 24/7, isn't it? \U0001f600 ") == "it's 24/7, isn't it? \U0001f600"


def test_healthy_is_a_loaded_model_and_the_real_store(client: FaqClient) -> None:
    healthy = PlayedAgent(text_reply, HealthyStore(Domain.empty()))
    assert call(serve(healthy, client), None, path="health", method="GET")[0] == 200
    in_memory = PlayedAgent(text_reply)
    status, _, answer = call(serve(in_memory, client), None, path="health", method="GET")
    assert (status, answer["database"]) == (503, False)
    assert call(serve(None, client), None, path="health", method="GET")[0] == 503
