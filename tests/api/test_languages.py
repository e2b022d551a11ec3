"""The language of a conversation: detected, chosen, remembered."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

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


def test_the_gateway_says_the_same_in_every_language() -> None:
    assert {frozenset(texts) for texts in ABROAD.values()} == {frozenset(ABROAD["fr"])}
    assert set(ABROAD["fr"]) <= set(TEXTS)
