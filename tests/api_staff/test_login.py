import pytest

from api.staff.models import Role
from tests.api_staff.site import HTML, PASSWORD, Site, csrf_of


@pytest.mark.parametrize(
    ("role", "home"), [(Role.ADVISOR, "/desk"), (Role.CURATOR, "/faq"), (Role.OPERATOR, "/advisors")]
)
async def test_a_login_leads_to_the_pages_of_the_role(site: Site, role: Role, home: str) -> None:
    await site.staff.add("kim", "Kim", [role], PASSWORD)
    async with site.visitor() as kim:
        answer = await kim.log_in("kim")
        assert (answer.status_code, answer.headers["location"]) == (303, home)
        assert "Kim" in (await kim.open(home)).text


@pytest.mark.parametrize(
    ("name", "password"), [("ada", "wrong"), ("nobody", PASSWORD), ("ada", ""), ("ada", "x" * 5000)]
)
async def test_name_and_password_are_not_told_apart(site: Site, name: str, password: str) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        answer = await visitor.log_in(name, password)
        assert answer.status_code == 401
        assert "Name and password do not match." in answer.text
        assert "aftercare_session" not in visitor.http.cookies


async def test_a_sixth_attempt_has_to_wait_even_with_the_right_password(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        for _ in range(5):
            assert (await visitor.log_in("ada", "guess")).status_code == 401
        answer = await visitor.log_in("ada")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 300
        assert (await visitor.log_in("ben", "guess")).status_code == 401


async def test_a_login_form_that_is_not_ours_is_refused(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        fields = {"name": "ada", "password": PASSWORD}
        for csrf in ("", "made up"):
            answer = await visitor.http.post("/login", data=fields | {"csrf": csrf}, headers=HTML)
            assert answer.status_code == 403
        assert "aftercare_session" not in visitor.http.cookies


async def test_the_cookie_is_for_this_site_and_not_for_scripts(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        cookie = next(
            line for line in (await visitor.log_in("ada")).headers.get_list("set-cookie") if "aftercare_session" in line
        ).lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie  # plain http in this test


async def test_the_database_does_not_know_the_cookie(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        token = ada.http.cookies["aftercare_session"]
    async with site.app.state.services.pool.connection() as connection:
        rows = await (await connection.execute("SELECT * FROM staff_sessions")).fetchall()
    assert len(rows) == 1
    assert token not in str(rows[0])
    assert token.encode() not in bytes(rows[0]["token_hash"])


async def test_after_logging_out_the_old_cookie_opens_nothing(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        token = ada.http.cookies["aftercare_session"]
        assert (await ada.post("/logout")).status_code == 303
        ada.http.cookies.set("aftercare_session", token)
        answer = await ada.http.get("/desk", headers=HTML)
        assert answer.headers["location"] == "/login?next=%2Fdesk"


async def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        await site.staff.set_active("ada", active=False)
        assert (await ada.http.get("/desk", headers=HTML)).status_code == 303
        assert (await ada.http.get("/v1/desk/board")).status_code == 401
        assert (await ada.log_in("ada")).status_code == 401


async def test_an_expired_session_is_over(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada:
        async with site.app.state.services.pool.connection() as connection:
            await connection.execute("UPDATE staff_sessions SET expires_at = now()")
        assert (await ada.http.get("/v1/desk/board")).status_code == 401


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:/evil.example",
    ],
)
async def test_a_login_leads_to_no_other_site(site: Site, address: str) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        answer = await visitor.log_in("ada", next_page=address)
        assert answer.headers["location"] == "/desk"
        again = await visitor.http.get("/login", params={"next": address}, headers=HTML)
        assert again.headers["location"] == "/desk"


async def test_a_login_leads_back_to_the_page_that_was_asked_for(site: Site) -> None:
    await site.staff.add("cleo", "Cleo", [Role.CURATOR], PASSWORD)
    async with site.visitor() as visitor:
        sent = await visitor.http.get("/faq?q=gift&status=draft", headers=HTML)
        assert sent.headers["location"] == "/login?next=%2Ffaq%3Fq%3Dgift%26status%3Ddraft"
        answer = await visitor.log_in("cleo", next_page="/faq?q=gift&status=draft")
        assert answer.headers["location"] == "/faq?q=gift&status=draft"


async def test_a_fragment_sends_the_whole_page_to_the_login(site: Site) -> None:
    async with site.visitor() as visitor:
        headers = {"HX-Request": "true", "HX-Current-URL": f"{site.url}/desk?notice=taken"}
        answer = await visitor.http.get("/desk/board", headers=headers)
        assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login?next=%2Fdesk%3Fnotice%3Dtaken")


async def test_a_form_without_the_sessions_token_changes_nothing(site: Site) -> None:
    async with site.person("ada", Role.ADVISOR) as ada, site.person("ben", Role.ADVISOR) as ben:
        for csrf in ("", ben.csrf):
            answer = await ada.http.post("/logout", data={"csrf": csrf}, headers=HTML)
            assert answer.status_code == 403
        await ada.open("/desk")


async def test_json_logins_work_with_the_token_in_a_header(site: Site) -> None:
    await site.staff.add("ada", "Ada", [Role.ADVISOR], PASSWORD)
    async with site.visitor() as visitor:
        wrong = await visitor.http.post("/v1/staff/login", json={"name": "ada", "password": "guess"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
        me = (await visitor.http.post("/v1/staff/login", json={"name": "ada", "password": PASSWORD})).json()
        assert me == (await visitor.http.get("/v1/staff/me")).json()
        assert me["roles"] == ["advisor"]
        assert (await visitor.http.post("/v1/staff/logout")).status_code == 403
        out = await visitor.http.post("/v1/staff/logout", headers={"X-CSRF-Token": me["csrf_token"]})
        assert out.status_code == 204
        assert (await visitor.http.get("/v1/staff/me")).status_code == 401


async def test_the_login_page_runs_no_script_and_is_kept_nowhere(site: Site) -> None:
    async with site.visitor() as visitor:
        page = await visitor.open("/login")
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert csrf_of(page)
