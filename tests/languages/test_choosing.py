import pytest

from api.languages.choosing import chosen


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("do you speak French?", "fr"),
        ("en français s'il vous plaît", "fr"),
        ("Français", "fr"),
        ("Parlez-vous français ?", "fr"),
        ("en français s\u2019il te plaît", "fr"),
        ("¿Habla español?", "es"),
        ("español por favor", "es"),
        ("Können wir auf Deutsch schreiben?", "de"),
        ("Deutsch bitte", "de"),
        ("请说中文", "zh"),
        ("您会说中文吗?", "zh"),
        ("您会说中文吗？", "zh"),
        ("English please", "en"),
        ("can we switch to English", "en"),
        ("auf Englisch bitte", "en"),
    ],
)
def test_who_asks_for_a_language_gets_it(text: str, language: str):
    assert chosen(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please",
        "do you ship French cheese?",
        "is the manual in German?",
        "French or German?",
        "I want the English version of the book",
        "do you speak Klingon?",
        "in " * 20 + "English",
    ],
)
def test_who_says_anything_else_does_not_change_the_language(text: str):
    assert chosen(text) is None
