"""The studio around releases: reviews, the gate, going back, golden questions, the log."""

from api.curation.diffing import Piece, changes
from api.curation.schemas import Content
from api.staff.models import Role
from tests.api_staff.site import HTML, Person, Site
from tests.api_staff.test_curation import ENTRY, fields
from tests.fakes.faq import FakeFaq


async def json_of(cleo: Person, path: str, **body: object) -> dict[str, object]:
    answer = await cleo.http.post(f"/v1/faq{path}", json=body, headers={"X-CSRF-Token": cleo.csrf})
    assert answer.status_code < 300, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_a_publication_that_breaks_a_golden_question_is_held_back_until_somebody_says_why(
    site: Site, faq: FakeFaq
) -> None:
    faq.breaking = ["can you wrap it"]
    async with site.person("cleo", Role.CURATOR) as cleo:
        held = await cleo.post(ENTRY, **fields(answer="New.", expected_version=1, action="publish"))
        assert (held.status_code, faq.live["return-window"]) == (409, 1)
        assert "Held back: golden questions would break" in held.text
        assert "“can you wrap it”" in held.text
        assert faq.versions["return-window"][1]["answer"] == "New."
        still = await cleo.post("/faq/releases", entry="return-window", version=2, override="  ")
        assert (still.status_code, faq.live["return-window"]) == (409, 1)
        done = await cleo.post("/faq/releases", entry="return-window", version=2, override="We stop wrapping.")
        assert done.headers["location"].startswith("/faq/entries/return-window?live_after_ms=")
        page = (await cleo.open("/faq/releases")).text
        assert "The gate was overridden: We stop wrapping." in page
    assert faq.live["return-window"] == 2


