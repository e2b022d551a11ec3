import pytest
from components.gibberish import has_no_vowel, is_gibberish, known_pieces, pieces
from components.lexical import normalise
from evaluate import HERE, read_examples

TEXTS, INTENTS = read_examples(HERE / "data" / "nlu")
KNOWN = known_pieces([text for text, intent in zip(TEXTS, INTENTS, strict=True) if intent != "nlu_fallback"])


@pytest.mark.parametrize("text", ["hgjhg", "sdkfjh skdjfh", "zzzzz", "xkqjz wvvv", "lkjhgfd"])
def test_letters_without_a_known_syllable_are_gibberish(text: str):
    assert is_gibberish(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    ["wheres my oder", "i wanna retrun my shooes", "Aoife Kavanagh", "JL-100234", "ok", "nvm", "XL", "👍", "", "42"],
)
def test_what_is_badly_spelled_or_short_is_not(text: str):
    assert not is_gibberish(text, KNOWN)


def test_examples_with_enough_letters_are_not():
    meant = [
        text for text, intent in zip(TEXTS, INTENTS, strict=True) if intent not in {"nlu_fallback", "other_language"}
    ]
    assert [text for text in meant if is_gibberish(text, KNOWN)] == []


def test_pieces_mark_where_words_begin_and_end():
    assert pieces("no way") == [" no", "no ", " wa", "way", "ay "]


def test_a_picture_counts_as_what_it_shows():
    assert normalise("ok 👍").split() == ["ok", "thumbs", "up", "sign"]


@pytest.mark.parametrize("text", ["qwrtz plmkn", "hgjhg", "JKLM!!"])
def test_letters_without_a_vowel_are_of_no_language(text: str):
    assert has_no_vowel(text)


@pytest.mark.parametrize(
    "text", ["gdzie jest paczka", "krk je vlk", "żółć", "где", "你好", "hm", "JL-100234", "👍", ""]
)
def test_what_may_be_a_language_or_says_too_little_is_not(text: str):
    assert not has_no_vowel(text)
