"""Electrode positions of the international 10-10 system on a unit sphere, by its own rule.

The system divides arcs of the head into tenths: the midline from nasion to inion, the ring
Fpz-T7-Oz-T8 (at 10 % of the midline) and, for each coronal row, the arc that joins the two sides of
the ring over the midline. On a sphere these are circles, so positions follow without measurement;
the ring is put on the equator, as spherical head models do, and a tenth of the midline is 22.5
degrees.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from eutonia.model import Floats, Side, UnknownName

#: The 32 electrodes of the simulated cap, front to back.
CAP_32 = (
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "FC5", "FC1", "FC2", "FC6",
    "T7", "C3", "Cz", "C4", "T8", "CP5", "CP1", "CPz", "CP2", "CP6",
    "P7", "P3", "Pz", "P4", "P8", "PO3", "POz", "PO4", "O1", "Oz", "O2",
)  # fmt: skip

#: Coronal rows from front to back, in tenths of the midline from nasion to inion.
_ROWS = {"Fp": 1, "AF": 2, "F": 3, "FC": 4, "C": 5, "CP": 6, "P": 7, "PO": 8, "O": 9}
#: Names on the ring that differ from those of the row.
_TEMPORAL = {"T": "C", "FT": "FC", "TP": "CP"}
_NAME = re.compile(r"(Fp|AF|FT|FC|TP|CP|PO|F|C|P|T|O)(z|10|[1-9])")


@cache
def _position(name: str) -> tuple[float, float, float]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise UnknownName(
            f"{name!r} is no electrode of the 10-10 system: use names such as C3, POz"
        )
    row = _TEMPORAL.get(match[1], match[1])
    tilt = np.deg2rad((5 - _ROWS[row]) * 22.5)
    top = np.array([0.0, np.sin(tilt), np.cos(tilt)])
    if match[2] == "z":
        return tuple(top)
    number = int(match[2])
    left = number % 2 == 1
    # Fp1 and O1 stand on the ring 18 degrees from the midline, F7 54, T7 90 degrees.
    around = np.deg2rad(18.0 * (5 - abs(5 - _ROWS[row])))
    sign = -1.0 if left else 1.0
    front = 1.0 if _ROWS[row] <= 5 else -1.0
    end = np.array([sign * np.sin(around), front * np.cos(around), 0.0])
    if row in ("Fp", "O"):
        return tuple(end)
    steps = (number + 1) // 2 if left else number // 2
    # F7/F8 and their rows end the arc in four steps; T9 and T10 lie one step below the ring.
    return tuple(_along(top, end, steps / 4))


def position(name: str) -> Floats:
    """Return the unit vector (right, front, up) of a 10-10 electrode.

    Raises
    ------
    UnknownName
        For a name that is not of the 10-10 system.
    """
    return np.array(_position(name))


def _along(start: Floats, end: Floats, share: float) -> Floats:
    """Return the point at a share of the great circle from `start` to `end`."""
    angle = np.arccos(np.clip(start @ end, -1, 1))
    point: Floats = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(
        angle
    )
    return point


def side_of(name: str) -> Side:
    """Return the side of an electrode: odd numbers are left, even ones right."""
    number = re.search(r"\d+$", name)
    if number is None:
        return "midline"
    return "left" if int(number[0]) % 2 else "right"
