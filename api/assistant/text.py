import re
import unicodedata

MAX_TEXT = 4000  # characters
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def clean(text: str) -> str:
    """NFC, Unix line ends, without control characters and lone surrogates, trimmed. May be empty."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", CONTROL.sub("", text)).strip()


def without_command(text: str) -> str:
    """What Rasa may read: typed text that looks like `/intent{…}` loses the slash that would make it one."""
    return text.lstrip("/ \t\n") or "?"
