"""Make a call to the action server cost what HTTP costs.

Four things of `RemoteAction` and `EndpointConfig`, measured in docs/reference/bot.md:

* `jsonschema.validate` re-validates the schema itself for every answer (78 % of a turn): it is compiled once.
* Every call opens a new client session and TCP connection: each endpoint keeps one.
* The whole domain, 44 KB, is sent with every call: the digest of one that the action server knows is sent in its place.
  The protocol is rasa-sdk's own: a server that does not know it answers 449, and is asked again with the domain.
* Rasa waits 300 s for an action, its lock of a conversation lasts 60 s and then the same turn runs twice: 25 s it is.
"""

import asyncio
import hashlib
import json
from typing import Any, Dict, Optional, Tuple

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

TIMEOUT = 25  # seconds
KEEP_ALIVE = 3.0  # seconds, below the 5 of the action server, so that it never closes what we are about to use
MISSING_DOMAIN = 449  # of rasa-sdk

_request = EndpointConfig.request
_explain_invalid = RemoteAction._validate_action_result
_schema = RemoteAction.action_response_format_spec()
_validator = validator_for(_schema)(_schema)


def validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Raises Rasa's own ValidationError, in its words, for an answer that is not of the schema."""
    return True if _is_plain(result) or _validator.is_valid(result) else _explain_invalid(self, result)


def _is_plain(result: Dict[str, Any]) -> bool:
    """Valid at first sight: it sets slots, if anything. The schema tries each kind of event in turn."""
    events, responses = result.get("events"), result.get("responses")
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(isinstance(event, dict) and _sets_slot(event) for event in events)
    )


def _sets_slot(event: Dict[str, Any]) -> bool:
    plain = event.get("event") == "slot" and isinstance(event.get("name"), str) and "value" in event
    return plain and event.get("timestamp") is None and event.get("metadata") is None


class Digests:
    """The digest of a domain, written once: it never changes while a model is loaded."""

    def __init__(self) -> None:
        self._domain: Optional[Dict[str, Any]] = None
        self._digest = ""

    def of(self, domain: Dict[str, Any]) -> str:
        if domain is not self._domain:
            self._domain, self._digest = domain, hashlib.sha256(json.dumps(domain).encode()).hexdigest()
        return self._digest


_digests = Digests()


async def request(self: EndpointConfig, *arguments: Any, **options: Any) -> Any:
    """`EndpointConfig.request`; raises its errors."""
    call = options.get("json")
    domain = call.get("domain") if isinstance(call, dict) else None
    if not domain:
        return await _request(self, *arguments, **options)
    digest = _digests.of(domain)
    short = {key: value for key, value in call.items() if key != "domain"}
    try:
        return await _request(self, *arguments, **{**options, "json": {**short, "domain_digest": digest}})
    except ClientResponseError as error:
        if error.status != MISSING_DOMAIN:
            raise
    return await _request(self, *arguments, **{**options, "json": {**call, "domain_digest": digest}})


class KeptSession:
    """What `async with endpoint.session() as session` gets: a session that stays open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_error: object) -> None:
        return None


def session(self: EndpointConfig) -> KeptSession:
    loop = asyncio.get_running_loop()
    kept: Optional[Tuple[asyncio.AbstractEventLoop, aiohttp.ClientSession]] = getattr(self, "_kept", None)
    if kept is None or kept[0] is not loop or kept[1].closed:
        auth = aiohttp.BasicAuth(self.basic_auth["username"], self.basic_auth["password"]) if self.basic_auth else None
        opened = aiohttp.ClientSession(
            headers=self.headers,
            auth=auth,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            connector=aiohttp.TCPConnector(keepalive_timeout=KEEP_ALIVE),
        )
        kept = self._kept = (loop, opened)
    return KeptSession(kept[1])


async def close(endpoint: Optional[EndpointConfig]) -> None:
    """Close the kept connections of an endpoint at the end of the process."""
    kept = getattr(endpoint, "_kept", None)
    if kept is not None:
        await kept[1].close()


def apply() -> None:
    RemoteAction._validate_action_result = validate_action_result
    EndpointConfig.session = session
    EndpointConfig.request = request
    action.DEFAULT_REQUEST_TIMEOUT = TIMEOUT
