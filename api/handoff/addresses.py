import re

LONGEST = 254  # RFC 5321
_EMAIL = re.compile(
    r"(?<![\w.+-])(?P<local>[\w.!#$%&'*+/=?^`{|}~-]{1,64})@(?P<domain>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})"
    r"(?![\w@-])",
    re.IGNORECASE | re.ASCII,
)


def find_email(text: str) -> str | None:
    """The one address in the text that mail could reach; None if there is none, or more than one."""
    found = [match for match in _EMAIL.finditer(text) if _sound(match)]
    return found[0][0] if len(found) == 1 else None


def _sound(match: re.Match[str]) -> bool:
    local = match["local"]
    return len(match[0]) <= LONGEST and not local.startswith(".") and not local.endswith(".") and ".." not in local


def masked(email: str) -> str:
    """`emma@example.com` → `e•••@example.com`."""
    local, _, domain = email.rpartition("@")
    return f"{local[0]}•••@{domain}"
