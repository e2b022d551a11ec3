"""Entries by language, explicit fallback, and the encoder of other languages."""

import asyncio
from collections.abc import Callable

import pytest

from faq.encoder.batching import BatchingEncoder
from faq.encoder.hashing import HashingEncoder
from faq.encoder.universal import UniversalEncoder
from faq.engine import Engine
from faq.entries.models import Content, Published
from faq.index.decision import CROSSING, Thresholds
from faq.index.index import Index
from faq.index.locales import Fallbacks
from faq.metrics import Metrics
from faq.settings import FaqSettings
from tests.faq.service import Service

FALLBACKS = Fallbacks({"pt": "es", "*": "en"})


def an_entry(entry: str, language: str, question: str, translates: str | None = None) -> Published:
    return Published(entry, 1, Content(question, (), "An answer.", language=language, translates=translates))


ENTRIES = [
    an_entry("cost", "en", "What does delivery cost?"),
    an_entry("cost-fr", "fr", "Combien coûte la livraison ?", translates="cost"),
    an_entry("wrap", "en", "Do you wrap gifts?"),
    an_entry("hours-es", "es", "¿Cuándo abre la tienda?"),
]


def found(language: str | None, hidden: frozenset[int] = frozenset()) -> set[str]:
    encoder = HashingEncoder()
    texts = [text for entry in ENTRIES for text in entry.content.embedded(passages=True)]
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    index = Index.of(ENTRIES, vectors, Thresholds(), encoder.dimension, fallbacks=FALLBACKS)
    match = index.match("anything", encoder.encode(["anything"])[0], language=language, shown=9, hidden=hidden)
    return {each.entry.id for each in match.candidates}


@pytest.mark.parametrize(
    ("language", "entries"),
    [
        ("en", {"cost", "wrap"}),
        ("fr", {"cost-fr", "wrap"}),  # the translation stands for what it translates
        ("fr-CA", {"cost-fr", "wrap"}),
        ("pt", {"hours-es", "cost", "wrap"}),
        ("ja", {"cost", "wrap"}),
        (None, {"cost", "cost-fr", "wrap", "hours-es"}),
    ],
)
def test_a_language_has_its_own_entries_and_those_of_its_fallback_that_it_lacks(
    language: str | None, entries: set[str]
):
    assert found(language) == entries


def test_a_translation_that_is_not_for_who_asks_does_not_hide_the_original():
    assert found("fr", hidden=frozenset({1})) == {"cost", "wrap"}


def test_a_circle_of_fallbacks_ends():
    assert Fallbacks({"fr": "de", "de": "fr"}).chain("fr-CH") == ("fr", "de")


def test_less_has_to_fit_where_the_entry_is_in_another_language():
    assert Thresholds(scope=0.8).crossing().scope == CROSSING
    assert Thresholds(scope=0.3).crossing().scope == 0.3


def test_fallbacks_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AFTERCARE_FAQ_FALLBACKS", "pt=es, *=de")
    assert FaqSettings().fallbacks().chain("pt") == ("pt", "es", "de")


@pytest.mark.parametrize(
    ("other", "language", "model"),
    [
        ("multilingual", "fr", "multilingual"),
        ("multilingual", "en-GB", "packaged"),
        ("multilingual", None, "packaged"),
        ("", "fr", "packaged"),
    ],
)
def test_each_language_has_its_encoder(other: str, language: str | None, model: str):
    assert FaqSettings(faq_other_model=other).model_for(language) == model


@pytest.fixture
def new_database(fresh_database: Callable[[str, str], str]) -> str:
    return fresh_database("faq", "faq")


@pytest.fixture(scope="module")
def universal() -> UniversalEncoder:
    return UniversalEncoder()


def test_the_packaged_multilingual_encoder_places_a_question_near_its_translation(universal: UniversalEncoder):
    english, french, chinese, other = universal.encode(
        ["How much is delivery?", "Combien coûte la livraison ?", "运费是多少?", "I forgot my password"]
    )
    assert min(english @ french, english @ chinese) > 2 * max(english @ other, french @ other)
    assert universal.encode(["How much is delivery?"])[0] == pytest.approx(english, abs=1e-5)


