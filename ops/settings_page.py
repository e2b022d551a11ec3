"""Writes docs/reference/settings.md from the settings classes and the comments above their fields.

`python -m ops.settings_page` writes it; a test holds the page against the classes.
"""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from actions.settings import ActionSettings
from api.settings import ApiSettings
from backends.http.settings import CommerceSettings
from backends.sandbox.settings import SandboxSettings
from common.settings import ServiceSettings
from faq.settings import FaqSettings
from ops.settings import ROOT, LauncherSettings

PAGE = ROOT / "docs" / "reference" / "settings.md"
SECTIONS: dict[str, type[ServiceSettings]] = {
    "Every process": ServiceSettings,
    "The launcher (`make run`)": LauncherSettings,
    "The commerce backend (gateway and action server)": CommerceSettings,
    "The gateway": ApiSettings,
    "The FAQ service": FaqSettings,
    "The action server": ActionSettings,
    "The sample shop": SandboxSettings,
}
HEAD = """# Settings

Every setting is an environment variable (or a line of `.env` in the folder where the process starts). Written from the
classes by `python -m ops.settings_page`; change the comment above a field, not this page.
"""


@dataclass(frozen=True)
class Setting:
    variable: str
    default: str
    about: str


def settings_of(cls: type[ServiceSettings]) -> Iterator[Setting]:
    """The class's own fields, in the order of its source; a comment stands for all fields up to the next comment."""
    lines = inspect.getsource(cls).splitlines()
    own = ast.parse("\n".join(lines)).body[0]
    assert isinstance(own, ast.ClassDef)
    about: list[str] = []
    for node in own.body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        above = comment_above(lines, node.lineno - 1)
        about = above or about
        name = node.target.id
        yield Setting(f"{cls.model_config['env_prefix']}{name.upper()}", default_of(cls, name), " ".join(about))


def comment_above(lines: list[str], position: int) -> list[str]:
    found: list[str] = []
    while position > 0 and lines[position - 1].strip().startswith("#"):
        position -= 1
        found.insert(0, lines[position].strip().removeprefix("#").strip())
    return found


def default_of(cls: type[ServiceSettings], name: str) -> str:
    default = cls.model_fields[name].default
    if hasattr(default, "get_secret_value"):
        default = default.get_secret_value()
    if default in {"", ()}:
        return "empty"
    if isinstance(default, tuple) and all(isinstance(each, str) for each in default):
        default = ",".join(default)
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def page() -> str:
    parts = [HEAD]
    for title, cls in SECTIONS.items():
        parts += [f"\n## {title}\n\n", "| variable | default | |\n|---|---|---|\n"]
        parts += [f"| `{item.variable}` | {item.default} | {item.about} |\n" for item in settings_of(cls)]
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
