"""Where a clipped channel sits at its extreme values."""

from __future__ import annotations

import numpy as np

from eutonia.model import Signal

_BLOCK = 1 << 20


def rail_stretches(
    signal: Signal, row: int, *, rails: tuple[float, float], least: int, margin: int
) -> list[tuple[int, int]]:
    """Find the stretches of one channel at its lowest or highest value.

    Parameters
    ----------
    signal : Signal
    row : int
        The channel.
    rails : tuple of float
        Its lowest and highest value.
    least : int
        Samples in a row that make a stretch.
    margin : int
        Samples added on both sides; stretches that then touch are joined.

    Returns
    -------
    list of (int, int)
        First sample and the one after the last, inside the recording.
    """
    n = signal.shape[1]
    onset, offset = [], []
    for begin in range(0, n, _BLOCK):
        # Each block is read with what a run across its border needs, and owns the runs it starts.
        first, end = max(0, begin - 1), min(n, begin + _BLOCK + least)
        x = signal.read(first, end, (row,))[0]
        change = np.diff(((x == rails[0]) | (x == rails[1])).astype(np.int8), prepend=0, append=0)
        starts, stops = np.flatnonzero(change == 1) + first, np.flatnonzero(change == -1) + first
        mine = (stops - starts >= least) & (starts < begin + _BLOCK)
        onset += list(starts[mine] - margin)
        offset += list(stops[mine] + margin)
    joined: list[tuple[int, int]] = []
    for start, stop in zip(onset, offset, strict=True):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((max(0, int(start)), int(stop)))
    return [(start, min(stop, n)) for start, stop in joined]
