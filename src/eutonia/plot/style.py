"""Colours and marks that every figure shares, and how names are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import numpy as np

from eutonia.model import Floats

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

#: Okabe and Ito's palette, told apart by every kind of colour vision; the order is fixed.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1, 1, 1)))
LIMIT_DASH = (0, (4, 2))
#: Places in `COLOURS` of the left side (blues), of the right (oranges), and of what has no side
#: beside what has one.
_BLUES, _ORANGES, _OTHERS = (0, 5), (1, 4), (2, 3)
INK, GREY, SHADE = "#1a1a1a", "#6b6b6b", "#e8eef4"
#: From low to high, and around zero: both keep their order in every kind of colour vision.
SEQUENTIAL, DIVERGING = "viridis", "RdBu_r"
#: Size of the smallest text, in points.
SMALL_PT = 7.0
#: Most points of a line; more cannot be told apart and only make a file large.
MAX_POINTS = 1500

_P = ParamSpec("_P")
_T = TypeVar("_T")


def literal(draw: Callable[_P, _T]) -> Callable[_P, _T]:
    """Let a function draw names as they are: a dollar in the name of a channel is a dollar."""

    @wraps(draw)
    def drawn(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        import matplotlib

        with matplotlib.rc_context({"text.parse_math": False}):
            return draw(*args, **kwargs)

    return drawn


def looks(labels: Iterable[str]) -> list[tuple[str, int]]:
    """Return the colour, and the number of the dash or marker, of each thing that is drawn.

    What is named left is blue and what is named right is orange, whether or not the other side is
    drawn. Where no label names a side the colours go by order, and so they do where more than two
    are of one side and nothing else is drawn, since tones of one colour would be too alike.

    Parameters
    ----------
    labels : iterable of str

    Examples
    --------
    >>> looks(["right eye"]) == [(COLOURS[1], 1)]
    True
    """
    sides = [side_of(label) for label in labels]
    if not any(sides) or (len(sides) > 2 and len(set(sides)) == 1):
        return [(COLOURS[i % len(COLOURS)], i) for i in range(len(sides))]
    found = []
    for i, side in enumerate(sides):
        tones = {"left": _BLUES, "right": _ORANGES}.get(side, _OTHERS)
        k = sides[:i].count(side)
        # Of one tone no two have the same dash: there are four.
        found.append((COLOURS[tones[k % len(tones)]], tones[0] + k + k // len(DASHES)))
    return found


def side_of(label: str) -> str:
    """Return the side that a label names; empty where it names none, or both."""
    found = {"left", "right"} & set(re.findall(r"[a-z]+", label.casefold()))
    return found.pop() if len(found) == 1 else ""


def spoken(name: object) -> str:
    """Return a name in words: ``4_7`` is ``4–7 Hz``, ``left_hand`` is ``left hand``."""
    lo, _, hi = str(name).partition("_")
    return f"{lo}–{hi} Hz" if lo.isdigit() and hi.isdigit() else str(name).replace("_", " ")


def names(items: Iterable[object]) -> list[str]:
    """Return an array of names in words."""
    return [spoken(v) for v in items]


def thin(t: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return at most `MAX_POINTS` points of rows ``(n_rows, n)``: means of stretches of time."""
    step = -(-len(t) // MAX_POINTS)
    if step <= 1:
        return t, y
    n = len(t) // step
    cut = y[:, : n * step].reshape(len(y), n, step)
    return t[: n * step].reshape(n, step).mean(axis=1), cut.mean(axis=2)


def colours(values: Floats, limits: tuple[float, float] | None = None) -> tuple[str, Normalize]:
    """Return the colour map and the norm for values: around zero where they have both signs.

    Parameters
    ----------
    values : ndarray
        May hold NaN.
    limits : tuple of float, optional
        Ends of the scale; by default the least and the largest value, or as far below zero as above
        where there are negative values.
    """
    from matplotlib.colors import Normalize

    finite = values[np.isfinite(values)]
    if limits is None:
        lo, hi = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
        limits = (-max(-lo, hi), max(-lo, hi)) if lo < 0 else (lo, hi)
    lo, hi = limits
    if not hi > lo:
        lo, hi = lo - (abs(lo) or 1.0) / 2, hi + (abs(hi) or 1.0) / 2
    return (DIVERGING if lo == -hi else SEQUENTIAL), Normalize(lo, hi)
