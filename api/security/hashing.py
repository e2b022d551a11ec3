import hashlib
import hmac
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class KeyedHash:
    """HMAC-SHA256 under the product's own secret: what is stored cannot be guessed without it."""

    secret: SecretStr

    def digest(self, *parts: str) -> bytes:
        message = "\x00".join(parts).encode("utf-8", "surrogatepass")
        return hmac.digest(self.secret.get_secret_value().encode(), message, hashlib.sha256)

    def hex(self, *parts: str) -> str:
        return self.digest(*parts).hex()

    def matches(self, digest: bytes, *parts: str) -> bool:
        return hmac.compare_digest(digest, self.digest(*parts))
