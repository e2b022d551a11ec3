import httpx

from backends.http.auth import ApiKey, Authentication, ClientCredentials
from backends.http.breaker import CircuitBreaker
from backends.http.client import HttpCommerce
from backends.http.settings import CommerceSettings
from backends.http.transport import Transport
from common.tls import tls_context


def create_commerce(settings: CommerceSettings) -> HttpCommerce:
    """A client with its connections, to be made once a process and closed at its end. Nothing is sent yet.

    Raises:
        ValueError: neither a client id nor an API key is set.
    """
    http = httpx.AsyncClient(
        base_url=settings.commerce_url,
        timeout=httpx.Timeout(settings.commerce_write_timeout, connect=settings.commerce_connect_timeout),
        limits=httpx.Limits(
            max_connections=settings.commerce_connections,
            max_keepalive_connections=settings.commerce_connections,
            keepalive_expiry=settings.commerce_keepalive,
        ),
        verify=tls_context(),
    )
    breaker = CircuitBreaker(threshold=settings.commerce_breaker_threshold, recovery=settings.commerce_breaker_recovery)
    transport = Transport(http, _authentication(settings, http), breaker, settings)
    return HttpCommerce(http, transport, remember_seconds=settings.commerce_remember)


def _authentication(settings: CommerceSettings, http: httpx.AsyncClient) -> Authentication:
    if settings.commerce_client_id:
        return ClientCredentials(
            http, client_id=settings.commerce_client_id, client_secret=settings.commerce_client_secret
        )
    if settings.commerce_api_key.get_secret_value():
        return ApiKey(settings.commerce_api_key)
    raise ValueError("AFTERCARE_COMMERCE_CLIENT_ID or AFTERCARE_COMMERCE_API_KEY must be set")
