from pydantic import Field, SecretStr

from common.settings import ServiceSettings


class CommerceSettings(ServiceSettings):
    """How to reach the retailer's shop. Give a client id and secret, or an API key."""

    # Where the commerce backend contract is served; a path in front is kept.
    commerce_url: str = "http://127.0.0.1:8100"
    # OAuth2 client credentials. The token is fetched from `<commerce_url>/oauth/token`.
    commerce_client_id: str = ""
    commerce_client_secret: SecretStr = SecretStr("")
    # Sent as X-Api-Key instead of a token where there is no client id.
    commerce_api_key: SecretStr = SecretStr("")
    # Seconds to establish a connection. Past it nothing was sent, so that even a write may be tried again.
    commerce_connect_timeout: float = Field(default=1.0, gt=0, le=8)
    # Seconds for one attempt of a read; the rest of the time is for another attempt.
    commerce_attempt_timeout: float = Field(default=2.5, gt=0, le=8)
    # Seconds for a whole read, attempts and pauses together.
    commerce_read_timeout: float = Field(default=4.0, gt=0, le=8)
    # Seconds for a whole write. Longer than a read's: giving up on a write leaves open whether it happened.
    commerce_write_timeout: float = Field(default=8.0, gt=0, le=8)
    # Attempts of one call, the first included.
    commerce_attempts: int = Field(default=3, ge=1, le=10)
    # Seconds; the pause before attempt n is random between 0 and this times 2^(n-1).
    commerce_backoff: float = Field(default=0.1, ge=0)
    # Connections open at once, and how long an idle one is kept. Servers commonly drop idle connections after five
    # seconds: a write must not find out on a connection that is about to go.
    commerce_connections: int = Field(default=50, ge=1)
    commerce_keepalive: float = Field(default=4.0, ge=0)
    # Failures in a row after which calls are refused without being sent, and seconds until one probes again.
    commerce_breaker_threshold: int = Field(default=5, ge=1)
    commerce_breaker_recovery: float = Field(default=10.0, gt=0)
    # Seconds for which policies and return reasons, the same for everybody, are remembered.
    commerce_remember: float = Field(default=60.0, ge=0)
