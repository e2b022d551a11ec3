"""django-helpdesk's REST API (2.6), as far as we need it.

It knows neither idempotency keys nor a search. So it is asked before anything is repeated: for a ticket by the first
line of its description, for a follow-up by the mark at its end. An answer of 500 does not mean that nothing was stored:
a webhook of theirs that can't be reached makes the call fail after the follow-up was saved.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

import httpx

from api.tickets.errors import Away, Refused
from api.tickets.models import FollowUp, NewTicket, Ticket

OPEN, REOPENED, RESOLVED, CLOSED, DUPLICATE = 1, 2, 3, 4, 5
ENDED = frozenset({RESOLVED, CLOSED, DUPLICATE})
HIGH, NORMAL = 2, 3
TITLE_LIMIT = 200
PAGE = 100
SECONDS = 15.0
SERVER_ERROR = 500
NOT_FOUND = 404
UNAVAILABLE = 503
UNSURE = frozenset({408, 425, 429, 401, 403})  # nothing is wrong with the message itself; an operator may mend it

# A comment is rendered as a Django template there, and `#12` writes into ticket 12.
_SPECIAL = re.compile(r"(?<=\{)(?=[{%#])|(?<=[}%#])(?=\})|(?<=#)(?=\d)")
WORD_JOINER = "\u2060"


def plain(text: str) -> str:
    """The text with an invisible character wherever it would mean something to the helpdesk."""
    return _SPECIAL.sub(WORD_JOINER, text)


class Helpdesk:
    """Knows tickets and follow-ups; raises Away and Refused."""

    def __init__(
        self, http: httpx.AsyncClient, url: str, token: str, *, queue: int, queues: Mapping[str, int] | None = None
    ) -> None:
        """`queue`: the id of the queue that tickets go to; `queues`: of subjects that have one of their own."""
        self._http = http
        self._api = f"{url.rstrip('/')}/api"
        self._headers = {"Authorization": f"Token {token}", "Accept": "application/json"}
        self._queue = queue
        self._queues = queues or {}

    async def newest(self) -> int:
        """The id of the newest open ticket; 0 if there is none."""
        query = {"page": "last", "page_size": "1", "status": f"{OPEN},{REOPENED}"}
        page = await self._call("GET", "/tickets/", params=query)
        return max((found["id"] for found in page["results"]), default=0)

    async def open(self, ticket: NewTicket) -> Ticket:
        body = {
            "queue": self._queues.get(ticket.skill, self._queue),
            "title": plain(ticket.title)[:TITLE_LIMIT],
            "description": plain(ticket.description),
            "priority": HIGH if ticket.urgent else NORMAL,
        }
        return read_ticket(await self._call("POST", "/tickets/", json=body))

    async def find(self, reference: str, *, after: int) -> Ticket | None:
        """The first ticket behind `after` whose description begins with the line."""
        page: str | None = "last"
        found: list[Ticket] = []
        while page:
            answer = await self._call("GET", "/tickets/", params={"page": page, "page_size": str(PAGE)})
            tickets = [read_ticket(each) for each in answer["results"]]
            found += [each for each in tickets if each.id > after and first_line(each.description) == reference]
            older = tickets and min(each.id for each in tickets) > after
            page = page_of(answer.get("previous")) if older else None
        return min(found, key=lambda each: each.id, default=None)

    async def ticket(self, ticket_id: int) -> Ticket | None:
        """None if it is not there any more, or not for us to see.

        The helpdesk reads every ticket of the given statuses to answer, so the open ones are asked first.
        """
        for params in ({"status": f"{OPEN},{REOPENED}"}, {}):
            try:
                return read_ticket(await self._call("GET", f"/tickets/{ticket_id}/", params=params))
            except Refused as error:
                if error.args[0] != f"HTTP {NOT_FOUND}":
                    raise
        return None

    async def say(self, ticket_id: int, text: str, *, public: bool, reopen: bool = False) -> None:
        """Add a follow-up. Without a title of its own, for that would rename the ticket."""
        body: dict[str, Any] = {"ticket": ticket_id, "comment": plain(text), "public": public}
        if reopen:
            body["new_status"] = REOPENED
        await self._call("POST", "/followups/", json=body)

    async def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(
                method, self._api + path, headers=self._headers, timeout=SECONDS, follow_redirects=False, **options
            )
        except httpx.HTTPError as error:
            raise Away(type(error).__name__, altogether=isinstance(error, httpx.ConnectError)) from error
        status = answer.status_code
        if status >= SERVER_ERROR or status in UNSURE:
            raise Away(f"HTTP {status}", retry_after(answer), altogether=status in UNSURE or status == UNAVAILABLE)
        if not answer.is_success:
            raise Refused(f"HTTP {status}")
        try:
            content = answer.json()
        except ValueError as error:
            raise Away("no JSON") from error
        if not isinstance(content, dict):
            raise Away("no JSON object")
        return cast("dict[str, Any]", content)


def read_ticket(content: Mapping[str, Any]) -> Ticket:
    follow_ups = sorted(content["followup_set"], key=lambda each: cast("int", each["id"]))
    return Ticket(
        content["id"],
        content["description"] or "",
        content["status"] in ENDED,
        tuple(read_follow_up(each) for each in follow_ups),
        merged=content["status"] == DUPLICATE and content.get("merged_to") is not None,
    )


def read_follow_up(content: Mapping[str, Any]) -> FollowUp:
    return FollowUp(
        content["id"],
        content["user"],
        (content["comment"] or "").replace("\r\n", "\n").strip(),
        content["public"],
        content["date"],
        by_mail=bool(content["message_id"]),
        closes=content["new_status"] in ENDED,
    )


def first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0].strip()


def page_of(address: str | None) -> str | None:
    """The number of the page at an address of theirs; the first one is named by none."""
    if address is None:
        return None
    return str(httpx.URL(address).params.get("page", "1"))


def retry_after(answer: httpx.Response) -> float | None:
    value = answer.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None
