"""Photos that customers send, at the desk."""

from uuid import uuid4

from api.staff.models import Role
from tests.api_staff.site import Customer, Site
from tests.api_staff.test_desk import page_of
from tests.fakes.pictures import opened, picture


async def sent(customer: Customer) -> str:
    headers = customer.headers | {"Idempotency-Key": uuid4().hex, "Content-Type": "image/jpeg"}
    answer = await customer.http.post(f"/v1/conversations/{customer.id}/photos", content=picture(), headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_advisor_sees_the_photos_of_what_was_handed_over(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        photo = await sent(customer)
        address = f"/v1/desk/conversations/{customer.id}/photos/{photo}"
        assert (await ada.http.get(address)).status_code == 404, "nobody asked for a person yet"
        await customer.ask_for_a_person()
        page = await ada.open(page_of(customer))
        assert f'<img src="{address}"' in page.text
        assert "1 photo</a> in the conversation" in page.text
        read = await ada.http.get(address)
        assert (read.headers["content-type"], opened(read.content).size) == ("image/jpeg", (400, 300))
        view = (await ada.http.get(f"/v1/desk/conversations/{customer.id}")).json()
        assert view["photos"] == [photo]
        assert (await ada.http.get(f"/v1/desk/conversations/{customer.id}/photos/{uuid4()}")).status_code == 404


async def test_only_advisors_see_them(site: Site) -> None:
    async with site.person("olga", Role.OPERATOR) as olga, site.visitor() as visitor, site.customer() as customer:
        address = f"/v1/desk/conversations/{customer.id}/photos/{await sent(customer)}"
        await customer.ask_for_a_person()
        assert (await olga.http.get(address)).status_code == 403
        assert (await visitor.http.get(address)).status_code == 401


async def test_a_photo_arrives_at_an_open_desk(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.customer() as customer:
        await customer.ask_for_a_person()
        photo = await sent(customer)
        news = await ada.http.get(f"{page_of(customer)}/events", headers={"HX-Request": "true"})
        assert f'photos/{photo}" width="400" height="300"' in news.text
