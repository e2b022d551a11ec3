"""What a customer's words are taken for."""

import pytest

from actions.reading.choices import (
    Option,
    asks_for_information,
    find_many,
    find_one,
    lacks,
    names_by_text,
    says_only_no,
    speaks_of,
)

WARDROBE = [
    Option("sneakers", "Canvas sneakers", "42 / white"),
    Option("socks", "Wool socks", "40-43 / grey"),
    Option("candle", "Beeswax candle", "small"),
]
VOUCHERS = [Option("five", "€5.00 voucher"), Option("ten", "€10.00 voucher")]


def test_what_a_thing_is_called_counts_before_its_size():
    assert find_one("exchange my sneakers for size 43", WARDROBE).values == ("sneakers",)


def test_a_size_names_a_thing_where_nothing_else_does():
    assert find_one("the small one", WARDROBE).values == ("candle",)
    assert not names_by_text("too small", WARDROBE[2])


def test_the_same_thing_in_two_colours_is_told_apart_by_the_colour():
    mugs = [Option("blue", "Stoneware mug", "blue"), Option("white", "Stoneware mug", "white")]
    assert find_one("the mug", mugs).tied
    assert find_many("the white mug", mugs).values == ("white",)


def test_money_is_read_as_it_is_spoken():
    assert find_one("actually the 10 euro one", VOUCHERS) == find_one("€10.00 voucher", VOUCHERS)
    assert find_one("actually the 10 euro one", VOUCHERS).values == ("ten",)


@pytest.mark.parametrize("text", ["where are your shops?", "how I send it back", "which one is cheaper"])
def test_who_asks_for_information_wants_to_know(text: str):
    assert asks_for_information(text)


@pytest.mark.parametrize("text", ["can I have store credit?", "what about store credit", "store credit?", "why", ""])
def test_who_asks_for_a_thing_wants_the_thing(text: str):
    assert not asks_for_information(text)


@pytest.mark.parametrize(
    "text", ["I don't have it", "no idea, sorry", "I can\N{RIGHT SINGLE QUOTATION MARK}t find the number"]
)
def test_who_lacks_something_says_so_in_many_ways(text: str):
    assert lacks(text)


@pytest.mark.parametrize("text", ["JL-100234", "", "I have it here", "nosuresky"])
def test_others_lack_nothing(text: str):
    assert not lacks(text)


def test_a_subject_is_spoken_of_in_whole_words():
    assert speaks_of("It was a GIFT!", "gift")
    assert not speaks_of("the gifted child", "gift")


def test_wait_is_no_answer_of_its_own():
    assert says_only_no("no wait")
