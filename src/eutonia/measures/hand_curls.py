"""What the measures of curled fingers share: which rows belong to one hand, and who moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import starts
from eutonia.measures.hand_sight import HIDDEN
from eutonia.measures.positions import BLOCK_S
from eutonia.model import Block, Channel, Floats

FINGERS = ("index", "middle", "ring", "little")
#: Flexion of all three joints of a finger.
CURLS = tuple(f"{f}_curl" for f in FINGERS)
KNUCKLES = tuple(f"{f}_mcp" for f in FINGERS)

#: A movement is looked for in windows of this length (our rule).
WINDOW_S = 0.5
#: The finger that moves does so by at least this in a window, degrees SD (our rule).
LEAST_SD = 5.0
#: The others move by at most this share of it, or no finger moves by itself (our rule).
MOST_SHARE = 0.6
#: Fewest windows for a number (our rule).
LEAST_WINDOWS = 16


def others(channels: tuple[Channel, ...], row: int) -> list[int]:
    """Return the rows of the same joint of the other fingers of that hand that are not hidden."""
    _, joint = channels[row].site.split("_", 1)
    sites = {f"{f}_{joint}" for f in FINGERS} - {channels[row].site}
    of_hand = [i for i, c in enumerate(channels) if c.side == channels[row].side]
    return [i for i in of_hand if channels[i].site in sites and HIDDEN not in channels[i].flags]


def beyond(
    block: Block, channels: tuple[Channel, ...], rows: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how much more flexed each finger is than the mean of the hand's other fingers.

    Returns
    -------
    beyond : ndarray, shape (n_targets, n_samples)
        Degrees.
    usable : ndarray of bool, same shape
        Where the finger and the others were seen; False where there are no others.
    """
    x = np.zeros((len(rows), block.x.shape[1]))
    usable = np.zeros(x.shape, dtype=bool)
    for i, row in enumerate(rows):
        if rest := others(channels, int(row)):
            x[i] = block.x[row] - block.x[rest].mean(axis=0)
            usable[i] = block.mask[[row, *rest]].all(axis=0)
    return x, usable


def alone(channels: tuple[Channel, ...], rows: NDArray[np.intp]) -> tuple[str, ...]:
    """Return a sentence for each finger that can be held against no other."""
    why = "No other finger of this hand was seen."
    return tuple("" if others(channels, int(row)) else why for row in rows)


def pairs(
    channels: tuple[Channel, ...],
    rows: NDArray[np.intp],
    *,
    alike: str = "where both curl, neither is out of line",
) -> tuple[str, ...]:
    """Return a note for each hand of which only two fingers are held against each other.

    `alike` says what of two fingers that do the same does not show.
    """
    notes: dict[str, None] = {}
    for row in rows:
        rest = others(channels, int(row))
        if len(rest) == 1 and HIDDEN not in channels[row].flags:
            names = sorted(channels[i].site.partition("_")[0] for i in (int(row), *rest))
            notes[
                f"of the {channels[row].side} hand only {' and '.join(names)} are held "
                f"against each other: {alike}"
            ] = None
    return tuple(notes)


def too_few(windows: float) -> str:
    """Return why there are too few windows in which one finger moves by itself."""
    if windows >= LEAST_WINDOWS:
        return ""
    return (
        f"Only {windows / 2:.3g} s in which one finger moved by itself; at least "
        f"{LEAST_WINDOWS / 2:g} are needed. Ask for one finger at a time."
    )


@dataclass(frozen=True)
class Moves:
    """Covariances of the fingers of one hand, by who moves.

    Parameters
    ----------
    sums : ndarray, shape (n_blocks, n_fingers, n_fingers, n_fingers)
        Sum over the windows of a block in which finger i (second axis) moves by itself of the
        covariance matrix of all fingers.
    count : ndarray, shape (n_blocks, n_fingers)
        Number of these windows.
    """

    sums: Floats
    count: Floats


def moves(block: Block, rows: list[int]) -> Moves:
    """Find who moves in windows of half a second and sum the covariances over three seconds."""
    length = round(WINDOW_S * block.rate_hz)
    per_block = max(1, round(BLOCK_S / WINDOW_S))
    first = starts(block.x.shape[1], length)
    n = len(first) // per_block
    kept = slice(0, n * per_block * length)
    x = block.x[rows, kept].reshape(len(rows), n, per_block, length)
    usable = block.mask[rows, kept].reshape(x.shape).all(axis=(0, 3))
    x = x - x.mean(axis=-1, keepdims=True)
    covariance = np.einsum("ibwt,jbwt->bwij", x, x) / length
    sd = np.sqrt(np.einsum("bwii->bwi", covariance))
    second, most = np.sort(sd, axis=-1)[..., -2:].transpose(2, 0, 1)
    single = usable & (most >= LEAST_SD) & (second <= MOST_SHARE * most)
    mover = np.eye(len(rows))[sd.argmax(axis=-1)] * single[..., None]
    return Moves(np.einsum("bwm,bwij->bmij", mover, covariance), mover.sum(axis=1))
