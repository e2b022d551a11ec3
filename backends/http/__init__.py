"""The commerce backend contract over HTTP: `create_commerce(settings)` makes a `backends.ports.Commerce`."""

from backends.http.client import HttpCommerce
from backends.http.create import create_commerce
from backends.http.settings import CommerceSettings

__all__ = ["CommerceSettings", "HttpCommerce", "create_commerce"]
