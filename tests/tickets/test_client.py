"""What the client makes of a helpdesk's answers, good and bad."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from api.settings import ApiSettings
from api.tickets.errors import Away, Refused
from api.tickets.helpdesk import PAGE, Helpdesk, first_line, plain, read_follow_up, read_ticket
from api.tickets.watcher import is_answer
from tests.fakes.helpdesk import ScriptedHelpdesk, answer, follow_up, ticket
from tests.fakes.server import loopback_client, served

ACCOUNT = 1


@pytest.fixture
def there() -> ScriptedHelpdesk:
    return ScriptedHelpdesk()


@pytest_asyncio.fixture
async def helpdesk(there: ScriptedHelpdesk) -> AsyncIterator[Helpdesk]:
    async with served(there.app) as url, loopback_client() as http:
        yield Helpdesk(http, f"{url}/", "secret", queue=1)


@pytest.mark.parametrize(
    ("status", "altogether"),
    [(500, False), (502, False), (503, True), (429, True), (401, True), (403, True), (408, True)],
)
async def test_what_may_work_later_is_away(
    helpdesk: Helpdesk, there: ScriptedHelpdesk, status: int, altogether: bool
) -> None:
    there.then(answer(status, {}, Retry_After="17"))
    with pytest.raises(Away, match=str(status)) as caught:
        await helpdesk.newest()
    assert (caught.value.altogether, caught.value.after) == (altogether, 17.0)


@pytest.mark.parametrize("status", [400, 404, 405, 413, 301])
async def test_what_will_never_work_is_refused(helpdesk: Helpdesk, there: ScriptedHelpdesk, status: int) -> None:
    there.then(answer(status, {"ticket": ["Invalid"]}))
    with pytest.raises(Refused, match=str(status)):
        await helpdesk.say(5, "hello", public=True)


@pytest.mark.parametrize("content", [[], "text", None])
async def test_garbage_is_away(helpdesk: Helpdesk, there: ScriptedHelpdesk, content: object) -> None:
    there.then(answer(200, content))
    with pytest.raises(Away, match="no JSON"):
        await helpdesk.newest()


async def test_nobody_listening_is_away_for_everything() -> None:
    async with loopback_client() as http:
        with pytest.raises(Away) as caught:
            await Helpdesk(http, "http://127.0.0.1:9", "secret", queue=1).newest()
    assert caught.value.altogether


async def test_a_ticket_is_found_pages_back_and_older_ones_are_not_read(
    helpdesk: Helpdesk, there: ScriptedHelpdesk
) -> None:
    line = "AC-100007 · conversation x"
    there.tickets = [ticket(number, f"{line}\n\nold") for number in range(1, 3)]
    there.tickets += [ticket(number, f"another {line}") for number in range(3, 4 * PAGE)]
    wanted = there.tickets[PAGE + 50] = ticket(PAGE + 51, f"{line}\r\n\r\nours")
    found = await helpdesk.find(line, after=PAGE + 10)
    assert found
    assert found.id == wanted["id"]
    assert len(there.asked) == 3, "the page that holds `after` is the last one asked for"
    assert await helpdesk.find(line, after=PAGE + 51) is None


async def test_nothing_is_found_where_nothing_is(helpdesk: Helpdesk) -> None:
    assert await helpdesk.find("AC-1", after=0) is None
    assert await helpdesk.newest() == 0


async def test_open_tickets_are_asked_first_and_a_missing_one_is_none(
    helpdesk: Helpdesk, there: ScriptedHelpdesk
) -> None:
    there.then(answer(404, {}), answer(200, ticket(5, status=3)), answer(404, {}), answer(404, {}))
    found = await helpdesk.ticket(5)
    assert found
    assert found.closed
    assert await helpdesk.ticket(6) is None
    assert ["status" in each for each in there.asked] == [True, False, True, False]


@pytest.mark.parametrize(
    ("members", "shown"),
    [
        ({}, True),
        ({"public": False}, False),
        ({"user": ACCOUNT}, False),
        ({"user": None}, False),
        ({"comment": " \r\n "}, False),
        ({"comment": None}, False),
        ({"message_id": "<1@mail.example>"}, False),
    ],
)
def test_only_public_words_of_people_who_work_there_are_for_the_customer(
    members: dict[str, object], shown: bool
) -> None:
    assert is_answer(read_follow_up(follow_up(9, **members)), ACCOUNT) is shown


def test_an_edited_follow_up_is_told_again_only_if_its_words_changed() -> None:
    before, moved, changed = (
        read_follow_up(follow_up(number, comment=text)) for number, text in [(1, "Hello"), (2, "Hello"), (3, "Hello!")]
    )
    assert before.key == moved.key
    assert before.key != changed.key


def test_follow_ups_come_in_the_order_in_which_they_were_added() -> None:
    read = read_ticket(ticket(1, followup_set=[follow_up(3, user=9), follow_up(2, user=ACCOUNT)]))
    assert [each.id for each in read.follow_ups] == [2, 3]
    assert read.author == ACCOUNT


@pytest.mark.parametrize(
    "text", ["{{ ticket.secret_key }}", "{% now %}", "{# gone #}", "{{ }}", "{%", "%}", "see #12", "}}"]
)
def test_nothing_that_the_helpdesk_would_act_on_stays_in_a_text(text: str) -> None:
    shown = plain(text)
    assert shown.replace("\u2060", "") == text
    assert not any(special in shown for special in ("{{", "{%", "{#", "}}", "%}", "#}", "#1"))


def test_ordinary_text_stays_as_it_is() -> None:
    text = "50 % off {size: 40} # 1 {a} \n second line #no"
    assert plain(text) == text


def test_the_first_line_is_found_whatever_ends_lines_there() -> None:
    assert first_line("\r\nAC-1 · x\r\n\r\nmore") == first_line("AC-1 · x") == "AC-1 · x"


@pytest.mark.parametrize(
    "given",
    [
        {"desk": "helpdesk"},
        {"desk": "helpdesk", "helpdesk_url": "https://helpdesk.example"},
        {"helpdesk_webhook_secret": SecretStr("short")},
        {"helpdesk_queues": "weather=3"},
        {"helpdesk_names": "Nora=7"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ApiSettings(_env_file=None, **given)


def test_queues_and_names_are_read_as_they_are_written() -> None:
    settings = ApiSettings(_env_file=None, helpdesk_queues="returns=3, refunds=4", helpdesk_names="7=Nora, 9=Sam K.")
    assert dict(settings.helpdesk_queues) == {"returns": 3, "refunds": 4}
    assert dict(settings.helpdesk_names) == {7: "Nora", 9: "Sam K."}
