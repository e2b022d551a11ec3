"""What a scanner reads from the codes on a return's page: they are drawn from the page's own markup, then decoded."""

import re
from datetime import date

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from backends.sandbox.returns.label import label_page

NUMBER = "RT-200010"
Picture = NDArray[np.uint8]


def page(method: str) -> str:
    return label_page(number=NUMBER, order_number="100241", name="Liam", send_by=date(2026, 12, 12), method=method)


def drawn_strokes(markup: str) -> Picture:
    """The path of horizontal strokes, each one unit thick, on white; a unit is eight pixels."""
    [side] = re.findall(r'<path fill="#fff" d="M0 0h(\d+)', markup)
    [path] = re.findall(r'stroke="#000" d="([^"]+)"', markup)
    dark = np.zeros((int(side), int(side)), dtype=bool)
    x = y = 0.0
    for command, first, second in re.findall(r"([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?", path):
        if command == "h":
            dark[int(y), int(x) : int(x + float(first))] = True
            x += float(first)
        else:
            x, y = (float(first), float(second)) if command == "M" else (x + float(first), y + float(second))
    return np.kron(np.where(dark, 0, 255), np.ones((8, 8))).astype(np.uint8)


def drawn_bars(markup: str) -> Picture:
    """With the white margin that a reader needs before and after."""
    bars = [(int(x), int(width)) for x, width in re.findall(r'<rect x="(\d+)" width="(\d+)"', markup)]
    picture = np.full((70, bars[-1][0] + bars[-1][1] + 80), 255, dtype=np.uint8)
    for x, width in bars:
        picture[:, 40 + x : 40 + x + width] = 0
    return picture


def read(picture: Picture) -> list[tuple[str, str]]:
    return [(found.format.name, found.text) for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("method", ["label", "code"])
def test_the_qr_code_says_the_returns_number(method: str) -> None:
    assert [text for _, text in read(drawn_strokes(page(method)))] == [NUMBER]


def test_a_quarter_of_its_squares_may_be_dirty() -> None:
    picture = drawn_strokes(page("code"))
    picture[120:160, 120:168] = 0
    assert [text for _, text in read(picture)] == [NUMBER]


def test_the_bar_code_of_a_printed_label_says_it_too_and_a_phone_shows_none() -> None:
    assert [text for _, text in read(drawn_bars(page("label")))] == [NUMBER]
    assert "<rect" not in page("code")


def test_a_code_needs_nothing_that_the_pages_policy_forbids() -> None:
    for method in ("label", "code"):
        assert not re.search(r"<(script|img|link|iframe)|\son\w+=|url\(", page(method))
