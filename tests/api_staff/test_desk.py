import asyncio
import re
import time

import jwt
import pytest

from api.staff.models import Role
from backends.errors import TimedOut, Unavailable
from tests.api_staff.conftest import SECRET
from tests.api_staff.site import HTML, Customer, Person, Site
from tests.fakes.customers import CustomerShop

HX = {"HX-Request": "true"}


def page_of(customer: Customer) -> str:
    return f"/desk/conversations/{customer.id}"


async def identified(customer: Customer) -> None:
    claims = {"sub": "cust-1", "aud": "aftercare", "name": "Emma Byrne", "first_name": "Emma"}
    claims |= {"iat": int(time.time()), "exp": int(time.time()) + 60}
    token = jwt.encode(claims, SECRET, algorithm="HS256")
    path = f"/v1/conversations/{customer.id}/identify"
    answer = await customer.http.post(path, json={"customer_token": token}, headers=customer.headers)
    assert answer.status_code == 200, answer.text


async def claimed(advisor: Person, customer: Customer) -> None:
    await customer.ask_for_a_person()
    answer = await advisor.post(f"{page_of(customer)}/claim")
    assert answer.headers["location"] == page_of(customer)


async def test_an_advisor_takes_a_conversation_talks_and_hands_it_back(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await ada.open("/desk")
        await customer.ask_for_a_person()
        await customer.say("My parcel was open when it came")
        board = await ada.open("/desk")
        assert "My parcel was open when it came" in board.text
        assert "Customer request" in board.text
        await ada.post(f"{page_of(customer)}/claim")
        answer = await ada.post(f"{page_of(customer)}/messages", text="I am sorry.\r\nIs anything missing?")
        assert answer.headers["location"] == f"{page_of(customer)}#reply"
        assert "Is anything missing?" in (await ada.open(page_of(customer))).text
        answer = await ada.post(f"{page_of(customer)}/hand-back")
        assert answer.headers["location"] == "/desk?notice=returned"
        events = await customer.events()
    said = [event for event in events if event["author"] == "advisor"]
    assert [(event["text"], event["advisor"]) for event in said] == [("I am sorry.\nIs anything missing?", "Ada")]
    assert [event["state"] for event in events if event["type"] == "handoff"] == ["queued", "assigned", "bot"]
    assert not any(event["author"] == "bot" for event in events if event["type"] == "message")


async def test_the_bot_is_silent_while_an_advisor_has_the_conversation_and_answers_afterwards(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        await customer.say("are you there?")
        await asyncio.sleep(0.3)
        before = await customer.events()
        await ada.post(f"{page_of(customer)}/hand-back")
        await customer.say("and now?")
        async with asyncio.timeout(30):
            while not (
                answers := [e for e in await customer.events(after=before[-1]["seq"], wait=1) if e["author"] == "bot"]
            ):
                pass
    assert not [event for event in before if event["author"] == "bot"]
    assert answers[0]["text"] == "re: and now?"


async def test_of_two_advisors_one_gets_the_conversation_and_the_other_is_told(site: Site) -> None:
    async with (
        site.person("ada", Role.ADVISOR) as ada,
        site.person("ben", Role.ADVISOR) as ben,
        site.customer() as customer,
    ):
        await customer.ask_for_a_person()
        answers = await asyncio.gather(*(each.post(f"{page_of(customer)}/claim") for each in (ada, ben)))
        assert {answer.headers["location"] for answer in answers} == {"/desk?notice=taken", page_of(customer)}
        loser = ada if answers[0].headers["location"].startswith("/desk?") else ben
        assert "Somebody else was faster" in (await loser.open("/desk?notice=taken")).text
        page = await loser.open(page_of(customer))
        assert "has this conversation." in page.text
        assert "<textarea" not in page.text


@pytest.mark.parametrize("action", ["messages", "hand-back", "resolve", "typing"])
async def test_another_advisors_conversation_is_only_for_reading(site: Site, action: str) -> None:
    async with (
        site.person("ada", Role.ADVISOR) as ada,
        site.person("ben", Role.ADVISOR) as ben,
        site.customer() as customer,
    ):
        await claimed(ada, customer)
        headers = {"X-CSRF-Token": ben.csrf}
        path = f"/v1/desk/conversations/{customer.id}/{action}"
        answer = await ben.http.post(path, json={"text": "hello"}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
        assert not [event for event in await customer.events() if event["author"] == "advisor"]


async def test_what_an_advisor_left_alone_is_taken_over_but_not_while_that_one_is_there(site: Site) -> None:
    async with (
        site.person("ada", Role.ADVISOR) as ada,
        site.person("ben", Role.ADVISOR) as ben,
        site.customer() as customer,
    ):
        await ada.open("/desk")
        await claimed(ada, customer)
        assert "Left alone" not in (await ben.open("/desk")).text
        refused = await ben.post(f"{page_of(customer)}/take-over")
        assert refused.headers["location"] == "/desk?notice=taken"
        await ada.post("/logout")
        assert "Left alone" in (await ben.open("/desk")).text
        assert "Take it over" in (await ben.open(page_of(customer))).text
        taken = await ben.post(f"{page_of(customer)}/take-over")
        assert taken.headers["location"] == page_of(customer)
        await ben.post(f"{page_of(customer)}/messages", text="Ben here")
        events = await customer.events()
    assert [event["text"] for event in events][-2:] == ["Ben has joined the conversation.", "Ben here"]


async def test_customer_and_advisor_see_each_other_within_a_second(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        seq = (await customer.events())[-1]["seq"]
        path = f"{page_of(customer)}/events"
        waiting = asyncio.create_task(ada.http.get(path, params={"after": seq, "wait": 10}, headers=HX))
        await asyncio.sleep(0.2)
        started = time.perf_counter()
        await customer.say("hello?")
        news = await waiting
        assert "hello?" in news.text
        assert time.perf_counter() - started < 8  # far below the ten seconds of the long poll
        assert f"after={seq + 1}" in news.text
        listening = asyncio.create_task(customer.events(after=seq + 1, wait=10))
        await asyncio.sleep(0.2)
        started = time.perf_counter()
        answer = await ada.http.post(
            f"{page_of(customer)}/messages", data={"text": "Hi!"}, headers=HX | {"X-CSRF-Token": ada.csrf}
        )
        assert answer.status_code == 204
        assert [event["text"] for event in await listening] == ["Hi!"]
        assert time.perf_counter() - started < 8  # far below the ten seconds of the long poll


async def test_a_change_of_hands_renews_the_controls_of_open_pages(site: Site) -> None:
    async with (
        site.person("ada", Role.ADVISOR) as ada,
        site.person("ben", Role.ADVISOR) as ben,
        site.customer() as customer,
    ):
        await customer.ask_for_a_person()
        seq = (await customer.events())[-1]["seq"]
        await ada.post(f"{page_of(customer)}/claim")
        news = await ben.http.get(f"{page_of(customer)}/events", params={"after": seq}, headers=HX)
        assert 'id="controls" class="controls" hx-swap-oob="true"' in news.text
        assert "Ada has this conversation." in news.text


async def test_the_board_is_sent_again_only_when_it_changed(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        page = await ada.open("/desk")
        seen = re.search(r"seen=(\w+)", page.text)
        assert seen
        assert (await ada.http.get("/desk/board", params={"seen": seen[1]}, headers=HX)).status_code == 204
        await customer.ask_for_a_person()
        changed = await ada.http.get("/desk/board", params={"seen": seen[1]}, headers=HX)
        assert changed.status_code == 200
        assert "1 waiting" in changed.text


async def test_markup_in_a_message_is_shown_as_text(site: Site) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{ 7*7 }}"
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await customer.ask_for_a_person()
        await customer.say(evil)
        await ada.post(f"{page_of(customer)}/claim")
        news = await ada.http.get(f"{page_of(customer)}/events", headers=HX)
        for page in (await ada.open("/desk"), await ada.open(page_of(customer)), news):
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
            assert "{{ 7*7 }}" in page.text


async def test_a_page_carries_no_inline_script_or_style(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        for path in ("/desk", page_of(customer)):
            page = await ada.open(path)
            assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", page.text)
            assert "script-src 'self'" in page.headers["content-security-policy"]


async def test_what_was_never_handed_to_people_is_not_open_to_advisors(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await customer.say("this is between the bot and me")
        page = await ada.open(page_of(customer), 404)
        assert "There is no such conversation on the desk." in page.text
        answer = await ada.http.get(f"/v1/desk/conversations/{customer.id}")
        assert answer.status_code == 404
        assert (await ada.post(f"{page_of(customer)}/claim")).status_code == 404


async def test_the_card_shows_what_the_shop_knows_with_the_customers_own_rights(site: Site, shop: CustomerShop) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await identified(customer)
        await claimed(ada, customer)
        page = (await ada.open(page_of(customer))).text
    for part in ("Emma Byrne", "March 2022", "Grove", "1250", "+ 90 pending", "JL-100234", "€89.90", "RT-200010"):
        assert part in page
    assert "RT-200011" not in page  # closed
    claims = jwt.decode(shop.assertions[0], SECRET, algorithms=["HS256"], audience="commerce")
    assert (claims["sub"], claims["auth_level"]) == ("cust-1", "customer")


async def test_for_an_anonymous_customer_the_shop_is_not_asked(site: Site, shop: CustomerShop) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        assert "Not identified." in (await ada.open(page_of(customer))).text
    assert shop.assertions == []


@pytest.mark.parametrize("failure", [Unavailable(), TimedOut()])
async def test_with_the_shop_down_the_conversation_goes_on(
    site: Site, shop: CustomerShop, failure: Unavailable | TimedOut
) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await identified(customer)
        await claimed(ada, customer)
        shop.fail_with = failure
        page = (await ada.open(page_of(customer))).text
        assert "The shop does not answer right now" in page
        assert "<textarea" in page


async def test_a_slow_part_of_the_shop_is_left_out(site: Site, shop: CustomerShop) -> None:
    shop.loyalty_takes = 30
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await identified(customer)
        await claimed(ada, customer)
        started = time.perf_counter()
        page = (await ada.open(page_of(customer))).text
        assert time.perf_counter() - started < 20  # the shop would take thirty
    assert "JL-100234" in page
    assert "1250" not in page


@pytest.mark.parametrize("text", ["", "   \n", "x" * 4001])
async def test_an_empty_or_endless_reply_is_not_sent(site: Site, text: str) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        answer = await ada.post(f"{page_of(customer)}/messages", text=text)
        assert answer.headers["location"] == f"{page_of(customer)}?notice=invalid"
        assert not [event for event in await customer.events() if event["author"] == "advisor"]


async def test_a_reply_after_handing_back_is_refused_with_a_reason(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await claimed(ada, customer)
        await ada.post(f"{page_of(customer)}/hand-back")
        answer = await ada.post(f"{page_of(customer)}/messages", text="one more thing")
        assert answer.headers["location"] == f"{page_of(customer)}?notice=moved"
        assert "moved on" in (await ada.open(page_of(customer), notice="moved")).text
        assert (await ada.post(f"{page_of(customer)}/resolve")).headers["location"] == "/desk?notice=moved"


async def test_a_customer_who_does_not_want_to_wait_goes_on_with_the_assistant(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await customer.ask_for_a_person()  # nobody has the desk open
        await customer.http.delete(f"/v1/conversations/{customer.id}/handoff", headers=customer.headers)
        assert "goes on with the assistant" in (await ada.open("/desk")).text
        assert (await ada.post(f"{page_of(customer)}/claim")).headers["location"] == page_of(customer)


async def test_the_json_of_the_desk_does_what_the_pages_do(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        headers, path = {"X-CSRF-Token": ada.csrf}, f"/v1/desk/conversations/{customer.id}"
        await customer.ask_for_a_person()
        board = (await ada.http.get("/v1/desk/board")).json()
        assert [line["conversation_id"] for line in board["waiting"]] == [customer.id]
        assert (await ada.http.post(f"{path}/claim", headers=headers)).status_code == 204
        again = await ada.http.post(f"{path}/claim", headers=headers)
        assert (again.status_code, again.json()["code"]) == (409, "illegal_move")
        sent = await ada.http.post(f"{path}/messages", json={"text": "Hello"}, headers=headers)
        news = (await ada.http.get(f"{path}/events", params={"after": sent.json()["seq"] - 1})).json()
        assert [event["text"] for event in news["events"]] == ["Hello"]
        assert news["next"] == sent.json()["seq"]
        view = (await ada.http.get(path)).json()
        assert (view["state"], view["mine"], view["owner"]) == ("assigned", True, "Ada")
        assert (await ada.http.post(f"{path}/resolve", headers=headers)).status_code == 204
        assert (await ada.http.get("/v1/desk/board")).json() == {
            "waiting": [],
            "left_alone": [],
            "mine": [],
            "due": [],
        }


async def test_an_address_that_is_no_conversation_is_a_clear_page(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        page = await ada.http.get("/desk/conversations/nonsense", headers=HTML)
        assert page.status_code == 422
        assert "not complete" in page.text
