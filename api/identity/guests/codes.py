"""One-time codes in what customers type: six digits, perhaps split in the middle; no part of a number or address."""

import re
import secrets

CODE = re.compile(r"(?<![\w#.@+-])(\d{3})[ -]?(\d{3})(?![\w@+-]|\.\w)")
MASK = "••••••"


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def find_codes(text: str) -> list[str]:
    return ["".join(match.groups()) for match in CODE.finditer(text)]


def mask_codes(text: str) -> str:
    return CODE.sub(MASK, text)
