import ssl
from functools import cache

import httpx


@cache
def tls_context() -> ssl.SSLContext:
    """What a client of this process verifies servers with. Made once: loading the certificates takes 20 to 40 ms."""
    return httpx.create_ssl_context()
