"""Makes a picture of ours out of what somebody sent: nothing of the file itself is kept."""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from api.photos.errors import NotAPhoto

READ = ("JPEG", "PNG", "WEBP")  # told by the content, whatever the sender calls it
MOST_PIXELS = 50_000_000  # decoded they take 150 MB; cameras of phones mostly stay below
LONGEST_SIDE = 1600
QUALITY = 85
# What Pillow raises for damaged files; and for pictures of very many pixels, where it may only warn.
UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True, slots=True)
class Picture:
    """`content`: a JPEG without metadata, so that it says nothing of where and with what it was taken."""

    content: bytes
    width: int
    height: int


def cleaned(content: bytes) -> Picture:
    """The first frame, upright, on white, at most 1600 pixels long. Takes up to a second. Raises NotAPhoto."""
    try:
        return _redrawn(content)
    except UNREADABLE:
        raise NotAPhoto from None


def _redrawn(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=READ) as sent:
        width, height = sent.size
        if width * height > MOST_PIXELS:
            raise NotAPhoto
        sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded at a smaller size at once
        upright = ImageOps.exif_transpose(sent).convert("RGBA")
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), *flat.size)
