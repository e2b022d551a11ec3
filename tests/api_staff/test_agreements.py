"""What advisors agree on with customers, at the desk: pages without JavaScript, and the same for programs."""

import re
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from api.staff.models import Role
from tests.api_staff.site import Customer, Person, Site
from tests.api_staff.test_desk import claimed, page_of

WHAT = "a new mug is on its way to you"


def day(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def form_of(page: httpx.Response) -> str:
    found = re.search(r'action="(/desk/complaints/AC-\d+/agreement)"', page.text)
    assert found, page.text
    return found[1]


async def agreed(ada: Person, customer: Customer, *, days: int = 0) -> str:
    """The reference."""
    path = form_of(await ada.open(page_of(customer)))
    answer = await ada.post(path, agreed=WHAT, due_on=day(days).isoformat())
    assert answer.headers["location"] == f"{page_of(customer)}?notice=agreed"
    return path.split("/")[3]


async def test_what_is_agreed_is_told_and_due_on_the_board_until_it_is_done(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        reference = await agreed(ada, customer)
        texts = [event.get("text", "") for event in await customer.events()]
        assert any(text.startswith(f"We agreed: {WHAT}, by ") and reference in text for text in texts)
        await ada.post(f"{page_of(customer)}/resolve")
        board = await ada.open("/desk")
        assert "Promised for today or before" in board.text
        assert WHAT in board.text
        answer = await ada.post(f"/desk/complaints/{reference}/done")
        assert answer.headers["location"] == "/desk?notice=done"
        assert WHAT not in (await ada.open("/desk")).text


async def test_what_is_due_later_is_on_the_conversations_page_only(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        await agreed(ada, customer, days=3)
        assert "Promised for today" not in (await ada.open("/desk")).text
        page = await ada.open(page_of(customer))
        assert "not done yet" in page.text
        assert "Agree on something else" in page.text


@pytest.mark.parametrize(
    ("what", "when", "wrong"),
    [
        ("", day(1).isoformat(), "Say what is agreed"),
        (WHAT, "", "Say by which day."),
        (WHAT, "soon", "Say by which day."),
        (WHAT, "2020-01-01", "The day is today or later"),
    ],
)
async def test_what_is_not_accepted_is_shown_again_as_it_was_filled_in(
    site: Site, what: str, when: str, wrong: str
) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        answer = await ada.post(form_of(await ada.open(page_of(customer))), agreed=what, due_on=when)
        assert answer.status_code == 422
        assert wrong in answer.text
        assert f">{what}</textarea>" in answer.text
        assert f'value="{when}"' in answer.text
        assert not [event for event in await customer.events() if "agreement" in event]


async def test_a_colleague_changes_an_agreement_only_after_the_conversation_is_closed(site: Site) -> None:
    async with (
        site.person("ada", Role.ADVISOR) as ada,
        site.person("ben", Role.ADVISOR) as ben,
        site.customer() as customer,
    ):
        await claimed(ada, customer)
        reference = await agreed(ada, customer)
        assert "/agreement" not in (await ben.open(page_of(customer))).text
        path = f"/desk/complaints/{reference}/agreement"
        answer = await ben.post(path, agreed="two mugs", due_on=day(2).isoformat())
        assert answer.headers["location"] == f"{page_of(customer)}?notice=moved"
        await ada.post(f"{page_of(customer)}/resolve")
        await ben.post(form_of(await ben.open(page_of(customer))), agreed="two mugs", due_on=day(2).isoformat())
        told = [event["text"] for event in await customer.events() if "agreement" in event]
        assert told[-1].startswith("What we agreed has changed. It is now: two mugs, by ")


async def test_markup_in_an_agreement_is_shown_as_text(site: Site) -> None:
    evil = '"><script>alert(1)</script>'
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        await ada.post(form_of(await ada.open(page_of(customer))), agreed=evil, due_on=day(0).isoformat())
        for page in (await ada.open("/desk"), await ada.open(page_of(customer))):
            assert "<script>alert" not in page.text
            assert "&lt;script&gt;alert" in page.text


async def test_a_program_agrees_and_reads_it(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        path = f"/v1/desk/conversations/{customer.id}"
        reference = (await ada.http.get(path)).json()["handoff"]["reference"]
        headers, complaint = {"X-CSRF-Token": ada.csrf}, f"/v1/desk/complaints/{reference}"
        nothing = await ada.http.post(f"{complaint}/done", headers=headers)
        assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_agreed")
        body = {"agreed": WHAT, "due_on": day(0).isoformat()}
        answer = await ada.http.put(f"{complaint}/agreement", json=body, headers=headers)
        assert (answer.status_code, answer.json()["state"], answer.json()["due_on"]) == (200, "agreed", body["due_on"])
        assert (await ada.http.get(path)).json()["complaint"] == answer.json()
        [due] = (await ada.http.get("/v1/desk/board")).json()["due"]
        assert (due["complaint"]["reference"], due["late"]) == (reference, False)
        assert (await ada.http.post(f"{complaint}/done", headers=headers)).json()["state"] == "done"
        assert (await ada.http.get("/v1/desk/board")).json()["due"] == []


@pytest.mark.parametrize("reference", ["AC-1", "AC-", "AC-x", "PR-100001", "AC-99999999999999999999999"])
async def test_what_was_never_handed_over_is_not_found(site: Site, reference: str) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        body = {"agreed": WHAT, "due_on": day(0).isoformat()}
        path = f"/v1/desk/complaints/{reference}/agreement"
        answer = await ada.http.put(path, json=body, headers={"X-CSRF-Token": ada.csrf})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        page = await ada.post(f"/desk/complaints/{reference}/agreement", **body)
        assert page.status_code == 404
