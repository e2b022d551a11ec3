"""The return label: the number as text, as a QR code (ISO/IEC 18004), and to print as a Code 39 bar code, too (16388).

A page to show on a phone has the QR code only: bars that fit on a narrow screen are too thin for many readers.
"""

from datetime import date
from html import escape

import segno

# Nine elements a character, bar and space in turn; w is wide. Only the characters of a return number, and the frame *.
CODE_39 = {
    "0": "nnnwwnwnn",
    "1": "wnnwnnnnw",
    "2": "nnwwnnnnw",
    "3": "wnwwnnnnn",
    "4": "nnnwwnnnw",
    "5": "wnnwwnnnn",
    "6": "nnwwwnnnn",
    "7": "nnnwnnwnw",
    "8": "wnnwnnwnn",
    "9": "nnwwnnwnn",
    "R": "wnnnnnwwn",
    "T": "nnnnwnwwn",
    "-": "nwnnnnwnw",
    "*": "nwnnwnwnn",
}
NARROW, WIDE, HEIGHT = 2, 5, 70

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Return label {number}</title>
<style>body{{font:16px/1.4 sans-serif;margin:2rem}}
section{{border:2px solid;padding:1.5rem;max-width:26rem}}
h1{{font-size:1.2rem;margin:0 0 1rem}}svg{{display:block;margin:1rem 0 .25rem;max-width:100%}}
.qr svg{{width:18rem;shape-rendering:crispEdges}}.qr.label svg{{width:8rem}}
@media print{{p.hint{{display:none}}}}</style>
</head><body><p class="hint">{hint} Hand it in by {send_by}.</p>
<section><h1>Return {number} · prepaid</h1>
{codes}<p>{number}</p>
<p>From<br><strong>{name}</strong><br>Order {order_number}</p>
<p>To<br><strong>Juniper &amp; Lane Returns</strong><br>Unit 4, Harbour Court<br>Dublin, Ireland</p>
</section></body></html>
"""


HINTS = {
    "label": "Print this page, cut the label out and put it on the parcel.",
    "code": "Show this page where you hand the parcel in: the label is printed there.",
}


def bar_code(text: str) -> str:
    """An SVG; raises KeyError for a character that no return number has."""
    x, bars = 0, []
    for letter in f"*{text}*":
        for index, element in enumerate(CODE_39[letter]):
            width = WIDE if element == "w" else NARROW
            if index % 2 == 0:
                bars.append(f'<rect x="{x}" width="{width}" height="{HEIGHT}"/>')
            x += width
        x += NARROW
    return f'<svg width="{x}" height="{HEIGHT}" role="img" aria-label="Bar code {text}">{"".join(bars)}</svg>'


def qr_code(text: str, method: str) -> str:
    """An SVG with its quiet zone, readable where a quarter of it is dirty."""
    drawn = segno.make_qr(text, error="q", boost_error=False).svg_inline(
        light="white", omitsize=True, svgclass=None, lineclass=None
    )
    return f'<div class="qr {method}" role="img" aria-label="QR code {text}">{drawn}</div>'


def label_page(*, number: str, order_number: str, name: str, send_by: date, method: str) -> str:
    return PAGE.format(
        hint=HINTS[method],
        number=escape(number),
        order_number=escape(order_number),
        name=escape(name),
        send_by=f"{send_by:%d %B %Y}",
        codes=qr_code(number, method) + (bar_code(number) if method == "label" else ""),
    )
