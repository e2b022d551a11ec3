"""The matching on its own: vectors in, decisions out."""

import numpy as np
import pytest

from faq.encoder.hashing import HashingEncoder
from faq.entries.models import Content, Published
from faq.index.adapting import adapted
from faq.index.bank import NOTHING, Bank, best_of_each
from faq.index.choice import Examples, learn, probabilities
from faq.index.decision import Thresholds
from faq.index.features import WIDTH
from faq.index.fitting import fit
from faq.index.index import Index
from faq.index.ridge import Ridge
from faq.index.scoring import transferred

ENTRIES = {
    "delivery": ["How long does delivery take?", "delivery time", "when will it be delivered"],
    "returns": ["Can I return an item?", "send something back", "returning an item"],
    "points": ["How do I earn points?", "collect loyalty points"],
}


def an_index(entries: dict[str, list[str]] = ENTRIES, **languages: str) -> Index:
    encoder = HashingEncoder()
    published = [
        Published(entry, 1, Content(asked[0], tuple(asked[1:]), "An answer.", language=languages.get(entry, "en")))
        for entry, asked in entries.items()
    ]
    vectors = {text: encoder.encode([text])[0] for asked in entries.values() for text in asked}
    return Index.of(published, vectors, Thresholds(), encoder.dimension)


def match(index: Index, text: str, **more: str):
    return index.match(text, HashingEncoder().encode([text])[0], **more)


def test_a_phrasing_finds_its_entry_and_all_candidates_are_filled():
    found = match(an_index(), "delivery time")

    assert found.candidates[0].entry.id == "delivery"
    assert len(found.candidates) == 3
    chances = [each.probability for each in found.candidates]
    assert chances == sorted(chances, reverse=True)
    assert 0 < sum(chances) <= found.scope + 1e-9 <= 1 + 1e-9


def test_words_that_no_entry_knows_are_abstained_from_with_candidates():
    found = match(an_index(), "zebra quantum xylophone")

    assert found.decision == "abstain"
    assert len(found.candidates) == 3


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_text_is_abstained_from(text: str):
    found = match(an_index(), text)

    assert (found.decision, found.probability, len(found.candidates)) == ("abstain", 0.0, 3)


def test_an_index_without_entries_has_no_candidates():
    found = match(an_index({}), "delivery time")

    assert (found.decision, found.probability, found.candidates) == ("abstain", 0.0, ())


def test_a_single_entry_can_be_served():
    assert match(an_index({"points": ["How do I earn points?"]}), "how do i earn points").candidates


@pytest.mark.parametrize(
    ("chances", "scope", "decision"),
    [
        ((0.9, 0.05), 0.95, "answer"),
        ((0.52, 0.44), 0.96, "clarify"),
        ((0.4, 0.2), 0.7, "clarify"),
        ((0.45, 0.02), 0.47, "abstain"),
        ((0.5, 0.4), 0.9, "answer"),
    ],
)
def test_the_decision_follows_from_scope_probability_and_margin(
    chances: tuple[float, ...], scope: float, decision: str
):
    entry = Published("any", 1, Content("q", (), "a"))

    found = Thresholds(scope=0.5, answer_at=0.5, margin=0.0999).decide(
        tuple((entry, each) for each in chances), scope=scope
    )

    assert found.decision == decision


def test_the_nearest_phrasing_of_another_entry_in_the_same_language_is_found():
    index = an_index(returns="de")
    vectors = HashingEncoder().encode(["delivery time", "returning an item"])

    found = index.nearest(vectors, language="en", but="points")
    assert [each and each.entry for each in found] == ["delivery", "delivery"]
    assert index.nearest(vectors, language="fr", but="points") == [None, None]


def random_bank(seed: int = 0, entries: int = 12, most: int = 9) -> Bank:
    random = np.random.default_rng(seed)
    owner = np.repeat(np.arange(entries), random.integers(1, most, entries))
    means = random.normal(size=(entries, 24))
    vectors = (means[owner] + random.normal(size=(len(owner), 24))).astype(np.float32)
    return Bank.of(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), owner)


def test_the_best_of_each_entry_equals_sorting_each_entry():
    bank = random_bank()
    cosines = bank.vectors[:5] @ bank.vectors.T
    cosines[np.arange(5), np.arange(5)] = -np.inf

    largest, three = best_of_each(bank, cosines)

    for query in range(5):
        for entry in range(bank.entries):
            own = np.sort(cosines[query, bank.owner == entry])[::-1]
            own = own[np.isfinite(own)][:3]
            assert largest[query, entry] == pytest.approx(own[0] if len(own) else NOTHING)
            assert three[query, entry] == pytest.approx(own.mean() if len(own) else NOTHING, abs=1e-6)


def test_leave_one_out_equals_fitting_without_the_row():
    bank = random_bank(1, most=6)
    ridge = Ridge.fit(bank)
    row = int(np.flatnonzero(bank.counts[bank.owner] > 1)[0])

    shortcut = ridge.without_itself(bank.vectors[[row]], bank.owner[[row]])

    rest = np.arange(len(bank.owner)) != row
    again = Ridge.fit(Bank.of(bank.vectors[rest], bank.owner[rest])).scores(bank.vectors[[row]])
    assert np.allclose(shortcut, again, atol=1e-6)


def test_forgetting_entries_equals_fitting_without_them():
    bank = random_bank(2)
    gone = np.arange(bank.entries) % 3 == 0
    less = Ridge.fit(bank).without_entries(bank, gone).scores(bank.vectors[:4])

    rest = ~gone[bank.owner]
    renumbered = np.cumsum(~gone) - 1
    again = Ridge.fit(Bank.of(bank.vectors[rest], renumbered[bank.owner[rest]])).scores(bank.vectors[:4])
    assert np.allclose(less[:, ~gone], again, atol=1e-6)


def test_learning_finds_the_weights_that_made_the_choices():
    random = np.random.default_rng(3)
    true = np.zeros(WIDTH)
    true[[0, 3, -1]] = (4.0, 2.0, 1.0)
    options = np.zeros((6000, 5, WIDTH))
    options[:, :4, [0, 3]] = random.normal(size=(6000, 4, 2))
    options[:, 4, -1] = 1.0
    chance = probabilities(options @ true).cumsum(axis=1)
    chosen = (random.uniform(size=(6000, 1)) > chance).sum(axis=1)

    learned = learn(Examples(options, chosen, np.full(6000, 1 / 6000)), np.zeros(WIDTH), 1e-6)

    assert np.allclose(learned, true, atol=0.35)


def test_a_collection_with_one_question_an_entry_keeps_the_transferred_weights():
    bank = random_bank(most=2)

    assert adapted(bank, Ridge.fit(bank), transferred()) is transferred()


def test_adapting_makes_a_collections_own_phrasings_more_likely():
    bank = random_bank(4, entries=30, most=12)
    prior = transferred()
    learned = adapted(bank, Ridge.fit(bank), prior)

    assert learned.shape == prior.shape
    assert not np.allclose(learned, prior)
    assert np.isfinite(learned).all()


def test_fitting_values_nearness_and_is_repeatable():
    banks = [random_bank(seed, entries=20, most=15) for seed in (5, 6)]
    weights = fit([(bank.vectors, bank.owner) for bank in banks])

    assert weights[0] + weights[1] + weights[2] + weights[3] > 0
    assert np.array_equal(weights, fit([(bank.vectors, bank.owner) for bank in banks]))
