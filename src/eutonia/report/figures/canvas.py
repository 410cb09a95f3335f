"""How every figure looks, and how it becomes SVG: one style, the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from eutonia.model import Floats
from eutonia.report.glyphs import printable
from eutonia.report.words import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

#: Okabe and Ito's palette, told apart by every kind of colour vision; the order is fixed.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1, 1, 1)))
INK, GREY, SHADE = "#1a1a1a", "#6b6b6b", "#e8eef4"

WIDTH_IN = 6.9  # the text width of the page, so that 8 pt in a figure is 8 pt on paper
MAX_POINTS = 1500

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
    from matplotlib.figure import Figure as Canvas

    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user has set up for plots of their own
        matplotlib.rcParams.update(_STYLE)
        matplotlib.rcParams["svg.hashsalt"] = name
        canvas = Canvas(figsize=(WIDTH_IN, height_in), layout="constrained")
        draw(canvas)
        text = io.StringIO()
        canvas.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    bare = _NOISE.sub("", text.getvalue()).strip()
    small = _PATH.sub(lambda path: _DECIMALS.sub(r"\1", path[0]), bare)
    return _ID.sub(rf"\g<1>{name}-", small)


def label(text: str, most: int = 48) -> str:
    """Return a text as it can be drawn: not too long, and only with glyphs of the font."""
    return printable(short(text, most))


def panels(canvas: Canvas, n: int, **options: Any) -> list[Axes]:
    """Return `n` panels, one below the other."""
    return list(canvas.subplots(n, 1, squeeze=False, **options)[:, 0])


def shade_bands(ax: Axes, bands: Floats, names: list[str]) -> None:
    """Shade frequency bands, every second one darker, with their names on top."""
    for i, ((lo, hi), name) in enumerate(zip(bands, names, strict=False)):
        ax.axvspan(lo, hi, color=SHADE if i % 2 else "#f3f6f9", lw=0, zorder=0)
        ax.annotate(
            label(name, 14),
            ((lo + hi) / 2, 1),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            fontsize=6.5,
            color=GREY,
        )


def thin(t: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return at most `MAX_POINTS` points of rows ``(n_rows, n)``: means of stretches of time."""
    step = -(-len(t) // MAX_POINTS)
    if step <= 1:
        return t, y
    n = len(t) // step
    cut = y[:, : n * step].reshape(len(y), n, step)
    return t[: n * step].reshape(n, step).mean(axis=1), cut.mean(axis=2)


def texts(array: np.ndarray) -> list[str]:
    """Return the items of an array of names."""
    return [str(v) for v in array]


def cycle(items: tuple[Any, ...]) -> Iterator[Any]:
    """Yield the items again and again."""
    while True:
        yield from items
