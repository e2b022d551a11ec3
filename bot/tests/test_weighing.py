import numpy as np
import pytest
from components.intent_model import best_temperature, softmax
from components.weighing import weigh

UNSURE = {"faq": 0.2, "out_of_scope": 0.5, "order_status": 0.3}


def top(weighed: dict) -> str:
    return max(weighed, key=weighed.__getitem__)


def test_without_the_index_the_classifier_decides_alone() -> None:
    assert weigh(UNSURE, None, 0.5, 0.1, 0.75) == UNSURE


def test_an_index_that_knows_nothing_new_changes_nothing() -> None:
    assert weigh(UNSURE, 0.5, 0.5, 0.0, 0.75) == pytest.approx(UNSURE)


def test_a_sure_index_finds_an_entry_that_training_never_saw() -> None:
    assert top(weigh({"faq": 0.001, "out_of_scope": 0.989, "order_status": 0.01}, 0.98, 0.5, 0.1, 0.75)) == "faq"


def test_an_index_that_has_nothing_makes_a_question_out_of_scope() -> None:
    assert top(weigh({"faq": 0.6, "out_of_scope": 0.3, "order_status": 0.1}, 0.03, 0.5, 0.1, 0.75)) == "out_of_scope"


def test_a_sure_index_does_not_take_a_personal_wish_away() -> None:
    assert (
        top(weigh({"faq": 0.05, "out_of_scope": 0.0, "refund_status": 0.95}, 0.99, 0.5, 0.1, 0.75)) == "refund_status"
    )


def test_a_sure_index_takes_a_question_from_a_skill_that_is_not_sure() -> None:
    asked = {"faq": 0.35, "out_of_scope": 0.0, "return_start": 0.65}
    assert top(weigh(asked, 0.95, 0.5, 0.1, 0.75)) == "faq"
    assert top(weigh(asked, 0.3, 0.5, 0.1, 0.75)) == "return_start"


@pytest.mark.parametrize("answered", [0.0, 0.3, 1.0])
def test_what_comes_out_are_probabilities(answered: float) -> None:
    weighed = weigh(UNSURE, answered, 0.5, 0.1, 0.75)
    assert sum(weighed.values()) == pytest.approx(1.0)
    assert set(weighed) == set(UNSURE)


def test_an_impossible_answer_leaves_the_classifier_its_word() -> None:
    assert weigh({"out_of_scope": 1.0}, 1.0, 0.5, 0.0, 0.75) == {"out_of_scope": 1.0}


def test_the_temperature_tells_overconfident_scores_to_calm_down() -> None:
    target = np.array([0] * 70 + [1] * 30)
    scores = np.tile([4.0, 0.0], (100, 1))
    temperature = best_temperature(scores, target)
    assert softmax(scores[:1] / temperature)[0, 0] < softmax(scores[:1])[0, 0]
