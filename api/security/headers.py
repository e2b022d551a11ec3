"""Security headers, with a content security policy for each area. What an endpoint sets itself is left as it is."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
PAGES = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE_AREAS = ("/desk", "/faq", "/reports", "/login", "/logout")
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def headers_for(path: str) -> dict[str, str]:
    if path.startswith("/static/"):  # the widget's script is loaded by the retailer's own pages
        area = {"Content-Security-Policy": NOTHING, "Cross-Origin-Resource-Policy": "cross-origin"}
    elif path == "/" or any(path == area or path.startswith(f"{area}/") for area in PAGE_AREAS):
        area = {"Content-Security-Policy": PAGES, "Cache-Control": "no-store"}
    else:
        area = {"Content-Security-Policy": NOTHING, "Cache-Control": "no-store"}
    return {**EVERYWHERE, "Cross-Origin-Resource-Policy": "same-origin", **area}


class SecurityHeaders:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in headers_for(scope["path"]).items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", HSTS)
            await send(message)

        await self._app(scope, receive, with_headers)
