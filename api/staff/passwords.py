"""Argon2id with the library's current defaults (RFC 9106, low memory). Runs in a thread: a check takes tens of ms."""

import asyncio
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 256  # nobody hashes megabytes for a stranger


class Passwords:
    """`hasher` says what a hash costs; a password that was hashed at another cost is hashed again at its next login."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def needs_rehash(self, hashed: str) -> bool:
        return self._hasher.check_needs_rehash(hashed)

    async def check(self, password: str, hashed: str | None) -> bool:
        """Without a hash (no such account) it takes as long as with one, and is false."""
        return await asyncio.to_thread(self._check, password, hashed)

    @cached_property
    def _nobodys_hash(self) -> str:
        return self.hash("a password that no account has")

    def _check(self, password: str, hashed: str | None) -> bool:
        if len(password) > MAXIMUM_LENGTH:
            return False
        try:
            self._hasher.verify(hashed or self._nobodys_hash, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None
