"""How every figure looks, and how it becomes SVG: one style, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.plot.source import Arrays
from eutonia.plot.style import GREY, INK
from eutonia.report.glyphs import printable
from eutonia.report.words import part_words, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

WIDTH_IN = 6.9  # the text width of the page, so that 8 pt in a figure is 8 pt on paper
#: Dots per inch of what is drawn as a picture: maps, whose cells would be too many as vectors.
_PICTURE_DPI = 110

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.1,
    "svg.fonttype": "path",  # the report needs no font, and looks the same everywhere
    "text.parse_math": False,  # a dollar in the name of a channel is a dollar
    "text.color": INK,
}

_NOISE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)
_ID = re.compile(r'(\bid="|href="#|url\(#)')
_PATH = re.compile(r'(?<= d=")[^"]*(?=")')
_DECIMALS = re.compile(r"(\.\d\d)\d+")


def svg(draw: Callable[[Canvas], None], *, name: str, height_in: float) -> str:
    """Draw on a canvas and return its SVG.

    Parameters
    ----------
    draw : callable
        Given an empty matplotlib figure.
    name : str
        Put before every id of the SVG, so that several fit in one document.
    height_in : float
        Height in inches; the width is that of the page.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user has set up for plots of their own
        matplotlib.rcParams.update(_STYLE)
        matplotlib.rcParams["svg.hashsalt"] = name
        canvas = Canvas(figsize=(WIDTH_IN, height_in), layout="constrained", dpi=_PICTURE_DPI)
        draw(canvas)
        canvas.patch.set_visible(False)
        for ax in canvas.axes:
            ax.patch.set_visible(False)
        text = io.StringIO()
        # `savefig` would draw everything twice, once only to measure it.
        FigureCanvasSVG(canvas).print_svg(text, metadata={"Date": None})  # type: ignore[no-untyped-call]
    bare = _NOISE.sub("", text.getvalue()).strip()
    small = _PATH.sub(lambda path: _DECIMALS.sub(r"\1", path[0]), bare)
    return _ID.sub(rf"\g<1>{name}-", small)


def label(text: str, most: int = 48) -> str:
    """Return a text as it can be drawn: not too long, and only with glyphs of the font."""
    return printable(short(text, most))


def written(arrays: Arrays) -> Arrays:
    """Return arrays with their names as they can be drawn."""
    names = {
        key: np.array([label(part_words(str(v)), 60) for v in arrays[key]])
        for key in ("labels", "channels", "band_names", "parts", "maps")
        if key in arrays
    }
    return {**arrays, **names}