@pytest.mark.slow
def test_a_french_question_is_answered_in_french_where_there_is_an_entry_and_else_in_english(
    new_database: str, start_service: Callable[..., Service]
):
    faq = start_service(new_database)
    faq.create("delivery-cost", "How much does delivery cost?")
    faq.create("password", "I forgot my password. What do I do?")
    for entry in ("delivery-cost", "password"):
        faq.publish(entry)
    english = faq.understand("how much is delivery", language="en")
    assert not english["foreign"]

    fallen_back = faq.understand("Combien coûte la livraison ?", language="fr")
    assert fallen_back["foreign"]
    assert fallen_back["model"] != english["model"]
    assert [fallen_back["candidates"][0][name] for name in ("entry", "language")] == ["delivery-cost", "en"]

    faq.create("cost-fr", "Combien coûte la livraison ?", language="fr", translates="delivery-cost")
    faq.publish("cost-fr")
    own = [each["entry"] for each in faq.understand("C'est combien, la livraison ?", language="fr")["candidates"]]
    assert own[0] == "cost-fr"
    assert "delivery-cost" not in own
    assert "cost-fr" not in [each["entry"] for each in faq.understand("livraison", language="en")["candidates"]]
    assert faq.http.get("/v1/answers/cost-fr").json()["language"] == "fr"


def test_a_golden_question_in_french_blocks_what_takes_its_entry_away(
    new_database: str, start_service: Callable[..., Service]
):
    faq = start_service(new_database)
    faq.create("cost-fr", "Combien coûte la livraison ?", language="fr")
    faq.publish("cost-fr")
    golden = {"text": "Combien coûte la livraison ?", "expected": "cost-fr", "language": "fr"}
    assert faq.http.post("/v1/goldens", json=golden).status_code == 201
    changed = {"question": "Où sont vos magasins ?", "answer": "À Dublin.", "language": "fr", "expected_version": 1}
    assert faq.http.put("/v1/entries/cost-fr", json=changed).status_code == 200
    refused = faq.http.post("/v1/entries/cost-fr/publish")
    assert refused.status_code == 409
    assert "Combien coûte" in refused.text


@pytest.mark.parametrize(
    ("translates", "problem"),
    [("nowhere", "does not exist"), ("one", "names the entry itself"), ("two", "is in the same language")],
)
def test_what_an_entry_translates_is_another_one_in_another_language(
    new_database: str, start_service: Callable[..., Service], translates: str, problem: str
):
    faq = start_service(new_database)
    faq.create("one", "How much does delivery cost?")
    faq.create("two", "Do you wrap gifts?")
    body = {"question": "How much does it cost?", "answer": "€5.", "translates": translates, "expected_version": 1}
    answer = faq.http.put("/v1/entries/one", json=body)
    assert answer.status_code == 422
    assert problem in answer.text


@pytest.mark.parametrize(("languages", "abroad"), [(("en", "fr"), True), (("en",), False), (("en-GB",), False)])
def test_the_other_encoder_is_asked_for_ahead_where_customers_are_answered_in_another_language(
    languages: tuple[str, ...], abroad: bool
):
    assert FaqSettings(languages=languages).asked_abroad is abroad


async def opened(ahead: float | None, *live: Published) -> Engine:
    """An engine in which `live` is shown, after the background had its time."""
    engine = Engine(BatchingEncoder(HashingEncoder()), Thresholds(), Metrics(), open_other=HashingEncoder, ahead=ahead)
    await engine.replace(live, revision=1)
    assert engine.ready
    assert engine.abroad is None  # nobody waits for it
    for _ in range(200):
        if engine.abroad is not None:
            break
        await asyncio.sleep(0.01)
    await engine.close()
    return engine


@pytest.mark.slow
async def test_the_other_encoder_is_opened_ahead_behind_the_first_index():
    assert (await opened(0.0, ENTRIES[0])).abroad is not None
    assert (await opened(None, ENTRIES[0])).abroad is None
    assert (await opened(None, ENTRIES[1])).abroad is not None  # an entry needs it


async def test_who_asks_before_it_was_opened_ahead_does_not_wait_for_that():
    engine = Engine(BatchingEncoder(HashingEncoder()), Thresholds(), Metrics(), open_other=HashingEncoder, ahead=3600.0)
    await engine.replace(ENTRIES, revision=1)
    async with asyncio.timeout(30):
        assert await engine.space("fr") is not engine.home
    await engine.close()


async def test_a_change_at_home_is_live_before_it_shows_abroad_and_one_abroad_at_once():
    engine = Engine(BatchingEncoder(HashingEncoder()), Thresholds(), Metrics(), open_other=HashingEncoder, ahead=3600.0)

    async def seen(language: str) -> list[str]:
        return [entry.id for entry in (await engine.space(language)).index.entries]

    first, second, french = an_entry("cost", "en", "Cost?"), an_entry("wrap", "en", "Wrap?"), ENTRIES[1]
    await engine.replace([first], revision=1)
    assert await seen("fr") == ["cost"]

    await engine.replace([first, second], revision=2)
    assert (await seen("en"), await seen("fr")) == (["cost", "wrap"], ["cost"])
    await engine.catch_up()
    assert await seen("fr") == ["cost", "wrap"]

    await engine.replace([first, french], revision=3)
    assert (await seen("en"), await seen("fr")) == (["cost"], ["cost", "cost-fr"])
    await engine.close()
