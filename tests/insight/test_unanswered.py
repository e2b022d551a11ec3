"""What customers asked in vain: collected, grouped by meaning, and settled with one click."""

from typing import Any

import pytest

from common.database import Pool
from tests.api_staff.site import Person, Site
from tests.fakes.faq import FakeFaq
from tests.insight.conftest import Talks


async def gaps(cleo: Person, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await cleo.http.get("/v1/faq/unanswered", params={"state": state})).json()["gaps"]
    return found


async def suggestions(cleo: Person) -> list[tuple[str, str, int]]:
    found = (await cleo.http.get("/v1/faq/unanswered")).json()["suggestions"]
    return [(each["entry"], each["text"], each["times"]) for each in found]


async def later(pool: Pool, minutes: int = 11) -> None:
    """Let time pass for what was asked so far."""
    async with pool.connection() as connection:
        await connection.execute("UPDATE questions SET asked_at = asked_at - make_interval(mins => %s)", (minutes,))


@pytest.mark.usefixtures("talks")
async def test_nothing_is_missing_where_nothing_was_asked(cleo: Person) -> None:
    assert await gaps(cleo) == []
    assert "Nothing is waiting" in (await cleo.open("/faq/unanswered")).text


async def test_questions_of_one_meaning_are_one_gap_and_the_most_asked_comes_first(
    talks: Talks, site: Site, cleo: Person
) -> None:
    async with site.customer() as emma, site.customer() as liam:
        await talks.ask(emma, "can I bring my dog", "unknown")
        await talks.ask(emma, "do you sell boats", "unknown")
        await talks.ask(liam, "may I bring my dog", "not_understood")
        await talks.ask(liam, "how long can I return", "answered", answers="return-window")
        found = await gaps(cleo)
        assert [(gap["questions"], gap["conversations"]) for gap in found] == [(2, 2), (1, 1)]
        assert [text["text"] for text in found[0]["texts"]] == ["may I bring my dog", "can I bring my dog"]
        assert found[0]["reasons"] == {"not_understood": 1, "unknown": 1}
        assert found[0]["near"] == ["gift-wrap", "return-window"]
        assert {place["conversation_id"] for place in found[0]["places"]} == {emma.id, liam.id}


async def test_a_choice_that_was_not_made_is_missing_until_it_is(
    talks: Talks, site: Site, cleo: Person, pool: Pool
) -> None:
    async with site.customer() as emma, site.customer() as liam:
        await talks.ask(emma, "wrapping", "clarified")
        assert await gaps(cleo) == []
        await later(pool)
        assert [gap["reasons"] for gap in await gaps(cleo)] == [{"not_chosen": 1}]
        await talks.choose(emma, "gift-wrap")
        assert await gaps(cleo) == []
        await talks.ask(liam, "paper", "clarified")
        await talks.ask(liam, "None of these", "rejected")
        assert [gap["texts"][0]["text"] for gap in await gaps(cleo)] == ["paper"]


async def test_a_thumb_down_and_a_hand_off_make_an_answered_question_missing(
    talks: Talks, site: Site, cleo: Person
) -> None:
    async with site.customer() as emma, site.customer() as liam, site.customer() as noah:
        seq = await talks.ask(emma, "return shoes worn", "answered", answers="return-window")
        await talks.rate(emma, seq, 1)
        assert await gaps(cleo) == []
        await talks.rate(emma, seq, 0)
        await talks.ask(liam, "wrap bicycle", "answered", answers="gift-wrap")
        await talks.say(liam, "that is not what I asked")
        await liam.ask_for_a_person()
        await talks.ask(noah, "price of stamps", "answered", answers="gift-wrap")
        for text in ("thanks", "and something else", "my order"):
            await talks.say(noah, text)
        await noah.ask_for_a_person()
        assert {gap["texts"][0]["text"]: gap["reasons"] for gap in await gaps(cleo)} == {
            "return shoes worn": {"not_helpful": 1},
            "wrap bicycle": {"handed_off": 1},
        }


async def test_a_hand_off_in_the_turn_itself_belongs_to_its_question_alone(
    talks: Talks, site: Site, cleo: Person
) -> None:
    handoff = {"reason": "misunderstanding", "skill": "general", "summary": ""}
    async with site.customer() as emma:
        await talks.ask(emma, "how long can I return", "answered", answers="return-window")
        await talks.ask(emma, "florp", "not_understood", handoff=handoff)
        assert [(gap["texts"][0]["text"], gap["reasons"]) for gap in await gaps(cleo)] == [
            ("florp", {"handed_off": 1, "not_understood": 1})
        ]