async def test_what_publishing_changes_is_seen_first_and_then_done(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        seen = await cleo.post(ENTRY, **fields(answer="New.", expected_version=1, action="check"))
        page = (await cleo.open(seen.headers["location"])).text
        assert "Nothing changes in which entry is found." in page
        assert faq.live["return-window"] == 1
        stale = await cleo.post("/faq/releases", entry="return-window", version=1)
        assert (stale.status_code, "Nothing was published" in stale.text) == (409, True)
        await cleo.post("/faq/releases", entry="return-window", version=2)
    assert faq.live["return-window"] == 2


async def test_chosen_entries_go_live_together(site: Site, faq: FakeFaq) -> None:
    for name in ("one", "two", "three"):
        faq.add(name, f"What of {name}", "Yes.", live=False)
    async with site.person("cleo", Role.CURATOR) as cleo:
        assert (await cleo.open("/faq", status="draft")).text.count('type="checkbox"') == 3
        page = (await cleo.open("/faq/check", entry=["one", "two"])).text
        assert page.count('name="entry"') == 2
        done = await cleo.post("/faq/releases", entry=["one", "two"], version=[1, 1])
        assert done.headers["location"].startswith("/faq/releases?")
    assert (faq.live["one"], faq.live["two"], faq.live["three"]) == (1, 1, None)
    assert len(faq.releases) == 1


async def test_an_entry_is_given_for_review_sent_back_archived_and_taken_up(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo, site.person("carl", Role.CURATOR) as carl:
        await cleo.post(ENTRY, **fields(answer="New.", expected_version=1, action="review"))
        assert "/faq/entries/return-window" in (await carl.open("/faq", status="review")).text
        page = (await carl.open(ENTRY)).text
        assert "Look at what it changes and publish" in page
        await carl.post(f"{ENTRY}/do/send-back", expected_version=2, note="Which days?")
        assert "Which days?" in (await cleo.open(ENTRY)).text
        await cleo.post(f"{ENTRY}/do/archive", expected_version=2)
        assert "/faq/entries/return-window" not in (await cleo.open("/faq")).text
        assert "/faq/entries/return-window" in (await cleo.open("/faq", status="archived")).text
        late = await carl.post(f"{ENTRY}/do/take-up", expected_version=1)
        assert late.headers["location"].endswith("notice=stale")
        await carl.post(f"{ENTRY}/do/take-up", expected_version=2)
        assert "carl" in (await cleo.open("/faq/audit", entry="return-window")).text
    assert "return-window" not in faq.archived


async def test_all_of_the_faq_goes_back_to_a_release(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        for version in (1, 2):
            await cleo.post(ENTRY, **fields(answer=f"Text {version}.", expected_version=version, action="publish"))
        page = (await cleo.open("/faq/releases")).text
        assert "Go back to release 1" in page
        assert "Go back to release 2" not in page
        back = await cleo.post("/faq/releases/1/restore")
        assert "Customers get what was live then." in (await cleo.open(back.headers["location"])).text
    assert faq.live["return-window"] == 2


async def test_golden_questions_are_kept_and_what_is_wrong_is_told_without_losing_the_text(
    site: Site, faq: FakeFaq
) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        wrong = await cleo.post("/faq/goldens", text="wrap it?", expected="nowhere", language="fr")
        assert (wrong.status_code, "names what does not exist" in wrong.text) == (422, True)
        assert 'value="wrap it?"' in wrong.text
        assert 'value="fr"' in wrong.text
        await cleo.post("/faq/goldens", text="wrap it?", expected="gift-wrap")
        await cleo.post("/faq/goldens", text="sell me a boat")
        page = (await cleo.open("/faq/goldens")).text
        assert "Remove “sell me a boat”" in page
        await cleo.post("/faq/goldens/2/remove")
        await cleo.post("/faq/goldens", text="emballez-vous ?", expected="gift-wrap", language="fr")
        assert "</a> · fr" in (await cleo.open("/faq/goldens")).text
    kept = [(each["text"], each["expected"], each["language"], each["author"]) for each in faq.goldens.values()]
    assert kept == [("wrap it?", "gift-wrap", None, "cleo"), ("emballez-vous ?", "gift-wrap", "fr", "cleo")]


async def test_the_json_of_releases_does_what_the_pages_do(site: Site, faq: FakeFaq) -> None:
    faq.add("pre-order", "Can I order ahead", "Yes.", live=False)
    async with site.person("cleo", Role.CURATOR) as cleo:
        entries = [{"entry": "pre-order", "expected_version": 1}]
        assert (await json_of(cleo, "/releases/check", entries=entries))["blocked"] is False
        made = await json_of(cleo, "/releases", entries=entries)
        assert made["release"] == 1
        assert [each["id"] for each in (await cleo.http.get("/v1/faq/releases")).json()["releases"]] == [1]
        assert (await json_of(cleo, "/releases/1/restore")) == {"release": 1}
        golden = await json_of(cleo, "/goldens", text="ahead?", expected="pre-order")
        headers = {"X-CSRF-Token": cleo.csrf}
        assert (await cleo.http.delete(f"/v1/faq/goldens/{golden['id']}", headers=headers)).status_code == 204
        assert (await cleo.http.get("/v1/faq/goldens")).json() == {"goldens": []}
        for action in ("review", "send-back", "archive", "take-up"):
            await json_of(cleo, f"/entries/pre-order/{action}", expected_version=1)
        deeds = (await cleo.http.get("/v1/faq/audit", params={"entry": "pre-order"})).json()["deeds"]
        assert [each["action"] for each in deeds] == ["take-up", "archive", "send-back", "review"]
        faq.breaking = ["x"]
        blocked = await cleo.http.post("/v1/faq/entries/pre-order/publish", json={}, headers=headers)
        assert (blocked.status_code, blocked.json()["report"]["blocked"]) == (409, True)
        forced = await json_of(cleo, "/entries/pre-order/publish", override="because")
        assert forced["live_after_ms"] is not None


def test_a_difference_is_told_by_field_and_by_word() -> None:
    old = Content(question="Do you wrap?", answer="Yes, for 3 euros.", phrasings=["a", "b"], tags=["x"])
    new = Content(question="Do you wrap?", answer="Yes, for 4 euros.", phrasings=["a", "c"], tags=["x"])
    found = {each.field: [(piece.kind, piece.text) for piece in each.pieces] for each in changes(old, new)}
    assert found == {
        "answer": [("same", "Yes, for "), ("gone", "3"), ("added", "4"), ("same", " euros.")],
        "phrasings": [("same", "a\n"), ("gone", "b\n"), ("added", "c\n")],
    }
    rewritten = old.model_copy(update={"answer": "No, we never did."})
    assert [(piece.kind, piece.text) for piece in changes(old, rewritten)[0].pieces] == [
        ("gone", "Yes, for 3 euros."),
        ("same", "\n"),
        ("added", "No, we never did."),
    ]
    assert changes(old, old) == []
    assert changes(Content(), new)[0].pieces == (Piece("added", "Do you wrap?"),)


async def test_a_file_is_looked_at_first_and_then_made_into_drafts(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        upload = {"file": ("faq.csv", "\ufeffone\ntwo\n".encode(), "text/csv")}
        told = await cleo.http.post("/faq/import", data={"csrf": cleo.csrf}, files=upload, headers=HTML)
        assert (told.status_code, "2 new, 0 changed, 0 as they are." in told.text) == (200, True)
        assert "one" not in faq.versions
        done = await cleo.post("/faq/import", text="one\ntwo\n", format="csv", action="save")
        assert "/faq/check?entry=one&amp;entry=two" in done.text
    assert (faq.live["one"], faq.live["two"]) == (None, None)


async def test_golden_questions_of_a_file_are_told_apart_from_its_entries(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        told = await cleo.post("/faq/import", text="one\n!is it golden\n", format="csv", action="check")
        assert "Entries: 1 new, 0 changed, 0 as they are." in told.text
        assert "Golden questions: 1 new, 0 changed, 0 as they are." in told.text
        assert "Import as drafts" in told.text
        done = await cleo.post("/faq/import", text="!is it golden\n", format="csv", action="save")
        assert "The golden questions hold from now on." in done.text
        assert "drafts" not in done.text.split('id="report"')[1].split("</section>")[0]


async def test_what_is_wrong_with_a_file_is_told_by_line_and_its_text_stays(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        told = await cleo.post("/faq/import", text="one\n?\n", format="csv", action="save")
        assert (told.status_code, "<b>Line 2</b> not a question" in told.text) == (422, True)
        assert "one\n?\n</textarea>" in told.text
        assert "Import as drafts" not in told.text
        upload = {"file": ("faq.csv", b"fine\n\xff\n", "text/csv")}
        bad = await cleo.http.post("/faq/import", data={"csrf": cleo.csrf}, files=upload, headers=HTML)
        assert (bad.status_code, "Line 2 is not UTF-8." in bad.text) == (422, True)
    assert "one" not in faq.versions


async def test_files_may_be_larger_than_other_bodies_and_have_a_limit_too(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        headers = {"X-CSRF-Token": cleo.csrf}
        for size, status in ((200_000, 200), (9_000_000, 413)):
            body = {"format": "csv", "text": "x" * size}
            assert (await cleo.http.post("/v1/faq/import", json=body, headers=headers)).status_code == status


async def test_an_export_is_a_file(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        for path in ("/faq/export", "/v1/faq/export"):
            file = await cleo.http.get(path, params={"format": "markdown"})
            assert file.headers["content-disposition"] == 'attachment; filename="faq.md"'
            assert file.text == "markdown: return-window, gift-wrap\n"
        assert (await cleo.http.get("/v1/faq/export", params={"format": "exe"})).status_code == 422
