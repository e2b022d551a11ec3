"""How each version of an entry does."""

import csv
import io
from typing import Any

from common.database import Pool
from tests.api_staff.site import Person, Site
from tests.insight.conftest import Talks


async def statistics(cleo: Person, entry: str) -> dict[str, Any]:
    found: dict[str, Any] = (await cleo.http.get(f"/v1/faq/entries/{entry}/statistics")).json()
    return found


async def test_an_entry_that_nobody_was_shown_has_no_figures_and_says_so(talks: Talks, cleo: Person) -> None:
    assert talks.rasa.calls == []
    found = await statistics(cleo, "never-shown")
    assert found["versions"] == []
    assert [week["shown"] for week in found["weeks"]] == [0] * 12
    assert "Nobody was shown this entry yet" in (await cleo.open("/faq/entries/return-window/statistics")).text


async def test_each_version_has_its_own_figures(talks: Talks, site: Site, cleo: Person, pool: Pool) -> None:
    async with site.customer() as emma, site.customer() as liam:
        first = await talks.ask(emma, "how long can I return", "answered", answers="return-window", version=3)
        await talks.rate(emma, first, 1)
        second = await talks.ask(emma, "return until when", "answered", answers="return-window", version=4)
        await talks.rate(emma, second, 0)
        await talks.ask(liam, "returns", "clarified")
        await talks.choose(liam, "return-window")
        await liam.ask_for_a_person()
        await talks.ask(emma, "do you wrap gifts", "answered", answers="gift-wrap")
        async with pool.connection() as connection:
            await connection.execute(
                "UPDATE shown_answers SET shown_at = shown_at - interval '7 days' WHERE version = 3"
            )
        found = await statistics(cleo, "return-window")
        keys = ("version", "shown", "helpful", "not_helpful", "handed_off")
        assert [tuple(version[key] for key in keys) for version in found["versions"]] == [
            (4, 1, 0, 1, 0),
            (3, 1, 1, 0, 0),
            (1, 1, 0, 0, 1),
        ]
        assert [(week["shown"], week["handed_off"]) for week in found["weeks"][-2:]] == [(1, 0), (2, 1)]
        page = (await cleo.open("/faq/entries/return-window/statistics")).text
        assert "(100 %)" in page


async def test_all_entries_are_compared_and_go_out_as_a_table_of_their_versions(
    talks: Talks, site: Site, cleo: Person, pool: Pool
) -> None:
    assert "Customers were shown nothing yet" in (await cleo.open("/faq/figures")).text
    async with site.customer() as emma:
        first = await talks.ask(emma, "how long can I return", "answered", answers="return-window", version=3)
        await talks.rate(emma, first, 1)
        async with pool.connection() as connection:
            await connection.execute("UPDATE shown_answers SET shown_at = shown_at - interval '30 days'")
        await talks.ask(emma, "return until when", "answered", answers="return-window")
    [use] = (await cleo.http.get("/v1/faq/figures")).json()["entries"]
    assert use == {
        "entry": "return-window",
        "shown": 2,
        "helpful": 1,
        "not_helpful": 0,
        "handed_off": 0,
        "lately": 1,
        "before": 1,
    }
    page = (await cleo.open("/faq/figures")).text
    assert ("1 live entry was never shown" in page, "/faq/entries/gift-wrap" in page) == (True, True)
    file = await cleo.http.get("/faq/figures.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(file.text)))
    keys = ("entry", "version", "live", "shown", "helpful")
    assert [tuple(row[key] for key in keys) for row in rows] == [
        ("gift-wrap", "1", "yes", "0", "0"),
        ("return-window", "3", "no", "1", "1"),
        ("return-window", "1", "yes", "1", "0"),
    ]


async def test_what_was_asked_in_vain_goes_out_as_a_table_in_which_nothing_is_a_formula(
    talks: Talks, site: Site, cleo: Person
) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "=can I bring my dog", "unknown")
    rows = list(csv.DictReader(io.StringIO((await cleo.http.get("/faq/unanswered.csv")).text)))
    assert [(row["question"], row["times"], row["reasons"]) for row in rows] == [
        ("'=can I bring my dog", "1", "unknown")
    ]
