"""The FAQ service's curation as docs/reference/internal.md describes it, in memory."""

import re
import struct
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse
from pydantic import SecretStr

from common.internal import require_internal_secret
from common.problems import Problem, install_problem_handlers

Body = dict[str, Any]
EMPTY: Body = {
    "question": "",
    "phrasings": [],
    "answer": "",
    "category": None,
    "language": "en",
    "tags": [],
    "valid_from": None,
    "valid_until": None,
    "audience": "everyone",
    "tiers": [],
    "related": [],
    "button": None,
}


class FakeFaq:
    """`versions` holds each entry's contents, oldest first; `live` the version that customers get.

    `breaking` are golden questions that any release breaks.
    """

    def __init__(self, secret: str) -> None:
        self.versions: dict[str, list[Body]] = {}
        self.live: dict[str, int | None] = {}
        self.failing = False
        self.breaking: list[str] = []
        self.review: dict[str, int] = {}
        self.archived: set[str] = set()
        self.deeds: list[Body] = []
        self.releases: list[Body] = []
        self.goldens: dict[int, Body] = {}
        self.app = FastAPI(dependencies=[Depends(require_internal_secret(SecretStr(secret))), Depends(self._check)])
        install_problem_handlers(self.app)
        self.app.get("/v1/entries")(self._entries)
        self.app.post("/v1/entries", status_code=201)(self._create)
        self.app.get("/v1/entries/{entry}")(self._read)
        self.app.put("/v1/entries/{entry}")(self._save)
        self.app.get("/v1/entries/{entry}/versions")(self._versions)
        self.app.post("/v1/releases/check")(self._check_release)
        self.app.post("/v1/releases", status_code=201)(self._release)
        self.app.get("/v1/releases")(self._releases)
        self.app.post("/v1/releases/{release}/restore")(self._restore)
        self.app.get("/v1/audit")(self._audit)
        self.app.get("/v1/goldens")(self._goldens)
        self.app.post("/v1/goldens", status_code=201)(self._add_golden)
        self.app.delete("/v1/goldens/{golden}", status_code=204)(self._remove_golden)
        self.app.post("/v1/entries/{entry}/unpublish")(self._unpublish)
        self.app.post("/v1/entries/{entry}/rollback")(self._roll_back)
        self.app.post("/v1/entries/{entry}/{action}")(self._act)
        self.app.post("/v1/understand")(self._understand)
        self.app.get("/v1/skills")(self._skills)
        self.app.post("/v1/try")(self._try)
        self.app.post("/v1/hints")(self._hints)
        self.app.post("/v1/import")(self._import)
        self.app.get("/v1/export", response_class=PlainTextResponse)(self._export)
        self.app.post("/v1/embed")(self._embed)
        self.model = "words-1"

    def add(self, entry: str, question: str, answer: str, *, live: bool = True, **members: Any) -> None:
        content = EMPTY | {"question": question, "answer": answer} | members
        self.versions[entry] = [self._version(content, "import")]
        self.live[entry] = 1 if live else None

    async def _check(self) -> None:
        if self.failing:
            raise Problem(500, "internal_error", "Something went wrong on our side.")

    @staticmethod
    def _version(content: Body, author: str | None, note: str | None = None) -> Body:
        kept = {name: content[name] for name in EMPTY}
        return kept | {"author": author, "note": note, "saved_at": datetime.now(UTC).isoformat()}

    def _out(self, entry: str, version: int | None = None) -> Body:
        if entry not in self.versions:
            raise Problem(404, "not_found", f"There is no entry {entry}.")
        latest, live = len(self.versions[entry]), self.live[entry]
        review = latest if self.review.get(entry) == latest else None
        status = "published" if live else "review" if review else "draft" if latest == 1 else "unpublished"
        number = version or latest
        known = {"id": entry, "version": number, "latest": latest, "live": live, "review": review}
        known["status"] = "archived" if entry in self.archived else status
        return self.versions[entry][number - 1] | known

    def _expect(self, entry: str, body: Body) -> None:
        current = self._out(entry)["version"]
        if body.get("expected_version") not in (None, current):
            raise Problem(409, "stale_version", f"{entry} is at version {current}.", current_version=current)

    def _warnings(self, entry: str, body: Body) -> list[Body]:
        return [
            {"text": text, "entry": other, "phrasing": phrasing, "similarity": 1.0}
            for text in body["phrasings"]
            for other in self.versions
            if other != entry
            for phrasing in self.versions[other][-1]["phrasings"]
            if phrasing == text
        ]

    @staticmethod
    def _validate(body: Body) -> None:
        wrong = {name: "is empty" for name in ("question", "answer") if not body[name]}
        if wrong:
            raise Problem(422, "invalid_entry", "not complete", field_errors=wrong)

    async def _try(self, body: Body) -> Body:
        understood = await self._understand(body)
        near = [{"phrasing": each["question"], "similarity": 0.8} for each in understood["candidates"]]
        for candidate, nearest in zip(understood["candidates"], near, strict=True):
            candidate |= {"nearest": [nearest], "related": []}
        return understood | {"scope": understood["probability"], "why": "Because of its words.", "withheld": []}

    async def _hints(self, body: Body) -> Body:
        near = [each | {"answer": "Another."} for each in self._warnings(body["entry"] or "", body)]
        return {"same_question": [], "near": near, "pulls": []}

    async def _import(self, body: Body) -> Body:
        """One entry a line, its question; a line that is `?` is wrong, one that begins with `!` a golden question."""
        lines = list(enumerate(body["text"].splitlines(), start=1))
        troubles = [{"line": line, "problem": "not a question"} for line, text in lines if text == "?"]
        saved = not body["dry_run"] and not troubles
        arrivals = [
            {"line": line, "entry": text, "question": text, "new": True, "changed": []}
            for line, text in lines
            if text != "?" and not text.startswith("!")
        ]
        golden = {"expected": None, "language": None, "new": True, "changed": False, "before": None}
        goldens = [golden | {"line": line, "text": text[1:]} for line, text in lines if text.startswith("!")]
        for each in arrivals if saved else ():
            self.add(each["entry"], each["question"], "An answer.", live=False)
        return {"arrivals": arrivals, "goldens": goldens, "troubles": troubles, "saved": saved}

    async def _export(self, format: str) -> str:  # noqa: A002 - the parameter is called so
        return f"{format}: {', '.join(self.versions)}\n"

    async def _skills(self) -> Body:
        return {"skills": [{"name": "return_start", "label": "Start a return"}]}

    async def _entries(self) -> Body:
        return {"entries": [self._out(entry) for entry in self.versions]}

    async def _read(self, entry: str, view: str = "live") -> Body:
        return self._out(entry, self.live[entry] if view == "live" else None)

    async def _versions(self, entry: str) -> Body:
        return {"entries": [self._out(entry, number + 1) for number in range(self._out(entry)["latest"])]}

    async def _create(self, body: Body) -> Body:
        self._validate(body)
        entry = body["id"] or body["question"].lower().replace(" ", "-")
        if entry in self.versions:
            raise Problem(409, "entry_exists", f"There is an entry {entry} already.")
        self.versions[entry] = [self._version(body, body["author"])]
        self.live[entry] = None
        return self._out(entry) | {"warnings": self._warnings(entry, body)}

    async def _save(self, entry: str, body: Body) -> Body:
        self._validate(body)
        self._expect(entry, body)
        self.versions[entry].append(self._version(body, body["author"]))
        return self._out(entry) | {"warnings": self._warnings(entry, body)}

    def _note(self, action: str, author: str | None, **more: Any) -> None:
        empty = {"entry": None, "version": None, "release": None, "note": None}
        when = datetime.now(UTC).isoformat()
        self.deeds.insert(0, empty | {"id": len(self.deeds) + 1, "at": when, "author": author, "action": action} | more)

    def _report(self) -> Body:
        before = {"decision": "answer", "entry": "gift-wrap", "probability": 0.9, "offered": []}
        now = {"decision": "abstain", "entry": None, "probability": 0.1, "offered": []}
        broken = {"change": "broken", "fits": False, "before": before, "now": now, "expected": "gift-wrap"}
        names = ("goldens", "goldens_fit", "phrasings", "fixed", "broken", "moved", "collisions", "milliseconds")
        return {
            "blocked": bool(self.breaking),
            "counts": dict.fromkeys(names, 0) | {"goldens": len(self.breaking), "blocking": len(self.breaking)},
            "goldens": [
                broken | {"text": text, "golden": number, "blocks": True} for number, text in enumerate(self.breaking)
            ],
            "phrasings": [],
            "collisions": [],
        }

    async def _check_release(self, body: Body) -> Body:
        for wish in body["entries"]:
            self._expect(wish["entry"], wish)
        return self._report()

    async def _release(self, body: Body) -> Body:
        report = await self._check_release(body)
        if report["blocked"] and not body["override"]:
            raise Problem(409, "gate_closed", "Golden questions would not get their entry any more.", report=report)
        steps = []
        for wish in body["entries"]:
            entry = wish["entry"]
            steps.append({"entry": entry, "version": len(self.versions[entry]), "before": self.live[entry]})
            self.live[entry] = len(self.versions[entry])
            self.review.pop(entry, None)
        made = {"id": len(self.releases) + 1, "kind": "publish", "author": body["author"], "note": body["override"]}
        made |= {"at": datetime.now(UTC).isoformat(), "gate": report["counts"], "steps": steps}
        self.releases.insert(0, made)
        self._note("publish", body["author"], release=made["id"])
        return {"release": made["id"], "report": report}

    async def _releases(self, limit: int, before: int | None = None) -> Body:
        return {"releases": [each for each in self.releases if before is None or each["id"] < before][:limit]}

    async def _restore(self, release: int, body: Body) -> Body:
        """As if the release had been the only one of its entries."""
        [found] = [each for each in self.releases if each["id"] == release]
        self.live |= {step["entry"]: step["version"] for step in found["steps"]}
        self._note("restore", body["author"], release=release)
        return {"release": release}

    async def _audit(self, limit: int, entry: str | None = None, before: int | None = None) -> Body:
        found = [each for each in self.deeds if entry in (None, each["entry"])]
        return {"deeds": [each for each in found if before is None or each["id"] < before][:limit]}

    async def _goldens(self) -> Body:
        return {"goldens": list(self.goldens.values())}

    async def _add_golden(self, body: Body) -> Body:
        if body["expected"] is not None and body["expected"] not in self.versions:
            raise Problem(422, "invalid_entry", "no", field_errors={"expected": "names what does not exist"})
        number = len(self.goldens) + 1
        self.goldens[number] = body | {"id": number, "at": datetime.now(UTC).isoformat()}
        return self.goldens[number]

    async def _remove_golden(self, golden: int) -> None:
        del self.goldens[golden]

    async def _act(self, entry: str, action: str, body: Body) -> Body:
        self._expect(entry, body)
        match action:
            case "review":
                self.review[entry] = len(self.versions[entry])
            case "send-back":
                self.review.pop(entry, None)
            case "archive":
                self.archived.add(entry)
                self.live[entry] = None
            case "take-up":
                self.archived.discard(entry)
            case _:
                raise Problem(404, "not_found", "There is no such call.")
        self._note(action, body["author"], entry=entry, note=body["note"])
        return self._out(entry)

    async def _unpublish(self, entry: str, body: Body) -> Body:
        self._expect(entry, body)
        self.live[entry] = None
        return self._out(entry)

    async def _roll_back(self, entry: str, body: Body) -> Body:
        self._expect(entry, body)
        earlier = self.versions[entry][body["version"] - 1]
        self.versions[entry].append(self._version(earlier, body["author"], f"rolled back to version {body['version']}"))
        self.live[entry] = len(self.versions[entry])
        return self._out(entry)

    async def _embed(self, body: Body) -> Body:
        """One dimension a word: texts that share their words are near one another."""
        vectors = []
        for text in body["texts"]:
            vector = [0.0] * 64
            for word in set(re.findall(r"[a-z]+", text.lower())):
                vector[crc32(f"{self.model}{word}".encode()) % 64] = 1.0
            length = sum(vector) ** 0.5 or 1.0
            vectors.append(b64encode(struct.pack("<64f", *(value / length for value in vector))).decode())
        return {"vectors": vectors, "dimension": 64, "model": self.model}

    async def _understand(self, body: Body) -> Body:
        """A candidate for each live entry that shares a word; sure from half of the words on."""
        asked = set(body["text"].lower().split())
        found = []
        for entry, version in self.live.items():
            if version and (shared := asked & set(self._out(entry, version)["question"].lower().split())):
                found.append(self._out(entry, version) | {"entry": entry, "probability": len(shared) / len(asked)})
        found.sort(key=lambda each: -each["probability"])
        best = found[0]["probability"] if found else 0.0
        decision = "answer" if best >= 0.5 else "abstain"
        return {"decision": decision, "probability": best, "candidates": found[:3]}
