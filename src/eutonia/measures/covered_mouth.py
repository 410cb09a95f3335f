"""What a mouthpiece before the mouth, or a hand at the face, makes of the numbers of the mouth.

The tracker's model gives all points of a face, seen or not, and no score for each: what lies behind
a mouthpiece is guessed. On twelve rendered people (60 to 71) with mouthpieces of a trumpet, a
trombone, a clarinet and a flute the red of the lips told nothing, and of an opening of the jaw
-0.8 to 1.7 of what is read without a mouthpiece was read. So lips and jaw are not given. The
corners stay in view: their numbers are kept, with what the cover by itself moves them by. Between
two conditions that both have it, only what it moves when it is set elsewhere is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Condition, Floats, Inputs, Varying

#: Tasks with a mouthpiece before the mouth.
AT_MOUTHPIECE = frozenset({"mouthpiece", "mouthpiece_held"})
#: What a mouthpiece moves in a still face, root mean square over people and mouthpieces, %. [D]
BY_MOUTHPIECE: Mapping[str, float] = {
    "corner_out": 1.9,
    "corner_up": 1.3,
    "lip_width": 3.5,
    "jaw_deviation": 1.0,
}
#: The same of the right corner less the left. [D]
APART_BY_MOUTHPIECE: Mapping[str, float] = {"corner_out": 1.3, "corner_up": 1.2}
#: Of that, what changes where it is set 4 or 5 mm elsewhere, for each of two conditions. [D]
SET_ANEW: Mapping[str, float] = {
    "corner_out": 0.65,
    "corner_up": 0.65,
    "lip_width": 1.1,
    "jaw_deviation": 0.45,
}
APART_SET_ANEW: Mapping[str, float] = {"corner_out": 0.75, "corner_up": 0.6}
#: What the tip of a finger at chin or cheek, as in a trick, moves in a still face (60 to 67). [D]
BY_HAND: Mapping[str, float] = {
    "corner_out": 0.6,
    "corner_up": 0.5,
    "lip_width": 0.7,
    "lip_gap": 0.4,
    "lip_height": 0.4,
    "jaw_deviation": 0.9,
}
#: The same of the right corner less the left. [D]
APART_BY_HAND: Mapping[str, float] = {"corner_out": 0.7, "corner_up": 0.3}
_NONE: Mapping[str, float] = MappingProxyType({})

#: Said of every measure of the mouth.
UNSEEN = (
    "A hand over the lips is noticed where hands were looked for (films of the face or of a task "
    "of the mouth), and left out. A cup, a microphone, a mask or a beard is not: the tracker "
    "guesses lips and jaw behind it, and stays sure of them. Keep the mouth free, or do not read "
    "its numbers."
)
#: Why lips and jaw are not given.
HIDDEN = (
    "A mouthpiece hides {what}, and the tracker guesses what it does not see: nothing is said "
    "about {it}. Film without the mouthpiece as well; with it, read the corners of the mouth."
)
#: Said beside what is given.
NOTE = (
    "a mouthpiece hides a part of the mouth: of a pulled corner 0.3 to 1.5 of what is seen without "
    "it was seen on rendered people, of pursed lips and of a jaw to one side 0.1 to 1; compare "
    "with the mouthpiece at the lips before playing"
)


def at_mouthpiece(condition: Condition) -> bool:
    """Tell whether a mouthpiece is before the mouth."""
    return condition.get("task") in AT_MOUTHPIECE


def hidden(condition: Condition, what: str, *, it: str = "them") -> str:
    """Return why something behind a mouthpiece is not measured; empty without one."""
    return HIDDEN.format(what=what, it=it) if at_mouthpiece(condition) else ""


def notes(condition: Condition) -> tuple[str, ...]:
    """Return what is said beside numbers of a mouth that is partly hidden."""
    return (f"{condition.label}: {NOTE}",) if at_mouthpiece(condition) else ()


def moved(x: Inputs, rows: NDArray[np.intp], *, apart: bool = False) -> Floats:
    """Return what mouthpiece and hand move by themselves.

    Parameters
    ----------
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.
    apart : bool
        Of the right side less the left.

    Returns
    -------
    ndarray, shape (n_targets, 2)
        Standard deviation in %; 0 where there is no such cover.
    """
    by_hand = APART_BY_HAND if apart else BY_HAND
    hand = of_site(x, rows, by_hand if x.condition.get("trick") == "on" else _NONE)
    by_mouthpiece = APART_BY_MOUTHPIECE if apart else BY_MOUTHPIECE
    mouthpiece = of_site(x, rows, by_mouthpiece if at_mouthpiece(x.condition) else _NONE)
    return np.stack([mouthpiece, hand], axis=1)


def with_cover(
    varying: Varying, x: Inputs, rows: NDArray[np.intp], *, apart: bool = False
) -> Varying:
    """Return an error of the camera's that also holds what a cover moves.

    Two conditions with the same cover share it, but for what it moves when it is set elsewhere; its
    place is where the cover is, or is not.

    Parameters
    ----------
    varying : Varying
        With a share above 0 that is the same in all parts of a target.
    x, rows, apart
        As of `moved`.
    """
    assert varying.share is not None and varying.place is not None
    by_cover = moved(x, rows, apart=apart) / varying.share[:, :1]
    anew = APART_SET_ANEW if apart else SET_ANEW
    sd = of_site(x, rows, anew if at_mouthpiece(x.condition) else _NONE)
    return replace(
        varying,
        sd=np.hypot(varying.sd, sd[:, None]),
        place=np.concatenate([varying.place, by_cover], axis=1),
    )


def of_site(
    x: Inputs, rows: NDArray[np.intp], table: Mapping[str, float] | Mapping[str, tuple[float, ...]]
) -> Floats:
    """Return what a table says of the site of each target, 0 where it says nothing.

    Parameters
    ----------
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.
    table : mapping of str to float or tuple of float
        By site.

    Returns
    -------
    ndarray, shape (n_targets,) or (n_targets, n_columns)
    """
    nothing = np.zeros_like(next(iter(table.values()), 0.0))
    return np.array([table.get(x.channels["mouth"][row].site, nothing) for row in rows])


def total(of: Sequence[Floats | float]) -> Floats:
    """Return the standard deviation of independent errors together."""
    return np.asarray(np.sqrt(sum(np.square(one) for one in of)))
