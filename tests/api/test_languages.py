"""The language of a conversation: detected, chosen, remembered."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import date

import pytest
import pytest_asyncio
import yaml

from api.handoff.texts import FILE
from api.languages.days import spoken
from api.languages.service import FIRST_EVENTS
from api.settings import ApiSettings
from api.texts import TEXTS
from api.texts_abroad import ABROAD
from tests.api.conftest import Customer, Gateway, Start
from tests.api.test_customers import identify, token
from tests.fakes.rasa import FakeRasa, message

FRENCH = "Bonjour, où est ma commande ?"
GERMAN = "Guten Tag, wie lange dauert die Lieferung?"


def languages(rasa: FakeRasa) -> list[str]:
    """In which Rasa was asked to answer, turn by turn."""
    return [call["metadata"]["language"] for call in rasa.calls]


async def say(customer: Customer, *texts: str) -> None:
    for text in texts:
        await customer.say(text)
        await customer.reply()


async def test_the_first_messages_say_the_language_which_then_stays(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await say(customer, "ok", FRENCH, "JL-100303")
    assert languages(gateway.rasa) == ["en", "fr", "fr"]
    assert await gateway.sql("SELECT locale, locale_by FROM conversations WHERE id = %s", customer.id) == [
        ("fr", "detected")
    ]


async def test_the_page_says_the_language_until_the_customer_does(gateway: Gateway) -> None:
    customer = await gateway.customer(locale="fr-CH")
    await say(customer, "ok", "When does my parcel arrive, please?")
    assert languages(gateway.rasa) == ["fr", "en"]


async def test_a_page_in_a_language_that_is_not_offered_changes_nothing(gateway: Gateway) -> None:
    await say(await gateway.customer(locale="it"), "Dov'è il mio ordine, per favore?")
    assert languages(gateway.rasa) == [""]


async def test_a_chosen_language_is_told_and_no_longer_detected(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await say(customer, "do you speak French?", GERMAN)
    assert [call["text"] for call in gateway.rasa.calls] == ['/choose_language{"language": "fr"}', GERMAN]
    assert [call["kind"] for call in gateway.rasa.calls] == ["payload", "text"]
    assert languages(gateway.rasa) == ["fr", "fr"]
    await say(customer, "auf Deutsch bitte")
    assert languages(gateway.rasa)[-1] == "de"


async def test_a_button_chooses_too(gateway: Gateway) -> None:
    payload = '/choose_language{"language": "en"}'
    gateway.rasa.then(
        gateway.rasa.answer(message("?", buttons=[{"title": "Continuer en anglais", "payload": payload}]))
    )
    customer = await gateway.customer()
    await say(customer, FRENCH)
    await customer.press(payload)
    await customer.reply()
    assert languages(gateway.rasa) == ["fr", "en"]


@pytest.mark.parametrize(
    "source",
    [{"kind": "template", "name": "utter_question_address_city"}, {"kind": "backend", "call": "GET /orders/JL-100303"}],
)
async def test_an_answer_to_a_forms_question_is_no_change_of_language(gateway: Gateway, source: dict[str, str]) -> None:
    gateway.rasa.then(gateway.rasa.answer(message("Which street?", source=source)))
    customer = await gateway.customer()
    await say(customer, "I moved", "rue de la République")
    assert languages(gateway.rasa) == ["en", "en"]


async def test_after_the_first_messages_only_a_wish_changes_the_language(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await say(customer, *["where is my order"] * (FIRST_EVENTS // 2), FRENCH)
    assert languages(gateway.rasa)[-1] == "en"
    await say(customer, "en français s'il vous plaît")
    assert languages(gateway.rasa)[-1] == "fr"


async def test_a_known_customer_is_remembered_in_the_next_conversation(gateway: Gateway) -> None:
    await say(await gateway.customer(customer_token=token(sub="cust-remembered")), FRENCH)
    await say(await gateway.customer(customer_token=token(sub="cust-remembered")), "ok")
    await say(await gateway.customer(customer_token=token(sub="cust-other")), "ok")
    assert languages(gateway.rasa) == ["fr", "fr", "en"]


async def test_what_was_written_counts_more_than_what_is_remembered(gateway: Gateway) -> None:
    await say(await gateway.customer(customer_token=token(sub="cust-changed")), FRENCH)
    customer = await gateway.customer()
    await say(customer, "where is my order?")
    assert (await identify(gateway, customer, token(sub="cust-changed"))).status_code == 200
    await say(customer, "ok")
    assert languages(gateway.rasa) == ["fr", "en", "en"]


@pytest_asyncio.fixture
async def english_only(start_gateway: Start) -> AsyncIterator[Gateway]:
    async with start_gateway(languages=("en",)) as gateway:
        yield gateway


async def test_where_english_alone_is_offered_nothing_is_detected_or_chosen(english_only: Gateway) -> None:
    customer = await english_only.customer()
    await say(customer, FRENCH, "en français s'il vous plaît")
    assert [(call["kind"], call["metadata"]["language"]) for call in english_only.rasa.calls] == [("text", "en")] * 2


@pytest.mark.parametrize("value", ["en, FR", "en,fr,"])
def test_languages_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AFTERCARE_LANGUAGES", value)
    assert ApiSettings().languages == ("en", "fr")


async def test_a_page_in_an_offered_language_is_greeted_in_it(gateway: Gateway) -> None:
    for locale, greeting in (("fr-CH", ABROAD["fr"]["greeting"]), ("it", TEXTS["greeting"]), ("en", TEXTS["greeting"])):
        answer = await gateway.http.post("/v1/conversations", json={"locale": locale})
        assert answer.json()["greeting"] == greeting


async def test_an_apology_is_in_the_customers_language(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await say(customer, FRENCH)
    gateway.rasa.then(gateway.rasa.raw("no", 500))
    await customer.say("et maintenant ?")
    reply = await customer.reply()
    assert reply["text"] in ABROAD["fr"].values()
    assert [button["title"] for button in reply["buttons"]] == [ABROAD["fr"]["button_human"]]


async def agrees(customer: Customer) -> None:
    path = f"{customer.path}/consents/survey"
    answer = await customer.http.post(path, json={"given": True}, headers=customer.headers)
    assert answer.status_code == 200, answer.text


async def test_a_french_customer_is_asked_in_french_whether_we_may_and_what_they_think(gateway: Gateway) -> None:
    customer = await gateway.customer()
    await say(customer, FRENCH)
    gateway.rasa.then(gateway.rasa.answer(message("Au revoir"), closed=True))
    await customer.say("au revoir")
    asked = await customer.until(lambda event: event["type"] == "consent")
    assert asked["text"] == ABROAD["fr"]["consent_survey"]
    consents = (await customer.http.get(f"{customer.path}/consents", headers=customer.headers)).json()["items"]
    assert [each["wording"] for each in consents] == [asked["text"]], "what is kept is what was read"
    await agrees(customer)
    survey = await customer.until(lambda event: event["type"] == "survey")
    assert survey["text"] == ABROAD["fr"]["survey_csat"]


async def test_the_same_question_in_another_language_has_a_version_of_its_own(gateway: Gateway) -> None:
    versions = set()
    for locale in ("en", "fr"):
        customer = await gateway.customer(locale=locale)
        await say(customer, "42")
        gateway.rasa.then(gateway.rasa.answer(message("42"), closed=True))
        await customer.say("43")
        versions.add((await customer.until(lambda event: event["type"] == "consent"))["version"])
    assert len(versions) == 2


async def test_a_customer_whose_language_has_no_texts_is_asked_in_english(gateway: Gateway) -> None:
    customer = await gateway.customer(locale="it")
    await say(customer, "42")
    gateway.rasa.then(gateway.rasa.answer(message("42"), closed=True))
    await customer.say("43")
    asked = await customer.until(lambda event: event["type"] == "consent")
    assert asked["text"] == TEXTS["consent_survey"]


async def test_an_answer_says_in_which_language_the_conversation_goes_on(gateway: Gateway) -> None:
    answer = await gateway.http.post("/v1/conversations", json={"locale": "en-IE"})
    assert (answer.json()["locale"], answer.json()["language"]) == ("en-IE", "en")
    customer = await gateway.customer()
    await say(customer, "ok", FRENCH, "auf Deutsch bitte")
    assert [event["language"] for event in customer.seen if event["author"] == "bot"] == ["en", "fr", "de"]


async def test_a_known_customer_is_greeted_in_the_language_of_the_last_conversation(gateway: Gateway) -> None:
    who = token(sub="cust-greeted")
    await say(await gateway.customer(customer_token=who), FRENCH)
    begun = (await gateway.http.post("/v1/conversations", json={"customer_token": who})).json()
    assert (begun["locale"], begun["language"], begun["greeting"]) == ("fr", "fr", ABROAD["fr"]["greeting"])
    later = await gateway.customer()
    assert (await identify(gateway, later, who)).json()["language"] == "fr"


def texts_of(language: str) -> dict[str, str]:
    """What is said while a conversation changes hands, whether or not somebody is at the desk."""
    name = FILE.name if language == "en" else f"{FILE.stem}_{language}.yaml"
    texts: dict[str, str] = yaml.safe_load(FILE.with_name(name).read_text(encoding="utf-8"))
    return texts


async def test_who_asks_for_a_person_is_told_in_their_language_what_happens(gateway: Gateway) -> None:
    customer = await gateway.customer(locale="de-AT")
    await customer.http.post(f"{customer.path}/handoff", headers=customer.headers)
    told = await customer.until(lambda event: event["type"] == "handoff")
    written = texts_of("de")
    assert told["text"].startswith(written[told["source"]["name"]].split("{")[0])
    assert {action["title"] for action in told["actions"]} <= set(written.values())
    assert told["actions"]
    assert told["language"] == "de"


async def test_where_english_alone_is_offered_everything_is_said_in_english(english_only: Gateway) -> None:
    answer = await english_only.http.post("/v1/conversations", json={"locale": "fr"})
    assert (answer.json()["language"], answer.json()["greeting"]) == ("en", TEXTS["greeting"])
    customer = await english_only.customer(locale="fr")
    await customer.http.post(f"{customer.path}/handoff", headers=customer.headers)
    told = await customer.until(lambda event: event["type"] == "handoff")
    assert told["language"] == "en"
    assert told["text"].startswith(texts_of("en")[told["source"]["name"]].split("{")[0])


def test_days_are_said_as_each_language_does() -> None:
    day = date(2026, 12, 11)
    assert [spoken(day, day, language) for language in ("", "en", "fr", "es", "de", "zh")] == [
        "Friday 11 December",
        "Friday 11 December",
        "vendredi 11 décembre",
        "viernes 11 de diciembre",
        "Freitag, 11. Dezember",
        "12月11日星期五",
    ]
    assert [spoken(day, date(2025, 12, 31), language) for language in ("en", "es", "zh")] == [
        "Friday 11 December 2026",
        "viernes 11 de diciembre de 2026",
        "2026年12月11日星期五",
    ]
    assert spoken(date(2026, 5, 1), day, "fr") == "vendredi 1er mai"


def placeholders(texts: Mapping[str, str]) -> dict[str, list[str]]:
    """Of each text. Only some languages say a plural with another ending."""
    return {name: sorted(set(re.findall(r"\{\w+\}", text)) - {"{plural}"}) for name, text in texts.items()}


def test_the_gateway_says_the_same_in_every_language() -> None:
    assert {frozenset(texts) for texts in ABROAD.values()} == {frozenset(ABROAD["fr"])}
    for language, texts in ABROAD.items():
        assert placeholders(texts) == placeholders({name: TEXTS[name] for name in texts}), language


def test_what_is_left_in_english_belongs_to_skills_that_are() -> None:
    english = {name.split("_")[0] for name in set(TEXTS) - set(ABROAD["fr"])}
    assert english == {"write", "privacy", "label", "verification", "another", "complaint"}
    assert "complaint_summary" not in ABROAD["fr"], "which is for colleagues"


@pytest.mark.parametrize("language", list(ABROAD))
def test_hand_offs_are_told_the_same_in_every_language(language: str) -> None:
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    abroad = yaml.safe_load(FILE.with_name(f"texts_{language}.yaml").read_text(encoding="utf-8"))
    assert list(abroad) == list(written)
    assert placeholders(abroad) == placeholders(written)
