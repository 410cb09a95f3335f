"""Interlaced video: whether the odd and even lines of a picture show two moments."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

# Our own rules, unconfirmed [D].
_STEP = 12.0  # grey levels by which a line stands out from both of its neighbours, or moves
_TIMES = 4.0  # as many such lines between the fields as within one
_LEAST = 0.02  # of what moves that stands out so

_SEPARATE = "ffmpeg -i FILM -vf bwdif -crf 16 NEW.mp4"
INTERLACED = (
    "Interlaced: each picture shows two moments, one in its odd and one in its even lines, so that "
    "what moves is torn into a comb and its place is uncertain by the way of half a picture. Film "
    f"progressive (p, not i), or separate the two first, such as by: {_SEPARATE}"
)
UNSEPARATED = (
    "interlaced (each picture shows two moments, one in its odd and one in its even lines), which "
    "the decoder of this installation does not read. Film progressive (p, not i), or convert it, "
    f"such as by: {_SEPARATE}"
)


def torn(rows: Sequence[Sequence[NDArray[np.uint8]]]) -> bool:
    """Whether what moves is torn between the lines, as in interlaced pictures.

    Within one field a picture is as sharp as between the fields; only a comb stands out between
    the fields alone.

    Parameters
    ----------
    rows : sequence of sequence of ndarray of uint8
        Pictures as decoded, some in a row from each place.
    """
    between = within = moving = 0
    for row in rows:
        grey = [np.asarray(p, dtype=np.float32).mean(axis=2) for p in row]
        for one, other in pairwise(grey):
            moves = np.abs(other - one) > _STEP
            moving += int(moves.sum())
            between += _standing_out(one, moves)
            within += sum(_standing_out(one[k::2], moves[k::2]) for k in (0, 1))
    return between > max(_TIMES * within, _LEAST * moving, 100)


def _standing_out(grey: NDArray[np.float32], moves: NDArray[np.bool_]) -> int:
    """Count places that move and are brighter, or darker, than above and below alike."""
    up, middle, down = grey[:-2], grey[1:-1], grey[2:]
    above, below = middle - up, middle - down
    alone = (above * below > 0) & (np.minimum(np.abs(above), np.abs(below)) > _STEP)
    return int((alone & moves[1:-1]).sum())
