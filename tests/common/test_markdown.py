"""One reading of an answer's Markdown for every channel."""

import json

import pytest

from common.markdown import as_json, is_formatted, plain, read
from ops.settings import ROOT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Free** returns\nand *quick*", "Free returns\nand quick"),
        ("See [our shop](https://shop.example/a?b=1).", "See our shop (https://shop.example/a?b=1)."),
        ("[https://shop.example](https://shop.example)", "https://shop.example"),
        ("Write to [us](mailto:help@shop.example)", "Write to us (help@shop.example)"),
        ("First:\n\n- one\n- two\n  - inner\n\nThen.", "First:\n\n• one\n• two\n  • inner\n\nThen."),
        ("3. three\n4. four", "3. three\n4. four"),
        ("5 * 3 * 2, snake_case_name, \\*stars\\*", "5 * 3 * 2, snake_case_name, *stars*"),
    ],
)
def test_plain_channels_read_the_same_words(text: str, expected: str):
    assert plain(read(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> & <b>bold</b>",
        "[click](javascript:alert(1))",
        "[click](data:text/html,x)",
        "[click](//evil.example)",
        "[click](/relative)",
        "# no heading\n| no | table |",
    ],
)
def test_whatever_else_markdown_knows_stays_text_without_an_address(text: str):
    assert [span for block in as_json(read(text)) for span in block["spans"] if span.keys() - {"text"}] == []


def test_styles_and_lists_come_as_objects_that_a_screen_can_build_from():
    assert as_json(read("a **b *c***\n\n1. [d](https://e.example)")) == [
        {
            "type": "paragraph",
            "spans": [{"text": "a "}, {"text": "b ", "bold": True}, {"text": "c", "bold": True, "italic": True}],
        },
        {
            "type": "list",
            "ordered": True,
            "start": 1,
            "items": [[{"type": "paragraph", "spans": [{"text": "d", "href": "https://e.example"}]}]],
        },
    ]


def test_the_sample_entries_read_as_they_are_written():
    lines = (ROOT / "faq" / "content" / "entries.jsonl").read_text().splitlines()
    answers = [json.loads(line)["answer"] for line in lines]
    assert [plain(read(answer)) for answer in answers] == answers
    assert not any(is_formatted(read(answer)) for answer in answers)


def test_deep_nesting_ends():
    assert plain(read("- " * 500 + "deep"))
    assert plain(read("[" * 2000 + "x" + "](https://a.example)" * 2000))
