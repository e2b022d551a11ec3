import pytest
from components.scripts import has_accents, is_another_script


@pytest.mark.parametrize(
    "text", ["где моя посылка?", "πού είναι το δέμα μου", "我想退货 JL-100234", "أين طلبي", "ok, а где заказ"]
)
def test_most_letters_in_another_script_are_another_language(text: str):
    assert is_another_script(text)


@pytest.mark.parametrize("text", ["", "👍", "123", "where is my order", "Größe und Länge", "is the Ψ lamp in stock"])
def test_latin_letters_and_what_has_none_are_not(text: str):
    assert not is_another_script(text)


def test_accents_are_letters_outside_ascii():
    assert has_accents("moja paczka nie dotarła")
    assert not has_accents("hgjhg … 5€ 👍")
