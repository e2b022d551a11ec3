import re
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from api.curation.exchange_schemas import ExportFormat, ImportFormat, ImportReport
from api.curation.release_schemas import (
    Deed,
    DeedList,
    Golden,
    GoldenList,
    NewGolden,
    Published,
    Release,
    ReleaseList,
    Report,
    Restored,
    Wish,
)
from api.curation.schemas import (
    Asker,
    Content,
    Draft,
    Embedding,
    Entry,
    EntryList,
    Hints,
    SavedEntry,
    Skill,
    SkillList,
    Trial,
)
from common.internal import INTERNAL_SECRET_HEADER
from common.problems import Problem

T = TypeVar("T", bound=BaseModel)

TIMEOUT = httpx.Timeout(10.0, connect=1.0)
RELEASE_TIMEOUT = httpx.Timeout(120.0, connect=1.0)  # embeds new phrasings and asks all of them
SLOW = re.compile(r"/(releases|hints)\b|.+/(rollback|unpublish|archive)$")  # an index is made before they answer


class FaqUnavailable(Problem):
    """Answers 503."""

    def __init__(self) -> None:
        detail = "The FAQ service does not answer right now. Nothing was lost; please try again in a moment."
        super().__init__(503, "faq_unavailable", detail, headers={"Retry-After": "5"})


class FaqClient:
    """The FAQ service over HTTP. Raises its problem documents as Problem, and FaqUnavailable."""

    def __init__(self, http: httpx.AsyncClient, url: str, secret: SecretStr) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._headers = {INTERNAL_SECRET_HEADER: secret.get_secret_value()}

    async def entries(self) -> list[Entry]:
        return (await self._call(EntryList, "GET", "/entries")).entries

    async def entry(self, entry: str) -> Entry:
        """The newest version, live or not."""
        return await self._call(Entry, "GET", f"{_path(entry)}?view=newest")

    async def versions(self, entry: str) -> list[Entry]:
        return (await self._call(EntryList, "GET", f"{_path(entry)}/versions")).entries

    async def create(self, entry: str | None, content: Content, *, author: str) -> SavedEntry:
        body = content.model_dump(mode="json", include=set(Content.model_fields)) | {"id": entry, "author": author}
        return await self._call(SavedEntry, "POST", "/entries", body)

    async def save(self, entry: str, content: Content, *, expected_version: int, author: str) -> SavedEntry:
        body = content.model_dump(mode="json", include=set(Content.model_fields))
        body |= {"expected_version": expected_version, "author": author}
        return await self._call(SavedEntry, "PUT", _path(entry), body)

    async def unpublish(self, entry: str, *, expected_version: int | None, author: str) -> Entry:
        body = {"expected_version": expected_version, "author": author}
        return await self._call(Entry, "POST", f"{_path(entry)}/unpublish", body)

    async def act(
        self, entry: str, action: str, *, expected_version: int | None, author: str, note: str | None = None
    ) -> Entry:
        """`review`, `send-back`, `archive` or `take-up`."""
        body = {"expected_version": expected_version, "author": author, "note": note}
        return await self._call(Entry, "POST", f"{_path(entry)}/{action}", body)

    async def roll_back(self, entry: str, version: int, *, expected_version: int | None, author: str) -> Entry:
        body = {"version": version, "expected_version": expected_version, "author": author}
        return await self._call(Entry, "POST", f"{_path(entry)}/rollback", body)

    async def check(self, wishes: list[Wish]) -> Report:
        return await self._call(Report, "POST", "/releases/check", {"entries": _bodies(wishes)})

    async def publish(self, wishes: list[Wish], *, author: str, override: str | None) -> Published:
        body = {"entries": _bodies(wishes), "author": author, "override": override}
        return await self._call(Published, "POST", "/releases", body)

    async def releases(self, *, before: int | None, limit: int) -> list[Release]:
        return (await self._call(ReleaseList, "GET", f"/releases?{_page(before, limit)}")).releases

    async def restore(self, release: int, *, author: str) -> Restored:
        return await self._call(Restored, "POST", f"/releases/{release}/restore", {"author": author})

    async def audit(self, *, entry: str | None, before: int | None, limit: int) -> list[Deed]:
        narrowed = f"&entry={quote(entry, safe='')}" if entry else ""
        return (await self._call(DeedList, "GET", f"/audit?{_page(before, limit)}{narrowed}")).deeds

    async def goldens(self) -> list[Golden]:
        return (await self._call(GoldenList, "GET", "/goldens")).goldens

    async def add_golden(self, golden: NewGolden, *, author: str) -> Golden:
        return await self._call(Golden, "POST", "/goldens", golden.model_dump() | {"author": author})

    async def remove_golden(self, golden: int, *, author: str) -> None:
        await self._send("DELETE", f"/goldens/{golden}?author={quote(author, safe='')}")

    async def try_out(self, text: str, asker: Asker) -> Trial:
        return await self._call(Trial, "POST", "/try", asker.model_dump() | {"text": text})

    async def hints(self, draft: Draft) -> Hints:
        return await self._call(Hints, "POST", "/hints", draft.model_dump(mode="json"))

    async def take_in(self, form: ImportFormat, text: str, *, dry_run: bool, author: str) -> ImportReport:
        body = {"format": form, "text": text, "dry_run": dry_run, "author": author}
        return await self._call(ImportReport, "POST", "/import", body)

    async def export(self, form: ExportFormat) -> str:
        return (await self._send("GET", f"/export?format={form}")).text

    async def skills(self) -> list[Skill]:
        return (await self._call(SkillList, "GET", "/skills")).skills

    async def embed(self, texts: list[str]) -> Embedding:
        return await self._call(Embedding, "POST", "/embed", {"texts": texts})

    async def _call(self, kind: type[T], method: str, path: str, body: dict[str, Any] | None = None) -> T:
        response = await self._send(method, path, body)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError as error:
            raise FaqUnavailable from error

    async def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        timeout = RELEASE_TIMEOUT if method == "POST" and SLOW.match(path) else TIMEOUT
        try:
            response = await self._http.request(
                method, f"{self._url}/v1{path}", json=body, headers=self._headers, timeout=timeout
            )
        except httpx.HTTPError as error:
            raise FaqUnavailable from error
        if response.is_error:
            raise _problem(response)
        return response


def _bodies(wishes: list[Wish]) -> list[dict[str, Any]]:
    return [wish.model_dump() for wish in wishes]


def _page(before: int | None, limit: int) -> str:
    return f"limit={limit}" + (f"&before={before}" if before is not None else "")


def _path(entry: str) -> str:
    return f"/entries/{quote(entry, safe='')}"


def _problem(response: httpx.Response) -> Problem:
    """The service's own refusal; a failure of its side, or a refusal of ours to it, is not the curator's business."""
    if response.is_server_error or response.status_code in (401, 403):
        return FaqUnavailable()
    try:
        body = response.json()
        code, detail = body.pop("code"), body.pop("detail")
    except (ValueError, AttributeError, KeyError):
        return FaqUnavailable()
    extra = {name: value for name, value in body.items() if name not in ("type", "title", "status")}
    return Problem(response.status_code, code, detail, **extra)
