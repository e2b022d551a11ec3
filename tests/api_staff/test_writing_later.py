"""An answer that reaches the customer although they did not wait for it, over HTTP."""

from api.staff.models import Role
from tests.api_staff.site import Customer, Site


async def later(customer: Customer, **body: str) -> tuple[int, str]:
    path = f"/v1/conversations/{customer.id}/handoff/later"
    answer = await customer.http.post(path, json=body, headers=customer.headers)
    return answer.status_code, answer.json().get("code") or answer.json()["state"]


async def test_what_an_advisor_says_goes_into_the_conversation_and_to_the_address(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await ada.open("/desk")
        await customer.ask_for_a_person()
        offered = [action["action"] for action in (await customer.events())[-1]["actions"]]
        assert offered == ["continue", "write_later"]
        assert await later(customer) == (200, "queued")
        await customer.say("emma@example.com")
        told = (await customer.events())[-1]
        assert (told["state"], told["source"]["name"]) == ("bot", "handoff_writes_later")
        await ada.post(f"/desk/conversations/{customer.id}/claim")
        await ada.post(f"/desk/conversations/{customer.id}/messages", text="Here is your label.")
        said = (await customer.events())[-1]
    assert said["text"] == "Here is your label."
    async with site.app.state.services.pool.connection() as connection:
        rows = await (await connection.execute("SELECT seq, channel FROM outbox")).fetchall()
    assert [(row["seq"], row["channel"]) for row in rows] == [(said["seq"], "email")]


async def test_an_address_may_come_with_the_wish_and_must_be_one(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await ada.open("/desk")
        assert await later(customer, email="emma@example.com") == (409, "illegal_move")
        await customer.ask_for_a_person()
        assert await later(customer, email="emma@example") == (422, "invalid_email")
        assert await later(customer, email="Emma <emma@example.com>") == (422, "invalid_email")
        assert await later(customer, email="emma@example.com") == (200, "bot")
