"""Make a call to the action server cost what HTTP costs.

Four things of `RemoteAction` and `EndpointConfig`, measured in docs/reference/bot.md:

* `jsonschema.validate` re-validates the schema itself for every answer (78 % of a turn): it is compiled once.
* Every call opens a new client session and TCP connection: each endpoint keeps one.
* The whole domain is turned into JSON for every call: it never changes while a model is loaded, so its JSON is kept and
  put into the body as text. The action server receives the same document.
* Rasa waits 300 s for an action, its lock of a conversation lasts 60 s and then the same turn runs twice: 25 s it is.
"""

import asyncio
import json
from typing import Any, Dict, Optional, Tuple

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions import action
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig

TIMEOUT = 25  # seconds
KEEP_ALIVE = 3.0  # seconds, below the 5 of the action server, so that it never closes what we are about to use

_explain_invalid = RemoteAction._validate_action_result
_schema = RemoteAction.action_response_format_spec()
_validator = validator_for(_schema)(_schema)


def validate_action_result(self: RemoteAction, result: Dict[str, Any]) -> bool:
    """Raises Rasa's own ValidationError, in its words, for an answer that is not of the schema."""
    return True if _validator.is_valid(result) else _explain_invalid(self, result)


class BodyWriter:
    """`json.dumps` for the body of an action call that writes the domain once."""

    def __init__(self) -> None:
        self._domain: Optional[Dict[str, Any]] = None
        self._text = ""

    def __call__(self, body: Any) -> str:
        domain = body.get("domain") if isinstance(body, dict) else None
        if not domain or len(body) == 1:
            return json.dumps(body)
        if domain is not self._domain:
            self._domain, self._text = domain, json.dumps(domain)
        rest = json.dumps({key: value for key, value in body.items() if key != "domain"})
        return f'{rest[:-1]}, "domain": {self._text}}}'


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
            json_serialize=BodyWriter(),
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
    action.DEFAULT_REQUEST_TIMEOUT = TIMEOUT
