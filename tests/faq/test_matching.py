"""The matching on its own: vectors in, decisions out."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from faq.encoder.hashing import HashingEncoder
from faq.encoder.ports import Views
from faq.encoder.unit import unit
from faq.entries.models import READ_WITH, Content, Published
from faq.index.adapting import FOLDS, Asked, adapted, alike
from faq.index.background import general_questions
from faq.index.bank import Bank
from faq.index.choice import Examples, learn, probabilities
from faq.index.decision import Thresholds, surest
from faq.index.features import NAMES, WIDTH, Evidence, Texts
from faq.index.fitting import Collection, fit
from faq.index.index import Index
from faq.index.lexicon import DIMENSION, Lexicon
from faq.index.regression import Regression, inputs, softmax
from faq.index.scoring import Scorer, transferred
from faq.index.wording import Wording

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
    vectors = {text: encoder.encode([text])[0] for entry in published for text in entry.content.embedded(passages=True)}
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
    wording = np.zeros((len(owner), DIMENSION), dtype=np.float32)
    return Bank(unit(vectors), wording, owner, unit(means.astype(np.float32)))


def general(seed: int = 9, texts: int = 20) -> Texts:
    vectors = np.random.default_rng(seed).normal(size=(texts, 24)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.zeros((texts, DIMENSION), dtype=np.float32)


def test_training_finds_the_entry_of_phrasings_it_was_not_shown():
    bank = random_bank(entries=30, most=20)
    held = np.flatnonzero((np.arange(len(bank.owner)) - bank.starts[bank.owner]) % 4 == 3)
    known = bank.part(np.setdiff1d(np.arange(len(bank.owner)), held))

    options = Evidence.of(known, general()).trained().options(bank.vectors[held], bank.wording[held])

    found = (options[:, :-1] @ transferred()).argmax(axis=1)
    assert np.mean(found == bank.owner[held]) > 0.9


def test_a_misspelled_word_is_spelled_more_like_its_own_than_like_another():
    lexicon = Lexicon(["reset the thermostat", "order a gasket AB-4711", "order a gasket AB-9902"])
    known = lexicon.vectors(["reset the thermostat", "order a gasket AB-4711", "order a gasket AB-9902"])

    typo, part = lexicon.vectors(["how to rest my termostat", "do you have ab-4711"]) @ known.T

    assert typo.argmax() == 0
    assert part.argmax() == 1
    assert not lexicon.vectors(["", "?!"]).any()


def test_inner_layers_weigh_in_by_the_phrasings_that_are_not_their_entrys_only_one():
    texts = ["a", "b", "c", "d"]
    inner, usual = np.eye(4, dtype=np.float32), np.full((2, 4), 0.1, dtype=np.float32)

    single, pairs = (Wording(texts, inner, usual, entries).own[:, DIMENSION:] for entries in (4, 2))

    assert not single.any()
    assert np.linalg.norm(pairs, axis=1) == pytest.approx(0.5)
    assert pairs.argmax(axis=1).tolist() == [0, 1, 2, 3]


def test_what_only_inner_layers_tell_apart_is_told_apart():
    """To the last layer all phrasings are alike, and no two share a word."""
    random = np.random.default_rng(5)

    def view(side: float) -> Views:
        meaning, inner = np.ones(24) + random.normal(0, 0.1, 24), np.append(side, random.normal(0, 0.1, 23))
        return np.hstack([unit(part[None].astype(np.float32))[0] for part in (meaning, inner)])

    asked = {"paid": ("ant", "bee", "cow", "dog", "elk"), "unpaid": ("fig", "gum", "hop", "ivy", "yam")}
    entries = [Published(entry, 1, Content(words[0], words[1:], "An answer.")) for entry, words in asked.items()]
    sides = dict(zip(asked, (1, -1), strict=True))
    views = {text: view(sides[entry.id]) for entry in entries for text in entry.content.embedded(passages=True)}
    general = np.stack([view(0) for _ in general_questions()])
    index = Index.of(entries, views, Thresholds(), 24, general=general)

    found = [index.match("zoo", view(side)).candidates[0].entry.id for side in (1, -1) for _ in range(10)]

    assert found == ["paid"] * 10 + ["unpaid"] * 10


def test_who_asks_in_the_words_of_an_answer_finds_it():
    encoder = HashingEncoder()
    contents = {
        "sizes": Content("Which size fits me?", (), "Measure your waist and your chest with a tape."),
        "care": Content("How do I wash it?", (), "Wool likes cold water, and lies flat to dry."),
    }
    entries = [Published(entry, 1, content) for entry, content in contents.items()]
    texts = [text for content in contents.values() for text in content.embedded(passages=True)]
    index = Index.of(entries, dict(zip(texts, encoder.encode(texts), strict=True)), Thresholds(), encoder.dimension)

    assert match(index, "does wool like cold water").candidates[0].entry.id == "care"
    assert match(index, "measure waist and chest").candidates[0].entry.id == "sizes"


def test_of_an_answer_that_is_long_the_beginning_counts_without_its_markup():
    long = Content("Why?", (), "**Because** [we](https://example.com) say so. " + "And so on. " * 100)

    assert long.passage.startswith("Why? Because we")
    assert "**" not in long.passage
    assert long.passage == replace(long, answer=long.answer + "The end.").passage


def test_an_answer_is_read_where_there_are_few_phrasings_beside_it():
    few = Content("How do I wash it?", ("care", "washing")[: READ_WITH - 1], "Wool likes cold water.")
    many = replace(few, phrasings=tuple(f"washing {number}" for number in range(READ_WITH)))

    assert few.passage == "How do I wash it? Wool likes cold water."
    assert many.passage == many.question
    assert set(many.embedded(passages=True)) == set(many.asked)


def test_a_question_that_is_left_out_gets_from_its_passage_what_other_phrasings_do():
    bank = random_bank(2, most=9)
    evidence = Evidence.of(bank, general())
    questions = bank.starts[bank.counts > 2]
    passage = NAMES.index("passage")

    without = evidence.options_without(questions)

    for row, question in enumerate(questions):
        entry = bank.owner[question]
        others = slice(question + 1, question + bank.counts[entry])
        typical = (bank.vectors[others] @ bank.passages[entry]).mean()
        assert without[row, entry, passage] == pytest.approx(typical / np.sqrt(bank.counts[entry] - 1), abs=1e-5)


def test_general_questions_that_a_collection_may_answer_are_not_held_against_it():
    bank = random_bank()
    near = (np.vstack([general()[0], bank.vectors[:3]]), np.zeros((23, DIMENSION), dtype=np.float32))

    kept, wording = Evidence.far(bank.vectors, near)

    assert len(kept) == len(wording)
    assert (kept @ bank.vectors.T).max() < 0.6


def test_an_edited_collection_takes_over_shapes_and_minds_general_questions_that_its_new_entry_may_answer():
    bank = random_bank(entries=13)
    before = Evidence.of(bank.part(np.flatnonzero(bank.owner < 12)), general())
    asked = before.general[0][0]
    new = bank.owner == 12
    bank = replace(bank, vectors=np.where(new[:, None], unit(bank.vectors + 9 * asked), bank.vectors))

    edited = before.edited(bank, np.array([12]))

    assert len(edited.general[0]) < len(before.general[0])
    assert (edited.general[0] @ bank.vectors.T).max() < 0.6
    assert edited.meaning.whitening is before.meaning.whitening
    assert len(edited.meaning.means) == 13


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


def test_a_collection_with_one_question_an_entry_learns_nothing_about_itself():
    assert adapted(random_bank(most=2), general(), transferred()) is None


def test_adapting_is_repeatable_and_knows_what_it_got_right():
    bank = random_bank(4, entries=30, most=12)
    first, again = (adapted(bank, general(), transferred()) for _ in range(2))

    assert first is not None
    assert again is not None
    assert np.array_equal(first[0], again[0])
    assert np.isfinite(first[0]).all()
    asked = first[1]
    assert np.average(asked.right[asked.inside], weights=asked.weight[asked.inside]) > 0.8
    assert asked.scope[asked.inside].mean() > asked.scope[~asked.inside].mean()


def asked_questions() -> Asked:
    """Probabilities 0.01 to 1.00; right from 0.5 on, and out of scope below 0.3."""
    sure = np.arange(1, 101) / 100
    return Asked(sure, sure, sure >= 0.5, sure >= 0.3, np.ones(100))


def test_the_target_is_met_with_the_widest_coverage_that_meets_it():
    limit = surest(asked_questions(), 0.8)

    assert limit == pytest.approx(0.41)  # 51 of 60 are right, with a standard error of 0.046
    assert surest(asked_questions(), 0.999) == pytest.approx(0.5)
    assert Thresholds(0.8).fitted(asked_questions()).answer_at == pytest.approx(0.41)


def test_the_target_is_met_where_half_of_the_questions_have_no_entry():
    """As they come 0.9 of all answers would be right; with half of the questions outside it is 0.5."""
    sure = np.concatenate([np.full(50, 0.8), np.full(50, 0.5)])
    inside = np.concatenate([np.ones(50, dtype=bool), np.arange(50) >= 10])
    asked = Asked(sure, sure, inside, inside, np.ones(100))

    assert surest(asked, 0.8) == pytest.approx(0.8)
    assert surest(asked, 0.45) == pytest.approx(0.5)


def test_what_nobody_gets_right_is_never_sure_enough():
    none = asked_questions()
    wrong = Asked(none.scope, none.best, np.zeros(100, dtype=bool), none.inside, none.weight)

    assert surest(wrong, 0.5) > 1


@pytest.mark.parametrize("many", [1, 2, 3, 4, 9, 40])
def test_phrasings_that_are_alike_are_held_out_together(many: int):
    random = np.random.default_rng(many)
    angle = random.permutation(np.linspace(0, 1, many))
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)

    folds = alike(vectors, random)

    sizes = np.bincount(folds, minlength=FOLDS)
    assert sizes.max() - sizes.min() <= 1
    within = [np.ptp(angle[folds == fold]) for fold in range(FOLDS) if sizes[fold]]
    assert max(within) <= 0.55  # seen from the middle, a fold may lie on both sides


def test_an_index_that_follows_another_serves_at_once_with_what_was_learned():
    first = an_index().adapted()
    encoder = HashingEncoder()
    gifts = Content("gift wrapping", (), "Yes.")
    texts = gifts.embedded(passages=True)
    vectors = first.views_by_text() | dict(zip(texts, encoder.encode(texts), strict=True))
    more = [*first.entries, Published("gifts", 1, gifts)]

    after = Index.of(more, vectors, Thresholds(), encoder.dimension, after=first)

    assert match(after, "gift wrapping").candidates[0].entry.id == "gifts"
    assert match(after, "delivery time").candidates[0].entry.id == "delivery"


def test_beside_many_that_stayed_an_entry_gets_their_shapes_until_the_index_has_adapted():
    encoder = HashingEncoder()
    things = ["".join(parts) for parts in product(("ba", "ke", "lo", "mi", "nu", "sa", "ti", "ro"), repeat=2)]
    asked = {each: [f"what is the {each} for", f"tell me about the {each}"] for each in things}
    live = an_index(asked).adapted()
    new = Published("new", 1, Content("Do you lend a zeppelin?", ("zeppelin rental",), "Yes."))
    texts = new.content.embedded(passages=True)
    views = live.views_by_text() | dict(zip(texts, encoder.encode(texts), strict=True))

    draft = Index.of([*live.entries, new], views, Thresholds(), encoder.dimension, after=live)
    learned = draft.adapted()

    before, at_once, later = (shape_of(index) for index in (live, draft, learned))
    assert np.array_equal(at_once, before)
    assert not np.allclose(later, before)
    for index in (draft, learned):
        assert match(index, "rent a zeppelin").candidates[0].entry.id == "new"
        assert match(index, "tell me about that lomi").candidates[0].entry.id == "lomi"


def shape_of(index: Index) -> NDArray[np.float32]:
    assert index._scorer is not None
    return index._scorer.evidence.meaning.whitening


def test_fitting_values_nearness_and_is_repeatable():
    banks = [random_bank(seed, entries=20, most=8) for seed in (5, 6)]
    drawn = [Collection(["text"] * len(bank.owner), bank.vectors, 24, bank.owner, bank.passages) for bank in banks]
    questions = np.resize(general()[0], (len(general_questions()), 24))
    weights = fit(drawn, questions, shops=3)

    assert weights[:6].sum() > 0
    assert np.array_equal(weights, fit(drawn, questions, shops=3))


def test_inner_layers_have_a_discriminant_of_their_own_that_leaves_out_what_was_not_written():
    plain, random = random_bank(3, most=9), np.random.default_rng(3)
    subjects = random.normal(size=(plain.entries, 16)).astype(np.float32)
    seen = unit(subjects[plain.owner] + random.normal(size=(len(plain.owner), 16)).astype(np.float32))
    bank = Bank(plain.vectors, np.hstack([plain.wording, seen]), plain.owner, plain.passages)
    none = np.zeros((0, 24), np.float32), np.zeros((0, DIMENSION + 16), np.float32)
    evidence = Evidence.of(bank, none)
    rows = np.flatnonzero(bank.counts[bank.owner] > 1)[::3].astype(np.intp)

    every = evidence.options(bank.vectors[rows], bank.wording[rows])
    few = np.array([1, 4, 7], dtype=np.intp)
    logits = evidence.regression.logits(inputs(bank.vectors[rows[:1]], bank.wording[rows[:1]]))[0]
    among = evidence.options_among(bank.vectors[rows[0]], bank.wording[rows[0]], logits, few)
    without = evidence.options_without(rows)

    assert np.allclose(among, every[0, [*few, -1]], atol=1e-5)
    own, direction = bank.owner[rows], NAMES.index("inner direction")
    at = np.arange(len(rows))
    assert (every[at, own, direction] > np.delete(every[0, :-1, direction], own[0]).mean()).all()
    assert (without[at, own, direction] < every[at, own, direction]).all()
    others = np.ones_like(without[..., direction], dtype=bool)
    others[at, own] = False
    assert np.allclose(without[..., direction][others], every[..., direction][others], atol=1e-5)


def test_in_a_large_collection_the_few_entries_that_are_looked_at_hold_the_best_of_all():
    random = np.random.default_rng(0)
    subjects = random.normal(size=(2500, 1, 48)).astype(np.float32)
    vectors = unit((subjects + 0.5 * random.normal(size=(2500, 9, 48)).astype(np.float32)).reshape(-1, 48))
    bank = Bank(vectors, np.zeros((len(vectors), 512), np.float32), np.repeat(np.arange(2500), 9), unit(subjects[:, 0]))
    asked = unit(vectors[::500] + 0.05 * random.normal(size=(45, 48)).astype(np.float32))
    none = np.zeros((0, 48), np.float32), np.zeros((0, 512), np.float32)
    evidence = Evidence.of(bank, none)

    every = Scorer(evidence, transferred())
    some = Scorer.of(evidence, transferred())
    assert some.shortlist is not None

    nothing = np.zeros(512, np.float32)
    odd = np.arange(2500) % 2 == 1
    for vector in asked:
        for allowed in (None, odd):
            whole, few = (each.rank(vector, nothing, allowed, 3) for each in (every, some))
            assert [row for row, _ in few[0]] == [row for row, _ in whole[0]]
            assert few[1] == pytest.approx(whole[1], abs=1e-3)


def test_an_entry_that_joins_a_trained_collection_is_placed_among_the_others_whose_weights_stay():
    random = np.random.default_rng(0)
    subjects = random.normal(size=(30, 1, 48)).astype(np.float32)
    vectors = unit((subjects + 0.7 * random.normal(size=(30, 6, 48)).astype(np.float32)).reshape(-1, 48))
    bank = Bank(vectors, np.zeros((180, 512), np.float32), np.repeat(np.arange(30), 6), unit(subjects[:, 0]))
    none = np.zeros((0, 561), np.float32)
    before = bank.part(np.arange(174))
    learned = Regression.from_means(before, none).trained(before, none)
    joined = Regression.from_means(bank, none).resumed(learned, [(row, row) for row in range(29)])

    placed = joined.placed(bank, none, np.array([29]))

    asked = inputs(vectors, bank.wording)
    right = [softmax(each.logits(asked))[np.arange(180), bank.owner].mean() for each in (joined, placed)]
    assert right[1] > right[0]
    assert (placed.logits(asked).argmax(axis=1) == bank.owner)[174:].all()
    assert np.array_equal(np.delete(placed.weights, 29, axis=0), np.delete(joined.weights, 29, axis=0))
