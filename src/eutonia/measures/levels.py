"""What the measures of an envelope's mean level share: sums over blocks of two seconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import sums
from eutonia.model import Block, Floats, Input

BLOCK_S = 2.0
#: Least rate of a channel that was recorded as an envelope: eight times the cut-off of ours. [D]
MIN_ENVELOPE_HZ = 50.0

INPUTS = {
    "emg": Input(
        kind="emg",
        derive="emg.envelope",
        min_rate_hz=500,
        envelope_rate_hz=MIN_ENVELOPE_HZ,
        min_s=16,
        not_flags=frozenset({"flat", "clipped"}),
    )
}


def level_sums(
    blocks: tuple[Block, ...], targets: NDArray[np.intp], scale: Floats
) -> tuple[Floats, NDArray[np.intp]]:
    """Sum the envelopes of each target's muscles over blocks of two seconds.

    Parameters
    ----------
    blocks : tuple of Block
        Envelopes.
    targets : ndarray of int, shape (n_targets, k)
    scale : ndarray, shape (n_channels,)
        Level for 1; NaN where there is none.

    Returns
    -------
    sums : ndarray, shape (n_blocks, n_targets, k + 1)
        Of each muscle's level over the samples that are usable in all k, and their number.
    span : ndarray of int, shape (n_blocks,)
    """
    known = np.where(np.isfinite(scale), scale, np.inf)[:, None]
    found, span = [], []
    for place, block in enumerate(blocks):
        length = round(BLOCK_S * block.rate_hz)
        both = np.all([block.mask[rows] for rows in targets.T], axis=0)
        parts = [sums(block.x[rows] / known[rows], both, length)[0] for rows in targets.T]
        count = sums(block.x[targets[:, 0]], both, length)[1]
        found.append(np.stack([*parts, count], axis=-1).swapaxes(0, 1))
        span += [place] * found[-1].shape[0]
    return np.concatenate(found), np.array(span, dtype=np.intp)


def mean_percent(total: Floats) -> Floats:
    """Return the mean level in % from the sums of one muscle, ``(..., 2)`` to ``(..., 1)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: Floats = 100 * total[..., :1] / total[..., 1:]
    return mean
