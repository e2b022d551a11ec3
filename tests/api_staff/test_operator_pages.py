"""What operators set and see in a browser without JavaScript."""

import re
from uuid import UUID, uuid4

from api.staff.models import Role
from tests.api_staff.site import PASSWORD, Person, Site


async def given(site: Site, name: str) -> tuple[list[str], list[str], int]:
    staff = next(staff for staff, _ in await site.staff.everyone() if staff.name == name)
    return sorted(staff.skills), sorted(staff.languages), staff.capacity


async def test_an_operator_says_what_an_advisor_is_given(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.person("olga", Role.OPERATOR) as olga:
        fields = {"skills": ["orders", "returns"], "languages": " EN, pt ", "capacity": "2"}
        answer = await olga.post("/advisors/ada", **fields)
        assert answer.headers["location"] == "/advisors?saved=ada"
        page = await olga.open("/advisors", saved="ada")
        assert "Saved what Ada is given." in page.text
        assert await given(site, "ada") == (["orders", "returns"], ["en", "pt"], 2)
        assert 'value="en, pt"' in page.text
        assert re.findall(r'value="(\w+)" checked', page.text) == ["orders", "returns"]
        await olga.post("/advisors/ada", languages="", capacity="0")
        assert await given(site, "ada") == ([], [], 0)
        entries = (await olga.http.get("/v1/audit", params={"action": "staff"})).json()["items"]
    assert [(each["actor_id"], each["subject"], each["evidence"]["capacity"]) for each in entries[:2]] == [
        ("olga", "ada", 0),
        ("olga", "ada", 2),
    ]


async def test_a_form_that_is_not_understood_changes_nothing_and_keeps_what_was_filled_in(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    before = await given(site, "ada")
    async with site.person("olga", Role.OPERATOR) as olga:
        for languages, capacity in [("english", "3"), ("en", "51"), ("en", "-1"), ("en", "many"), ("en", "")]:
            page = await olga.post("/advisors/ada", skills=["orders"], languages=languages, capacity=capacity)
            assert page.status_code == 422
            assert 'role="alert"' in page.text
            assert f'value="{languages}"' in page.text
        assert (await olga.post("/advisors/ada", skills=["weather"], languages="", capacity="3")).status_code == 422
    assert await given(site, "ada") == before


async def test_only_advisors_are_listed_and_where_they_are(site: Site) -> None:
    await site.staff.add("ben", "Ben", [Role.ADVISOR], PASSWORD)
    await site.staff.set_active("ben", active=False)
    await site.staff.add("cleo", "Cleo", [Role.CURATOR], PASSWORD)
    async with site.person("ada", Role.ADVISOR) as ada, site.person("olga", Role.OPERATOR) as olga:
        await ada.open("/desk")
        async with site.customer() as customer:
            await customer.ask_for_a_person()
            await ada.post(f"/desk/conversations/{customer.id}/claim")
            page = await olga.open("/advisors")
        assert re.findall(r"<h2[^>]*>(\w+)</h2>", page.text) == ["Ada", "Ben"]
        assert re.findall(r"at the desk|disabled", page.text) == ["at the desk", "disabled"]
        assert "1 of 4 conversations" in page.text
        assert (await olga.post("/advisors/cleo", capacity="1")).status_code == 404


async def dead_letter(site: Site, address: str) -> UUID:
    """Put one there as the worker leaves it behind, for a channel that nobody delivers."""
    async with site.customer() as customer:
        await customer.say("hello")
        letter = uuid4()
        async with site.app.state.services.pool.connection() as connection:
            await connection.execute("INSERT INTO outbox_channels (channel) VALUES ('pigeon') ON CONFLICT DO NOTHING")
            await connection.execute(
                "INSERT INTO outbox (id, conversation_id, seq, channel, address, state, attempts, problem, finished_at)"
                " VALUES (%s, %s, 1, 'pigeon', %s, 'dead', 12, 'no wind', now())",
                (letter, customer.id, address),
            )
    return letter


async def states(site: Site) -> list[str]:
    async with site.app.state.services.pool.connection() as connection:
        rows = await connection.execute("SELECT state FROM outbox WHERE channel = 'pigeon' ORDER BY address")
        return [row["state"] for row in await rows.fetchall()]


async def send_again(olga: Person, letter: UUID) -> str:
    page = await olga.open((await olga.post(f"/outbox/dead/{letter}/resend")).headers["location"])
    return page.text


async def test_an_operator_sees_what_was_given_up_and_sends_it_again(site: Site) -> None:
    async with site.person("olga", Role.OPERATOR) as olga:
        assert "Nothing was given up" in (await olga.open("/outbox")).text
        first = await dead_letter(site, "a@<b>example.com")
        page = (await olga.open("/outbox")).text
        assert "a@&lt;b&gt;example.com" in page
        assert "no wind" in page
        assert "Pigeon: 0 on the way, 1 given up" in page
        assert "On its way again" in await send_again(olga, first)
        assert await states(site) == ["pending"]
        assert "no longer here" in await send_again(olga, first)
        [entry] = (await olga.http.get("/v1/audit", params={"action": "outbox"})).json()["items"][:1]
    assert (entry["actor_id"], entry["subject"]) == ("olga", str(first))


async def test_after_an_outage_everything_is_sent_again_at_once(site: Site) -> None:
    async with site.person("olga", Role.OPERATOR) as olga:
        for address in ("a", "b", "c"):
            await dead_letter(site, address)
        await olga.post("/outbox/resend")
        assert await states(site) == ["pending"] * 3
        assert "Nothing was given up" in (await olga.open("/outbox", notice="all")).text
