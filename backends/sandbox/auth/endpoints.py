import base64
from urllib.parse import parse_qs, unquote_plus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from backends.sandbox.auth.tokens import SCOPES, TOKEN_LIFETIME, issue_token, knows_client
from backends.sandbox.context import ShopDep

router = APIRouter()


@router.post("/oauth/token")
async def token(request: Request, shop: ShopDep) -> JSONResponse:
    """Client credentials; errors are those of RFC 6749, section 5.2."""
    client_id, client_secret = _basic(request.headers.get("authorization", ""))
    if not knows_client(shop.settings, client_id, client_secret):
        return _error("invalid_client", 401)
    form = parse_qs((await request.body()).decode("utf-8", "replace"))
    grant = form.get("grant_type", [""])[0]
    if grant != "client_credentials":
        return _error("unsupported_grant_type" if grant else "invalid_request", 400)
    scopes = form.get("scope", [" ".join(SCOPES)])[0].split()
    if not set(scopes) <= set(SCOPES):
        return _error("invalid_scope", 400)
    answer = {
        "access_token": issue_token(shop.settings, scopes, shop.clock()),
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
    }
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def _basic(header: str) -> tuple[str, str]:
    """RFC 6749, section 2.3.1: both parts are form-encoded before they are joined."""
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(user), unquote_plus(password)


def _error(code: str, status: int) -> JSONResponse:
    headers = {"WWW-Authenticate": 'Basic realm="shop"'} if status == 401 else {}  # noqa: PLR2004 - HTTP
    return JSONResponse({"error": code}, status, headers=headers)
