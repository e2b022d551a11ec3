"""The studio's client against the real FAQ service and the fake of the other tests: both must do the same."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from api.curation.client import FaqClient, FaqUnavailable
from api.curation.release_schemas import NewGolden, Wish
from api.curation.schemas import Asker, Content, Draft
from common.problems import Problem
from faq.app import create_app
from faq.encoder.hashing import HashingEncoder
from faq.settings import FaqSettings
from tests.fakes.faq import FakeFaq
from tests.fakes.server import App, loopback_client, served

SECRET = "between-us"
WINDOW = Content(
    question="How long can I return an item", phrasings=["return deadline"], answer="{{ return_window }}.", category="x"
)


def real(fresh_database: Callable[[str, str], str], folder: Path) -> App:
    url = fresh_database("faq", "faq")
    settings = FaqSettings(_env_file=None, data=folder, database_url=url, internal_secret=SecretStr(SECRET))
    return create_app(settings, encoder=HashingEncoder())


@pytest_asyncio.fixture(params=["real", "fake"])
async def client(
    request: pytest.FixtureRequest, fresh_database: Callable[[str, str], str], tmp_path: Path
) -> AsyncIterator[FaqClient]:
    app = real(fresh_database, tmp_path) if request.param == "real" else FakeFaq(SECRET).app
    async with served(app) as url, loopback_client() as http:
        yield FaqClient(http, url, SecretStr(SECRET))


async def test_an_entry_is_written_published_changed_rolled_back_and_taken_away(client: FaqClient) -> None:
    made = await client.create("return-window", WINDOW, author="cleo")
    assert (made.version, made.status, made.live, made.author) == (1, "draft", None, "cleo")
    await client.publish([Wish(entry="return-window", expected_version=1)], author="cleo", override=None)
    assert (await client.entry("return-window")).live == 1
    changed = WINDOW.model_copy(update={"answer": "Forty days."})
    saved = await client.save("return-window", changed, expected_version=1, author="carl")
    assert (saved.version, saved.live, saved.unpublished_changes) == (2, 1, True)
    assert (await client.entry("return-window")).answer == "Forty days."
    await client.publish([Wish(entry="return-window", expected_version=2)], author="carl", override=None)
    back = await client.roll_back("return-window", 1, expected_version=2, author="cleo")
    assert (back.answer, back.live) == ("{{ return_window }}.", 3)
    assert back.note is not None
    assert sorted(each.version for each in await client.versions("return-window")) == [1, 2, 3]
    assert (await client.unpublish("return-window", expected_version=3, author="cleo")).live is None
    assert [each.id for each in await client.entries()] == ["return-window"]


async def test_what_is_live_is_what_the_try_out_finds(client: FaqClient) -> None:
    await client.create("return-window", WINDOW, author="cleo")
    await client.publish([Wish(entry="return-window")], author="cleo", override=None)
    trial = await client.try_out("how long can i return an item", Asker())
    assert trial.candidates[0].entry == "return-window"
    assert trial.candidates[0].answer == "{{ return_window }}."
    assert trial.candidates[0].nearest
    assert trial.why


async def test_hints_come_for_what_is_not_saved_yet(client: FaqClient) -> None:
    other = WINDOW.model_copy(update={"question": "Something else", "phrasings": ["money back when"]})
    await client.create("return-window", other, author="cleo")
    await client.publish([Wish(entry="return-window")], author="cleo", override=None)
    draft = Draft(question="When do I get money?", answer="Soon.", phrasings=["money back when"])
    hints = await client.hints(draft)
    assert [(each.text, each.entry) for each in hints.near] == [("money back when", "return-window")]
    assert (await client.hints(draft.model_copy(update={"entry": "return-window"}))).near == []


async def test_a_release_is_checked_made_listed_and_gone_back_to(client: FaqClient) -> None:
    await client.create("return-window", WINDOW, author="cleo")
    wish = Wish(entry="return-window", expected_version=1)
    golden = await client.add_golden(NewGolden(text="how long", expected="return-window"), author="cleo")
    assert [each.id for each in await client.goldens()] == [golden.id]
    await client.remove_golden(golden.id, author="cleo")
    assert (await client.check([wish])).blocked is False
    made = await client.publish([wish], author="cleo", override=None)
    changed = WINDOW.model_copy(update={"answer": "Forty days."})
    await client.save("return-window", changed, expected_version=1, author="carl")
    await client.publish([Wish(entry="return-window")], author="carl", override=None)
    found = await client.releases(before=None, limit=10)
    assert [(each.author, each.steps[0].before, each.steps[0].version) for each in found] == [
        ("carl", 1, 2),
        ("cleo", None, 1),
    ]
    assert [each.id for each in await client.releases(before=found[0].id, limit=10)] == [made.release]
    await client.restore(made.release, author="cleo")
    assert (await client.entry("return-window")).live == 1
    with pytest.raises(Problem) as stale:
        await client.publish([wish], author="cleo", override=None)
    assert stale.value.code == "stale_version"


async def test_an_entry_is_reviewed_and_put_away_and_each_deed_is_noted(client: FaqClient) -> None:
    await client.create("return-window", WINDOW, author="cleo")
    statuses = []
    for action in ("review", "send-back", "archive", "take-up"):
        done = await client.act("return-window", action, expected_version=1, author="carl", note=None)
        statuses.append(done.status)
    assert statuses == ["review", "draft", "archived", "draft"]
    deeds = await client.audit(entry="return-window", before=None, limit=3)
    assert [each.author for each in deeds] == ["carl"] * 3
    older = await client.audit(entry="return-window", before=deeds[-1].id, limit=1)
    assert older[0].id < deeds[-1].id


async def test_refusals_arrive_with_their_codes(client: FaqClient) -> None:
    await client.create("return-window", WINDOW, author="cleo")
    with pytest.raises(Problem) as stale:
        await client.save("return-window", WINDOW, expected_version=9, author="carl")
    assert (stale.value.status, stale.value.code) == (409, "stale_version")
    assert stale.value.extra["current_version"] == 1
    with pytest.raises(Problem) as taken:
        await client.create("return-window", WINDOW.model_copy(update={"question": "Another one"}), author="carl")
    assert (taken.value.status, taken.value.code) == (409, "entry_exists")
    with pytest.raises(Problem) as invalid:
        await client.create("empty", Content(question="A question"), author="carl")
    assert (invalid.value.status, invalid.value.code) == (422, "invalid_entry")
    assert "answer" in invalid.value.extra["field_errors"]
    with pytest.raises(Problem) as missing:
        await client.entry("nothing")
    assert (missing.value.status, missing.value.code) == (404, "not_found")


async def test_with_nobody_there_or_the_wrong_secret_the_service_is_unavailable() -> None:
    async with loopback_client() as http:
        with pytest.raises(FaqUnavailable):
            await FaqClient(http, "http://127.0.0.1:9", SecretStr(SECRET)).entries()
        async with served(FakeFaq(SECRET).app) as url:
            with pytest.raises(FaqUnavailable):
                await FaqClient(http, url, SecretStr("wrong")).entries()
