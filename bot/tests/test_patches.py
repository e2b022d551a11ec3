"""Every correction does what Rasa does, faster or louder."""

import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

import pytest
from jsonschema import ValidationError
from patches import action_calls, events, sessions, slot_log, trackers
from rasa.core.actions.action import ActionSessionStart, RemoteAction
from rasa.core.agent import Agent
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.graph_components.providers.domain_provider import DomainProvider
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot, TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

BOT = Path(__file__).resolve().parents[1]

VALID: List[Dict[str, Any]] = [
    {},
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": {"b": 1}}], "responses": [{"text": "x"}]},
    {"events": [{"event": "followup", "name": "action_listen"}]},
    {"events": [{"event": "active_loop", "name": None}]},
]
INVALID: List[Dict[str, Any]] = [
    {"responses": "x"},
    {"responses": ["x"]},
    {"events": {}},
    {"events": [{}]},
    {"events": [{"event": "slot"}]},
    {"events": [{"event": "slot", "name": "a"}], "responses": []},
    {"events": [{"event": "slot", "name": 1, "value": 1}], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": "now"}], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1, "metadata": []}], "responses": []},
    {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": ["x"]},
    {"events": ["slot"], "responses": []},
]


class TestActionResults:
    action = RemoteAction("action_x", None)

    @pytest.mark.parametrize("result", VALID)
    def test_what_rasa_accepts_is_accepted(self, result: Dict[str, Any]) -> None:
        assert action_calls._explain_invalid(self.action, result) is True
        assert self.action._validate_action_result(result) is True

    @pytest.mark.parametrize("result", INVALID)
    def test_what_rasa_refuses_is_refused_in_its_words(self, result: Dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as expected:
            action_calls._explain_invalid(self.action, result)
        with pytest.raises(ValidationError) as actual:
            self.action._validate_action_result(result)
        assert actual.value.message == expected.value.message


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections: List[int] = []
    digests: Set[str] = set()
    status = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Echo.connections.append(self.client_address[1])
        content = json.dumps({"body": body, "secret": self.headers["X-Secret"]}).encode()
        digest = body.get("domain_digest")
        unknown = digest is not None and "domain" not in body and digest not in Echo.digests
        if "domain" in body:
            Echo.digests.add(digest)
        self.send_response(449 if unknown else Echo.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def echo() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Echo.connections, Echo.digests, Echo.status = [], set(), 200
    yield f"http://127.0.0.1:{server.server_port}/webhook"
    server.shutdown()
    server.server_close()


def test_calls_of_an_endpoint_share_a_connection_and_keep_its_headers(echo: str) -> None:
    async def run() -> List[Any]:
        endpoint = EndpointConfig(echo, headers={"X-Secret": "s"})
        answers = [await endpoint.request(json={"n": index}) for index in range(4)]
        await action_calls.close(endpoint)
        return answers

    assert asyncio.run(run()) == [{"body": {"n": index}, "secret": "s"} for index in range(4)]
    assert len(set(Echo.connections)) == 1


def ask(url: str, *domains: Dict[str, Any]) -> List[Any]:
    async def run() -> List[Any]:
        endpoint = EndpointConfig(url)
        answers = [await endpoint.request(json={"next_action": "a", "domain": domain}) for domain in domains]
        await action_calls.close(endpoint)
        return [answer["body"] for answer in answers]

    return asyncio.run(run())


def test_the_domain_is_sent_to_an_action_server_that_does_not_know_it_and_its_digest_from_then_on(echo: str) -> None:
    domain = {"intents": ["x"], "é": None}
    first, second = ask(echo, domain, domain)
    assert first["domain"] == domain
    assert second == {"next_action": "a", "domain_digest": first["domain_digest"]}


def test_another_domain_has_another_digest_and_is_sent_too(echo: str) -> None:
    bodies = ask(echo, {"a": 1}, {"a": 2})
    assert [body["domain"] for body in bodies] == [{"a": 1}, {"a": 2}]


def test_an_action_server_that_was_restarted_is_sent_the_domain_again(echo: str) -> None:
    domain = {"a": 1}
    ask(echo, domain)
    Echo.digests = set()
    assert ask(echo, domain)[0]["domain"] == domain


def test_an_endpoint_works_in_the_next_event_loop_too(echo: str) -> None:
    endpoint = EndpointConfig(echo)

    async def run() -> Any:
        answer = await endpoint.request(json={})
        await action_calls.close(endpoint)
        return answer

    assert asyncio.run(run()) == asyncio.run(run())


def test_an_error_of_the_action_server_is_still_an_error(echo: str) -> None:
    Echo.status = 500

    async def run() -> None:
        endpoint = EndpointConfig(echo)
        try:
            await endpoint.request(json={})
        finally:
            await action_calls.close(endpoint)

    with pytest.raises(ClientResponseError):
        asyncio.run(run())


def test_every_class_of_event_is_found_under_its_name() -> None:
    for cls in all_subclasses(Event):
        name = getattr(cls, "type_name", None)
        if isinstance(name, str):
            assert Event.resolve_by_type(name) is events._original(name)
            assert Event.resolve_by_type(name) is events._original(name)


def test_unknown_events_are_what_they_were() -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("nonsense", ActionExecuted) is ActionExecuted
    with pytest.raises(ValueError, match="Unknown event name 'nonsense'"):
        Event.resolve_by_type("nonsense")


def processor(minutes: int = 60, *, carry_over: bool = True) -> MessageProcessor:
    """Only its domain is asked; loading one needs a trained model."""
    made = object.__new__(MessageProcessor)
    made.domain = Domain.from_dict(
        {"session_config": {"session_expiration_time": minutes, "carry_over_slots_to_new_session": carry_over}}
    )
    return made


def conversation(length: int, *, form: bool = False, age: float = 0.0) -> DialogueStateTracker:
    tracker = DialogueStateTracker("c", [])
    for _ in range(length):
        tracker.update(UserUttered("hi", timestamp=time.time() - age))
    if form:
        tracker.update(ActiveLoop("return_form"))
    return tracker


def test_a_session_that_grew_long_ends() -> None:
    assert not processor()._has_session_expired(conversation(sessions.MAX_EVENTS))
    assert processor()._has_session_expired(conversation(sessions.MAX_EVENTS + 1))


def test_a_session_never_ends_for_its_length_where_slots_would_be_lost() -> None:
    assert not processor(carry_over=False)._has_session_expired(conversation(500))
    assert not processor(minutes=0)._has_session_expired(conversation(500))


def begun_after(tracker: DialogueStateTracker) -> DialogueStateTracker:
    domain = Domain.from_dict({"session_config": {"carry_over_slots_to_new_session": True}})
    events = asyncio.run(ActionSessionStart().run(None, None, tracker, domain))
    session = DialogueStateTracker("c", [TextSlot("wanted", []), TextSlot("order", [])])
    for event in events:
        session.update(event)
    return session


def test_a_long_session_goes_on_with_its_slots_and_its_form() -> None:
    tracker = DialogueStateTracker("c", [TextSlot("wanted", []), TextSlot("order", [])])
    for number in range(sessions.MAX_EVENTS):
        tracker.update(SlotSet("wanted", f"value {number}"))
    tracker.update(ActiveLoop("return_form"))
    begun = begun_after(tracker)
    assert begun.get_slot("wanted") == f"value {sessions.MAX_EVENTS - 1}"
    assert begun.get_slot("order") is None
    assert begun.active_loop_name == "return_form"
    assert begun.latest_action_name == "action_listen"
    assert len(begun.events) < 8


def test_a_short_session_that_timed_out_forgets_its_form() -> None:
    assert begun_after(conversation(3, form=True)).active_loop_name is None


def test_after_a_session_that_timed_out_nothing_stale_is_left() -> None:
    slots = [TextSlot("wanted", []), TextSlot("order", []), AnySlot("came_back", [], influence_conversation=False)]
    tracker = DialogueStateTracker("c", slots)
    tracker.update(UserUttered("hi", timestamp=time.time() - 2 * 3600))
    tracker.update(SlotSet("order", "JL-100234"))
    domain = Domain.from_dict({"session_config": {"carry_over_slots_to_new_session": True}})
    for event in asyncio.run(ActionSessionStart().run(None, None, tracker, domain)):
        tracker.update(event)
    assert tracker.get_slot("order") is None
    assert tracker.get_slot("came_back") is True
    assert tracker.latest_action_name == "action_listen"


@pytest.mark.parametrize("age", [0.0, 59 * 60, 61 * 60])
def test_a_short_session_ends_when_rasa_says_so(age: float) -> None:
    tracker = conversation(3, age=age)
    assert processor()._has_session_expired(tracker) == sessions._original(processor(), tracker) == (age > 3600)


def test_slots_are_put_into_words_only_for_a_debug_log(monkeypatch: pytest.MonkeyPatch) -> None:
    formatted = []
    monkeypatch.setattr(slot_log, "_original", formatted.append)
    tracker = conversation(1)
    for level in (logging.INFO, logging.DEBUG):
        monkeypatch.setattr(logging.getLogger("rasa"), "level", level)
        logging.getLogger("rasa")._cache.clear()
        slot_log.log_slots(tracker)
    logging.getLogger("rasa")._cache.clear()
    assert formatted == [tracker]


class BrokenStore(InMemoryTrackerStore):
    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        raise ConnectionError(sender_id)


def test_errors_of_the_store_come_through() -> None:
    agent = Agent(tracker_store=BrokenStore(Domain.empty()))
    with pytest.raises(ConnectionError):
        asyncio.run(agent.tracker_store.retrieve("c1"))


def test_the_store_gets_the_domain_as_before() -> None:
    store, domain = InMemoryTrackerStore(Domain.empty()), Domain.from_dict({"intents": ["greet"]})
    assert trackers.create_tracker_store(store, domain).domain.intents == domain.intents


def test_rasa_is_imported_without_tensorflow_and_refuses_its_components() -> None:
    script = (
        "import sys, patches; patches.apply(); patches.apply()\n"
        "import rasa.core.run, rasa.engine.recipes.default_recipe as recipe\n"
        "from rasa.engine.recipes import default_components\n"
        "assert 'tensorflow' not in sys.modules and 'jax' not in sys.modules\n"
        "names = recipe.DefaultV1Recipe._registered_components\n"
        "assert 'RulePolicy' in names and 'DIETClassifier' not in names, names\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=BOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_rasa_is_imported_without_other_vendors_channels_and_refuses_them() -> None:
    script = (
        "import sys, patches; patches.apply()\n"
        "from rasa.core.channels import BUILTIN_CHANNELS\n"
        "from rasa.core.run import create_http_input_channels\n"
        "assert not {'aiogram', 'slack_sdk', 'twilio', 'webexteamssdk'} & set(sys.modules)\n"
        "names = ('botframework facebook hangouts mattermost rocketchat slack telegram twilio twilio_voice webexteams')\n"
        "assert set(names.split()) < set(BUILTIN_CHANNELS), BUILTIN_CHANNELS\n"
        "open(sys.argv[1], 'w').write('telegram:\\n  access_token: x\\n')\n"
        "create_http_input_channels(None, sys.argv[1])\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-W", "ignore", "-c", script, f"{folder}/credentials.yml"]
        done = subprocess.run(command, cwd=BOT, capture_output=True, text=True)
    said = done.stderr.strip().splitlines()[-1]
    assert said.endswith("Rasa's channel 'telegram' is not part of this assistant: see bot/credentials.yml."), said


def test_a_models_domain_is_what_training_wrote(tmp_path: Path) -> None:
    domain = Domain.load(str(BOT / "domain"))
    storage, resource = LocalModelStorage(tmp_path), Resource("domain_provider")
    provider = DomainProvider(storage, resource)
    provider._persist(domain)
    with storage.read_from(resource) as folder:
        expected = Domain.from_path(folder)
    loaded = DomainProvider.load({}, storage, resource, None).provide_inference()
    assert loaded.as_dict() == expected.as_dict() == domain.as_dict()
    assert loaded.fingerprint() == expected.fingerprint()
    assert loaded.action_names_or_texts == expected.action_names_or_texts
    assert [vars(slot) for slot in loaded.slots] == [vars(slot) for slot in expected.slots]


@pytest.mark.parametrize(("content", "empty"), [({}, True), ({"intents": ["greet"]}, False)])
def test_whether_a_domain_is_empty_is_the_same_when_it_is_asked_again(content: Dict[str, Any], empty: bool) -> None:
    domain = Domain.from_dict(content)
    assert [domain.is_empty(), domain.is_empty()] == [empty, empty]
