"""What the measures of one angle of the head share: the median of a condition and its limits."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.measures import posture, trick_hand
from eutonia.model import Floats, Inputs, Result

#: Share of the jackknife's error that counts: a median moves in steps as seconds are left out,
#: which the jackknife takes for more than the median varies (our rule; ``make validate``). [D]
COUNTED = 0.8


def measure(x: Inputs) -> Result:
    """Count angles over blocks of a second; their median has the error of the zero added."""
    counted, span = posture.counts(x)
    of_zero = posture.angle_sd(x, x.targets[:, 0])[:, None]
    of_trunk = posture.trunk_sd(x, x.targets[:, 0])[:, None]
    sd = np.hypot(of_zero, of_trunk)
    channels = x.channels["head"]
    share = np.array([[posture.APART_SHARE[channels[row].site]] for row in x.targets[:, 0]])
    pitch = np.array([[channels[row].site == "pitch"] for row in x.targets[:, 0]])
    return Result(
        blocks=counted,
        finish=posture.finish_median,
        span=span,
        limits=partial(_limits, sd=sd, within=posture.reached(counted), pitch=pitch),
        varying=posture.varying(x, share, of_trunk, -pitch.astype(np.int_)),
        notes=(*(posture.trunk_notes(x) if of_trunk.any() else ()), *trick_hand.notes(x)),
    )


def _limits(
    value: Floats,
    error: Floats,
    df: Floats,
    *,
    sd: Floats,
    within: tuple[Floats, Floats],
    pitch: NDArray[np.bool_],
) -> tuple[Floats, Floats]:
    return posture.with_zero(sd, within=within, pitch=pitch)(value, COUNTED * error, df)
