"""Which characters can be printed without a font of the computer that the report is made on."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

_INSTEAD = "\ufffd"


def font_folder() -> Path:
    """Return the folder of the fonts that come with matplotlib (DejaVu)."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_folder() / "DejaVuSans.ttf")).get_charmap())


def printable(text: str) -> str:
    """Return the text with a replacement sign for each character that has no glyph."""
    if text.isascii() and text.isprintable():
        return text
    known = _glyphs()
    return "".join(_printed(c, known) for c in text)


def _printed(c: str, known: frozenset[int]) -> str:
    if c.isspace() and c not in "\u00a0\u202f":
        return " "
    if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return _INSTEAD if unicodedata.category(c) != "Cf" else ""
    return c if ord(c) in known else _INSTEAD