async def test_one_click_adds_a_phrasing_as_a_draft_and_settles_the_gap_until_it_is_asked_again(
    talks: Talks, site: Site, cleo: Person, faq: FakeFaq
) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "wrap order JL-100234 nicely", "unknown")
        page = (await cleo.open("/faq/unanswered")).text
        assert 'value="wrap order nicely"' in page
        assert "JL-100234" not in page
        gap = (await gaps(cleo))[0]["id"]
        for _ in range(2):  # twice: a double click
            answer = await cleo.post(
                f"/faq/unanswered/{gap}/phrasing", entry="gift-wrap", phrasing="wrap  order\nnicely", csrf=cleo.csrf
            )
            assert answer.headers["location"] == "/faq/unanswered?added=gift-wrap"
        assert [version["phrasings"] for version in faq.versions["gift-wrap"]] == [[], ["wrap order nicely"]]
        assert (faq.versions["gift-wrap"][-1]["author"], faq.live["gift-wrap"]) == ("cleo", 1)
        assert await gaps(cleo) == []
        settled = (await gaps(cleo, "settled"))[0]
        assert (settled["settled"], settled["settled_by"], settled["entry"]) == ("phrasing", "cleo", "gift-wrap")
        assert "Saved as a draft of “Do you wrap gifts”" in (await cleo.open("/faq/unanswered", added="gift-wrap")).text
        await talks.ask(emma, "wrap order nicely", "unknown")
        assert [(each["id"], each["questions"]) for each in await gaps(cleo)] == [(gap, 1)]
        assert "it was asked again since" in (await cleo.open("/faq/unanswered")).text


async def test_what_was_dismissed_stays_away_and_can_be_opened_again(talks: Talks, site: Site, cleo: Person) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "tell me a joke", "unknown")
        gap = (await gaps(cleo))[0]["id"]
        await cleo.post(f"/faq/unanswered/{gap}/dismiss", csrf=cleo.csrf)
        await talks.ask(emma, "tell me another joke", "unknown")
        assert await gaps(cleo) == []
        assert [each["questions"] for each in await gaps(cleo, "dismissed")] == [2]
        await cleo.post(f"/faq/unanswered/{gap}/reopen", csrf=cleo.csrf)
        assert [each["questions"] for each in await gaps(cleo)] == [2]
        assert (await cleo.http.post("/v1/faq/unanswered/999999/dismiss", headers={"X-CSRF-Token": cleo.csrf})).json()[
            "code"
        ] == "not_found"


async def test_a_new_entry_begins_with_what_customers_wrote(talks: Talks, site: Site, cleo: Person) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "do you sell boats", "unknown")
        await talks.ask(emma, "do you sell small boats", "unknown")
        gap = (await gaps(cleo))[0]["id"]
        answer = await cleo.post(f"/faq/unanswered/{gap}/draft", csrf=cleo.csrf)
        page = (await cleo.open(answer.headers["location"])).text
        assert 'value="do you sell small boats"' in page
        assert "do you sell boats" in page
        assert await gaps(cleo) == []
        assert (await gaps(cleo, "settled"))[0]["settled"] == "draft"


async def test_what_customers_chose_becomes_a_suggested_phrasing(
    talks: Talks, site: Site, cleo: Person, faq: FakeFaq
) -> None:
    async with site.customer() as emma, site.customer() as liam, site.customer() as noah:
        for customer, text in [(emma, "pretty paper"), (liam, "Pretty paper"), (noah, "boxes")]:
            await talks.ask(customer, text, "clarified")
            await talks.choose(customer, "gift-wrap")
        assert await suggestions(cleo) == [("gift-wrap", "Pretty paper", 2), ("gift-wrap", "boxes", 1)]
        fields = {"entry": "gift-wrap", "text": "Pretty paper", "phrasing": "pretty paper", "csrf": cleo.csrf}
        answer = await cleo.post("/faq/suggestions", action="accept", **fields)
        assert answer.headers["location"] == "/faq/unanswered?added=gift-wrap"
        assert faq.versions["gift-wrap"][-1]["phrasings"] == ["pretty paper"]
        assert await suggestions(cleo) == [("gift-wrap", "boxes", 1)]
        await cleo.post("/faq/suggestions", action="dismiss", entry="gift-wrap", text="boxes", csrf=cleo.csrf)
        assert await suggestions(cleo) == []


async def test_a_related_question_below_an_answer_is_no_choice(
    talks: Talks, site: Site, cleo: Person, pool: Pool
) -> None:
    async with site.customer() as emma, site.customer() as liam:
        await talks.ask(emma, "pretty paper", "clarified")
        await talks.choose(emma, "not-offered")
        await talks.ask(liam, "boxes", "clarified")
        await talks.ask(liam, "how long can I return", "answered", answers="return-window")
        await talks.choose(liam, "gift-wrap")
        assert await suggestions(cleo) == []
        await later(pool)
        assert {gap["texts"][0]["text"] for gap in await gaps(cleo)} == {"pretty paper", "boxes"}


