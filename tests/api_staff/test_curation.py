import re

import pytest

from api.curation.service import unknown_placeholders
from api.staff.models import Role
from backends.errors import Unavailable
from common.placeholders import fill
from tests.api_staff.site import HTML, Site
from tests.fakes.customers import CustomerShop
from tests.fakes.faq import FakeFaq

ENTRY = "/faq/entries/return-window"
HX = {"HX-Request": "true"}


def fields(**changes: object) -> dict[str, object]:
    standing = {"question": "How long can I return", "phrasings": "return time\nsend back until when", "language": "en"}
    return standing | {"answer": "You have {{ return_window }}.", "category": "returns"} | changes


async def test_the_list_is_searched_and_filtered(site: Site, faq: FakeFaq) -> None:
    faq.add("pre-order", "Can I order ahead", "Yes.", live=False, category="orders")
    faq.add("cadeau", "Emballez-vous les cadeaux", "Oui.", language="fr")
    async with site.person("cleo", Role.CURATOR) as cleo:
        for query, found in [
            ({}, {"return-window", "gift-wrap", "pre-order", "cadeau"}),
            ({"language": "fr"}, {"cadeau"}),
            ({"language": "en", "category": "orders"}, {"gift-wrap", "pre-order"}),
            ({"q": "gifts WRAP"}, {"gift-wrap"}),
            ({"category": "orders"}, {"gift-wrap", "pre-order"}),
            ({"status": "draft"}, {"pre-order"}),
            ({"q": "nothing like it"}, set()),
        ]:
            page = (await cleo.open("/faq", **query)).text
            assert set(re.findall(r"/faq/entries/([\w-]+)", page)) == found


