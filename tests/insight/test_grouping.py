import numpy as np
import pytest

from api.insight.questions.grouping import SAME_MEANING, Groups, Vector, read, write


def at(degrees: float) -> Vector:
    """A unit vector; the cosine of two is that of the angle between them."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


def grouped(*degrees: float) -> list[int]:
    groups, found = Groups([]), []
    for angle in degrees:
        group = groups.nearest(at(angle))
        found.append(len(set(found)) if group is None else group)
        groups.put(found[-1], at(angle))
    return found


def test_near_questions_share_a_group_and_far_ones_do_not() -> None:
    assert grouped(0, 20, 170, 10, 160) == [0, 0, 1, 0, 1]


def test_the_nearest_group_is_taken_where_two_would_do() -> None:
    edge = float(np.degrees(np.arccos(SAME_MEANING)))
    assert grouped(0, edge + 2, edge - 5) == [0, 1, 1]


def test_all_groups_of_one_meaning_are_found_for_a_text() -> None:
    groups = Groups([(1, at(0)), (2, 3 * at(50)), (3, at(180)), (4, 0 * at(0))])
    assert groups.like(at(25)) == {1, 2}
    assert groups.like(at(90)) == {2}
    assert Groups([]).like(at(0)) == set()


def test_a_group_moves_with_its_questions() -> None:
    edge = float(np.degrees(np.arccos(SAME_MEANING)))
    assert grouped(0, edge + 10) == [0, 1]
    assert grouped(0, 30, 30, edge + 10) == [0, 0, 0, 0]


def test_a_text_without_a_meaning_is_near_nothing() -> None:
    groups = Groups([(1, at(0))])
    assert groups.nearest(np.zeros(2, dtype=np.float32)) is None
    assert Groups([]).nearest(at(0)) is None


@pytest.mark.parametrize("angle", [0.0, 33.3])
def test_a_vector_survives_the_database(angle: float) -> None:
    assert (read(write(at(angle))) == at(angle)).all()