async def test_a_choice_that_did_not_help_is_no_suggestion(talks: Talks, site: Site, cleo: Person) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "pretty paper", "clarified")
        await talks.rate(emma, await talks.choose(emma, "gift-wrap"), 0)
        assert await suggestions(cleo) == []
        assert [gap["reasons"] for gap in await gaps(cleo)] == [{"not_helpful": 1}]


async def test_a_phrasing_that_the_faq_service_refuses_is_said_and_nothing_is_settled(
    talks: Talks, site: Site, cleo: Person, faq: FakeFaq
) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "do you sell boats", "unknown")
        gap = (await gaps(cleo))[0]["id"]
        empty = await cleo.post(f"/faq/unanswered/{gap}/phrasing", entry="gift-wrap", phrasing=" ", csrf=cleo.csrf)
        assert (empty.status_code, "Write the phrasing first." in empty.text) == (422, True)
        gone = await cleo.post(f"/faq/unanswered/{gap}/phrasing", entry="nothing", phrasing="boats", csrf=cleo.csrf)
        assert gone.status_code == 404
        faq.failing = True
        away = await cleo.post(f"/faq/unanswered/{gap}/phrasing", entry="gift-wrap", phrasing="boats", csrf=cleo.csrf)
        assert away.status_code == 503
        faq.failing = False
        assert len(await gaps(cleo)) == 1


async def test_questions_wait_while_the_faq_service_is_away_and_keep_their_gap_when_its_model_changes(
    talks: Talks, site: Site, cleo: Person, faq: FakeFaq
) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "do you sell boats", "unknown")
        gap = (await gaps(cleo))[0]["id"]
        faq.failing = True
        await talks.ask(emma, "you do sell boats?", "unknown")
        waiting = (await cleo.http.get("/v1/faq/unanswered")).json()
        assert ([each["questions"] for each in waiting["gaps"]], waiting["unsorted"]) == ([1], 1)
        faq.failing, faq.model = False, "words-2"
        assert [(each["id"], each["questions"]) for each in await gaps(cleo)] == [(gap, 2)]


async def test_a_curator_reads_the_conversation_without_what_could_name_the_customer(
    talks: Talks, site: Site, cleo: Person
) -> None:
    async with site.customer() as emma, site.customer() as liam:
        backend = {"kind": "backend", "call": "GET /orders/JL-100234"}
        talks.rasa.then(talks.rasa.answer({"text": "Your order to 1 Elm Street", "source": backend}))
        await talks.say(emma, "where is JL-100234, I am emma@example.com")
        await talks.ask(emma, "do you sell boats", "unknown")
        page = (await cleo.open(f"/faq/conversations/{emma.id}")).text
        assert "where is [number], I am [e-mail]" in page
        assert "do you sell boats" in page
        for secret in ("JL-100234", "emma@", "Elm Street"):
            assert secret not in page
        await talks.say(liam, "private matter")
        await cleo.open(f"/faq/conversations/{liam.id}", 404)


async def test_an_unknown_list_is_refused(cleo: Person) -> None:
    assert (await cleo.http.get("/v1/faq/unanswered", params={"state": "open'--"})).status_code == 422


async def test_while_writing_what_was_asked_in_vain_is_suggested(talks: Talks, site: Site, cleo: Person) -> None:
    async with site.customer() as emma:
        await talks.ask(emma, "can I bring my dog", "unknown")
        await talks.ask(emma, "do you sell boats", "unknown")
        await talks.ask(emma, "pretty paper", "clarified")
        await talks.choose(emma, "gift-wrap")
    await gaps(cleo)

    async def missing(**draft: Any) -> list[str]:
        body = {"question": "", "answer": "x", "phrasings": []} | draft
        headers = {"X-CSRF-Token": cleo.csrf}
        found: list[str] = (await cleo.http.post("/v1/faq/missing", json=body, headers=headers)).json()["phrasings"]
        return found

    assert await missing() == []
    assert await missing(question="Can dogs come", phrasings=["may I bring my dog"]) == ["can I bring my dog"]
    assert await missing(question="x", phrasings=["Can I bring my dog"]) == []
    assert await missing(question="x", phrasings=["may I bring my dog"], language="fr") == []
    of_entry = await missing(entry="gift-wrap", question="Do you wrap gifts")
    assert set(of_entry) == {"pretty paper", "can I bring my dog", "do you sell boats"}, "nearest to it"
    page = await cleo.post("/faq/missing", question="Dogs", phrasings="may I bring my dog", answer="x")
    assert 'data-phrasing="can I bring my dog"' in page.text
