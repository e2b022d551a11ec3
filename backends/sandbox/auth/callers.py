"""Dependencies of endpoints: `needs("orders:read")`, `CallerDep` (customer or guest), `MemberDep` (no guests)."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header

from backends.models import AuthLevel
from backends.sandbox.auth.tokens import API_KEY_CLIENT, SCOPES, Client, read_assertion, read_token, same, unauthorized
from backends.sandbox.context import ShopDep, Subject
from backends.sandbox.problems import verification_required
from common.problems import Problem


def get_client(
    shop: ShopDep,
    authorization: Annotated[str, Header()] = "",
    x_api_key: Annotated[str, Header()] = "",
) -> Client:
    if x_api_key and same(x_api_key, shop.settings.commerce_api_key):
        return Client(API_KEY_CLIENT, frozenset(SCOPES))
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise unauthorized()
    return read_token(shop.settings, token.strip(), shop.clock())


ClientDep = Annotated[Client, Depends(get_client)]


def needs(scope: str) -> Callable[[Client], None]:
    def check(client: ClientDep) -> None:
        if scope not in client.scopes:
            raise Problem(403, "insufficient_scope", f"This call needs the scope {scope}.")

    return check


def get_caller(shop: ShopDep, x_customer_assertion: Annotated[str, Header()] = "") -> Subject:
    return read_assertion(shop.settings, x_customer_assertion, shop.clock())


CallerDep = Annotated[Subject, Depends(get_caller)]


def get_member(caller: CallerDep) -> Subject:
    if caller.auth_level is not AuthLevel.CUSTOMER:
        raise verification_required("A guest of one order can't do this.")
    return caller


MemberDep = Annotated[Subject, Depends(get_member)]
