"""Pictures as cameras and programs make them."""

import io

from PIL import Image


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (400, 300), *, mode: str = "RGB", turned: bool = False
) -> bytes:
    """Red on its left half and blue on its right one. `turned`: taken with the camera on its side, and says so."""
    drawn = Image.new("RGB", size, "blue")
    drawn.paste("red", (0, 0, size[0] // 2, size[1]))
    drawn = drawn.convert(mode)
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    exif[0x8825] = {1: "N", 2: (53.0, 20.0, 0.0)}  # where it was taken
    if turned:
        exif[0x0112] = 6
    written = io.BytesIO()
    if kind in {"JPEG", "WEBP", "PNG"}:
        drawn.save(written, kind, exif=exif)
    else:
        drawn.save(written, kind)
    return written.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))
