from itertools import pairwise

from tests.faults.plan import DECK, REST, make_plan


def test_the_same_seed_makes_the_same_plan() -> None:
    assert make_plan(7, 300, every=3) == make_plan(7, 300, every=3)
    assert make_plan(7, 300, every=3) != make_plan(8, 300, every=3)


def test_a_plan_of_half_an_hour_has_five_hundred_faults() -> None:
    assert len(make_plan(1, 1800, every=3)) >= 500


def test_every_kind_of_fault_comes_before_one_comes_again() -> None:
    plan = make_plan(3, 600, every=3)
    assert len({(fault.kind, fault.target) for fault in plan[: len(DECK)]}) == len(DECK)


def test_a_process_has_time_to_be_of_use_before_it_is_killed_again() -> None:
    kills = [fault for fault in make_plan(5, 1800, every=2) if fault.kind == "kill"]
    for target in {fault.target for fault in kills}:
        times = [fault.at for fault in kills if fault.target == target]
        assert all(later - earlier >= REST - 0.02 for earlier, later in pairwise(times))
