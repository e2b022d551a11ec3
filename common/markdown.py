"""The Markdown that an answer may use, read once for every channel: paragraphs, lists, bold, italic, links.

Whatever else Markdown knows (HTML, pictures, headings, tables) stays the text that it is. A screen gets `blocks`, from
which it builds its own elements; a channel of plain text gets `plain`, which says the same.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

SCHEMES = ("https", "http", "mailto")


@dataclass(frozen=True, slots=True)
class Span:
    """`href` is an absolute address of one of SCHEMES, or nothing."""

    text: str
    bold: bool = False
    italic: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """`start` is the first number of an ordered list."""

    items: tuple[tuple["Block", ...], ...]
    ordered: bool = False
    start: int = 1


Block = Paragraph | Listing


def read(text: str) -> tuple[Block, ...]:
    return _blocks(SyntaxTreeNode(_reader().parse(text)).children)


def is_formatted(blocks: Sequence[Block]) -> bool:
    """Whether there is more in it than paragraphs of plain text."""
    return any(isinstance(block, Listing) or any(span != Span(span.text) for span in block.spans) for block in blocks)


def plain(blocks: Sequence[Block], between: str = "\n\n") -> str:
    return between.join(
        _plain_list(block) if isinstance(block, Listing) else "".join(_plain_span(span) for span in block.spans)
        for block in blocks
    )


def as_json(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """Paragraphs and lists as objects.

    `{"type": "paragraph", "spans": [{"text", "bold"?, "italic"?, "href"?}]}` or
    `{"type": "list", "ordered", "start", "items": [[block, …], …]}`.
    """
    return [_block_json(block) for block in blocks]


def _block_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Listing):
        items = [as_json(item) for item in block.items]
        return {"type": "list", "ordered": block.ordered, "start": block.start, "items": items}
    spans = [{name: value for name, value in asdict(span).items() if value} for span in block.spans]
    return {"type": "paragraph", "spans": spans}


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("zero", {"breaks": True})
    return reader.enable(["list", "emphasis", "link", "newline", "escape", "balance_pairs", "fragments_join"])


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> tuple[Block, ...]:
    found: list[Block] = []
    for node in nodes:
        if node.type in ("bullet_list", "ordered_list"):
            items = tuple(_blocks(item.children) for item in node.children)
            found.append(Listing(items, node.type == "ordered_list", int(node.attrs.get("start", 1))))
        elif node.type == "paragraph":
            found.append(Paragraph(_joined(_spans(node.children[0].children, Span("")))))
    return tuple(found)


def _spans(nodes: Sequence[SyntaxTreeNode], style: Span) -> list[Span]:
    found: list[Span] = []
    for node in nodes:
        match node.type:
            case "strong":
                found += _spans(node.children, Span("", bold=True, italic=style.italic, href=style.href))
            case "em":
                found += _spans(node.children, Span("", bold=style.bold, italic=True, href=style.href))
            case "link":
                href = _address(str(node.attrs.get("href", "")))
                found += _spans(node.children, Span("", bold=style.bold, italic=style.italic, href=href))
            case "softbreak" | "hardbreak":
                found.append(Span("\n", style.bold, style.italic, style.href))
            case _:
                found.append(Span(node.content, style.bold, style.italic, style.href))
    return found


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours of the same style made one, empty ones dropped."""
    kept: list[Span] = []
    for span in spans:
        if kept and (kept[-1].bold, kept[-1].italic, kept[-1].href) == (span.bold, span.italic, span.href):
            kept[-1] = Span(kept[-1].text + span.text, span.bold, span.italic, span.href)
        elif span.text:
            kept.append(span)
    return tuple(kept)


def _address(href: str) -> str:
    """Empty for an address that is not absolute or not of a harmless scheme: the link's text is then all there is."""
    parts = urlsplit(href)
    return href if parts.scheme in SCHEMES and (parts.netloc or parts.scheme == "mailto") else ""


def _plain_span(span: Span) -> str:
    address = span.href.removeprefix("mailto:")
    return f"{span.text} ({address})" if address and address != span.text else span.text


def _plain_list(block: Listing) -> str:
    lines = []
    for number, item in enumerate(block.items, start=block.start):
        mark = f"{number}. " if block.ordered else "• "
        lines.append(mark + plain(item, "\n").replace("\n", "\n" + " " * len(mark)))
    return "\n".join(lines)
