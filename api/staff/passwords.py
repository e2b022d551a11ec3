"""Argon2id with the library's current defaults (RFC 9106, low memory). Runs in a thread: a check takes tens of ms."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 256  # nobody hashes megabytes for a stranger

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def needs_rehash(hashed: str) -> bool:
    return _hasher.check_needs_rehash(hashed)


@cache
def _nobodys_hash() -> str:
    return hash_password("a password that no account has")


def _check(password: str, hashed: str | None) -> bool:
    if len(password) > MAXIMUM_LENGTH:
        return False
    try:
        _hasher.verify(hashed or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


async def check_password(password: str, hashed: str | None) -> bool:
    """Without a hash (no such account) it takes as long as with one, and is false."""
    return await asyncio.to_thread(_check, password, hashed)