async def test_an_edit_is_saved_and_published_in_one_step_and_the_time_is_told(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        answer = await cleo.post(ENTRY, **fields(answer="Now 40 days.", expected_version=1, action="publish"))
        assert answer.status_code == 303
        page = (await cleo.open(answer.headers["location"])).text
    assert re.search(r"Customers get this answer since \d+ ms", page)
    assert faq.live["return-window"] == 2
    saved = faq.versions["return-window"][1]
    assert (saved["answer"], saved["author"]) == ("Now 40 days.", "cleo")
    assert saved["phrasings"] == ["return time", "send back until when"]


async def test_a_draft_changes_nothing_for_customers(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        answer = await cleo.post(ENTRY, **fields(answer="Not yet.", expected_version=1, action="draft"))
        page = (await cleo.open(answer.headers["location"])).text
    assert faq.live["return-window"] == 1
    assert "Saved as a draft" in page
    assert "unpublished changes" in page


async def test_a_new_entry_gets_a_name_and_goes_live(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        await cleo.open("/faq/new")
        new = fields(question="Do you ship abroad", id="shipping-abroad", action="publish")
        answer = await cleo.post("/faq/new", **new)
        assert answer.headers["location"].startswith("/faq/entries/shipping-abroad?live_after_ms=")
    assert faq.live["shipping-abroad"] == 1


async def test_of_two_curators_the_slower_sees_both_texts_and_loses_nothing(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo, site.person("carl", Role.CURATOR) as carl:
        await cleo.post(ENTRY, **fields(answer="Cleo was here.", audience="signed_in", expected_version=1))
        late = await carl.post(ENTRY, **fields(answer="Carl was late.", expected_version=1))
        assert late.status_code == 409
        assert "Cleo saved this entry while you were writing" in late.text
        told = late.text.split('<dl class="theirs">')[1].split("</dl>")[0]
        assert [field for field in ("Question", "Answer", "Audience") if f"<dt>{field}</dt>" in told] == [
            "Answer",
            "Audience",
        ]
        assert "<ins>Cleo was here.</ins>" in told
        assert "<ins>signed_in</ins>" in told
        assert "Carl was late.</textarea>" in late.text
        assert 'name="expected_version" value="2"' in late.text
        again = await carl.post(ENTRY, **fields(answer="Carl took it over.", expected_version=2))
        assert again.status_code == 303
    answers = [version["answer"] for version in faq.versions["return-window"]]
    assert answers[1:] == ["Cleo was here.", "Carl took it over."]


async def test_near_duplicates_are_pointed_out(site: Site, faq: FakeFaq) -> None:
    faq.add("refund-time", "When is my refund there", "Soon.", phrasings=["money back when"])
    async with site.person("cleo", Role.CURATOR) as cleo:
        page = await cleo.post(ENTRY, **fields(phrasings="money back when", expected_version=1))
    assert page.status_code == 200
    assert "Customers already ask other entries like this" in page.text
    assert "/faq/entries/refund-time" in page.text


async def test_hints_are_given_while_writing_and_save_nothing(site: Site, faq: FakeFaq) -> None:
    faq.add("refund-time", "When is my refund there", "Soon.", phrasings=["money back when"])
    async with site.person("cleo", Role.CURATOR) as cleo:
        body = fields(phrasings="money back when", entry="return-window", expected_version=1)
        page = (await cleo.post("/faq/hints", **body)).text
        assert "1 phrasing says nearly what another live entry is asked" in page
        assert "which answers something else: <q>Another.</q>" in page
        headers = {"X-CSRF-Token": cleo.csrf}
        draft = {"question": "New", "answer": "x", "phrasings": ["money back when"]}
        found = (await cleo.http.post("/v1/faq/hints", json=draft, headers=headers)).json()
        assert [each["entry"] for each in found["near"]] == ["refund-time"]
        faq.failing = True
        for path in ("/faq/hints", "/faq/missing"):
            away = await cleo.post(path, **body)
            assert (away.status_code, "right now" in away.text) == (200, path == "/faq/hints")
    assert len(faq.versions["return-window"]) == 1


async def test_what_is_wrong_stands_beside_the_field_and_nothing_is_lost(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        page = await cleo.post(ENTRY, **fields(answer="", question="A good question", expected_version=1))
        assert page.status_code == 422
        assert "Answer is empty." in page.text
        assert 'value="A good question"' in page.text
        taken = await cleo.post("/faq/new", **fields(id="gift-wrap"))
        assert taken.status_code == 409
        assert "There is an entry gift-wrap already." in taken.text


async def test_an_earlier_version_is_put_live_again(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        await cleo.post(ENTRY, **fields(answer="A mistake.", expected_version=1, action="publish"))
        page = (await cleo.open(ENTRY)).text
        assert "Put version 1 live" in page
        answer = await cleo.post(f"{ENTRY}/rollback", version=1, expected_version=2)
        assert "live_after_ms=" in answer.headers["location"]
    assert faq.live["return-window"] == 3
    assert faq.versions["return-window"][2]["answer"] == "You have {{ return_window }}."


async def test_a_rollback_that_somebody_overtook_is_not_done(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        await cleo.post(ENTRY, **fields(answer="Newer.", expected_version=1))
        answer = await cleo.post(f"{ENTRY}/rollback", version=1, expected_version=1)
        assert "Somebody else changed this entry" in (await cleo.open(answer.headers["location"])).text
    assert faq.live["return-window"] == 1


async def test_unpublishing_takes_it_from_customers(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        answer = await cleo.post(f"{ENTRY}/unpublish", expected_version=1)
        assert "no longer answers with this entry" in (await cleo.open(answer.headers["location"])).text
    assert faq.live["return-window"] is None


@pytest.mark.parametrize("headers", [HTML, HX])
async def test_the_try_out_shows_the_decision_and_the_filled_answer(
    site: Site, faq: FakeFaq, headers: dict[str, str]
) -> None:
    faq.add("bold", "bold", "Customers read **no** stars.")
    async with site.person("cleo", Role.CURATOR) as cleo:
        page = await cleo.http.get("/faq/try", params={"q": "how long can i return this"}, headers=headers)
        assert ("<html" in page.text) is (headers is HTML)
        assert "You have 30 days." in page.text
        assert "83 %" in page.text
        assert "Because of its words." in page.text
        assert "Nearest phrasings" in page.text
        assert "<strong>no</strong>" in (await cleo.http.get("/faq/try", params={"q": "bold"}, headers=headers)).text
        silent = await cleo.http.get("/faq/try", params={"q": "what is the weather"}, headers=headers)
        assert "stays silent" in silent.text


async def test_placeholders_stand_with_their_values_and_unknown_ones_are_named(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        page = (await cleo.open(ENTRY)).text
        assert re.search(r"\{return_window\}</code></dt><dd>30 days", page)
        await cleo.post(ENTRY, **fields(answer="See {{ magic_number }}.", expected_version=1))
        assert "The shop has no value for magic_number." in (await cleo.open(ENTRY)).text


async def test_an_answer_with_an_unknown_placeholder_is_saved_and_not_published(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        held = await cleo.post(ENTRY, **fields(answer="{magic_number} days.", expected_version=1, action="publish"))
        assert (held.status_code, "the shop has no value for {magic_number}" in held.text) == (422, True)
        headers = {"X-CSRF-Token": cleo.csrf}
        refused = await cleo.http.post("/v1/faq/entries/return-window/publish", json={}, headers=headers)
        assert (refused.json()["code"], refused.json()["placeholders"]) == ("unknown_placeholder", ["magic_number"])
    assert faq.live["return-window"] == 1
    assert faq.versions["return-window"][1]["answer"] == "{magic_number} days."


async def test_while_the_shop_is_down_only_placeholders_that_were_live_before_go_live(
    site: Site, faq: FakeFaq, shop: CustomerShop
) -> None:
    shop.fail_with = Unavailable()
    async with site.person("cleo", Role.CURATOR) as cleo:
        held = await cleo.post(ENTRY, **fields(answer="{gift_wrap_fee}", expected_version=1, action="publish"))
        assert (held.status_code, "nobody knows whether it has a value for {gift_wrap_fee}" in held.text) == (422, True)
    assert faq.live["return-window"] == 1


async def test_every_field_of_an_entry_is_written_in_the_form(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        await cleo.post(
            ENTRY,
            **fields(
                expected_version=1,
                tags="summer, Sale",
                audience="tier",
                tiers="Leaf, Grove",
                valid_from="2027-06-01",
                valid_until="2027-08-31",
                related="gift-wrap",
                button_skill="return_start",
                button_title="Start a return",
            ),
        )
        page = (await cleo.open(ENTRY)).text
        assert 'value="summer, Sale"' in page
        assert 'value="2027-08-31"' in page
        assert "Start a return" in page
        listed = (await cleo.open("/faq", tag="summer")).text
        assert "/faq/entries/return-window" in listed
        assert "/faq/entries/gift-wrap" not in listed
    saved = faq.versions["return-window"][1]
    assert (saved["tags"], saved["audience"], saved["tiers"]) == (["summer", "Sale"], "tier", ["Leaf", "Grove"])
    assert (saved["valid_from"], saved["valid_until"]) == ("2027-06-01", "2027-08-31")
    assert saved["button"] == {"title": "Start a return", "skill": "return_start"}


async def test_the_preview_shows_markdown_with_the_shops_values_and_no_markup_of_its_own(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        answer = "**{return_window}** [shop](https://shop.example) <script>x</script> {magic}"
        headers = HTML | {"X-CSRF-Token": cleo.csrf}
        page = (await cleo.http.post("/faq/preview", data={"answer": answer}, headers=headers)).text
    assert "<strong>30 days</strong>" in page
    assert 'href="https://shop.example"' in page
    assert "<script>" not in page
    assert "The shop has no value for magic." in page


async def test_with_the_shop_down_entries_can_still_be_written(site: Site, shop: CustomerShop, faq: FakeFaq) -> None:
    shop.fail_with = Unavailable()
    async with site.person("cleo", Role.CURATOR) as cleo:
        assert "values can't be shown" in re.sub(r"&#39;", "'", (await cleo.open(ENTRY)).text)
        await cleo.post(ENTRY, **fields(expected_version=1, action="publish"))
    assert faq.live["return-window"] == 2


async def test_with_the_faq_service_down_the_page_says_so(site: Site, faq: FakeFaq) -> None:
    faq.failing = True
    async with site.person("cleo", Role.CURATOR) as cleo:
        for path in ("/faq", ENTRY, "/faq/new", "/faq/try?q=hello"):
            page = await cleo.open(path, 503)
            assert "The FAQ service does not answer right now." in page.text
        answer = await cleo.http.get("/v1/faq/entries")
        assert (answer.status_code, answer.json()["code"]) == (503, "faq_unavailable")


async def test_an_entry_that_does_not_exist_is_not_found(site: Site) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        assert "There is no entry nothing." in (await cleo.open("/faq/entries/nothing", 404)).text


async def test_markup_in_an_entry_is_shown_as_text(site: Site, faq: FakeFaq) -> None:
    faq.add("evil", "<script>alert(1)</script>", "</textarea><script>alert(2)</script>", category='"><script>')
    async with site.person("cleo", Role.CURATOR) as cleo:
        for path in ("/faq", "/faq/entries/evil", "/faq/try?q=<script>alert(1)</script>"):
            assert not re.search(r"<script(?! src=)", (await cleo.open(path)).text)


async def test_the_json_of_the_studio_does_what_the_pages_do(site: Site, faq: FakeFaq) -> None:
    async with site.person("cleo", Role.CURATOR) as cleo:
        headers = {"X-CSRF-Token": cleo.csrf}
        listed = (await cleo.http.get("/v1/faq/entries", params={"q": "gift"})).json()["entries"]
        assert [entry["id"] for entry in listed] == ["gift-wrap"]
        body = {"question": "Who are you", "answer": "A shop.", "phrasings": [], "id": "who"}
        made = await cleo.http.post("/v1/faq/entries", json=body, headers=headers)
        assert (made.status_code, made.json()["status"]) == (201, "draft")
        live = await cleo.http.post("/v1/faq/entries/who/publish", json={"expected_version": 1}, headers=headers)
        assert live.json()["live_after_ms"] >= 0
        stale = await cleo.http.put("/v1/faq/entries/who", json=body | {"expected_version": 7}, headers=headers)
        assert (stale.status_code, stale.json()["code"], stale.json()["current_version"]) == (409, "stale_version", 1)
        changed = await cleo.http.put(
            "/v1/faq/entries/who", json=body | {"answer": "We.", "expected_version": 1}, headers=headers
        )
        assert changed.json()["version"] == 2
        back = await cleo.http.post("/v1/faq/entries/who/rollback", json={"version": 1}, headers=headers)
        assert back.json()["entry"]["answer"] == "A shop."
        versions = (await cleo.http.get("/v1/faq/entries/who/versions")).json()["entries"]
        assert [entry["version"] for entry in versions] == [3, 2, 1]
        await cleo.http.post("/v1/faq/entries/who/unpublish", json={}, headers=headers)
        assert (await cleo.http.get("/v1/faq/entries/who")).json()["live"] is None
        tried = (await cleo.http.get("/v1/faq/try", params={"q": "return"})).json()
        assert tried["candidates"][0]["entry"] == "return-window"
    assert faq.live["who"] is None


def test_a_placeholder_without_a_value_stays_as_it_is() -> None:
    assert fill("{{ fee }} or {fee}, {{ other }} {Fee}", {"fee": "€1"}) == "€1 or €1, {{ other }} {Fee}"
    assert unknown_placeholders("{{ fee }} {{ other }}", {"fee": "€1"}) == ["other"]
    assert unknown_placeholders("{{ other }}", None) == []
