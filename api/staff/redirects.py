from urllib.parse import urlencode, urlsplit

from fastapi import Request

from api.staff.models import Role, Staff


def safe_next(address: str) -> str | None:
    """The address if it is a path on this site; None for anything that a browser could read as another site."""
    parts = urlsplit(address)
    plain = address.isascii() and address.isprintable() and "\\" not in address
    if not plain or parts.scheme or parts.netloc or not address.startswith("/") or address.startswith("//"):
        return None
    return address


def home_of(staff: Staff) -> str:
    if Role.ADVISOR in staff.roles:
        return "/desk"
    return "/faq" if Role.CURATOR in staff.roles else "/advisors"


def page_behind(request: Request) -> str | None:
    """What the reader wanted to see: this page, or the one that a fragment is for. None for a form post."""
    if current := request.headers.get("hx-current-url"):
        parts = urlsplit(current)
        return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    if request.method != "GET":
        return None
    return safe_next(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)


def login_address(next_page: str | None) -> str:
    return f"/login?{urlencode({'next': next_page})}" if next_page else "/login"
