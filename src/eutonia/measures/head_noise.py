"""How much of a small movement of a head may be the noise of its landmarks, read from the film.

The landmarks of a small, dark or strongly compressed face wander more than those of others, in
every picture and over seconds alike. No head moves much above 8 Hz but in a rhythm, which is
narrow there: what the angles do between such rhythms is noise, and says how much of it there is
below.

Learned from rendered heads that kept still, swayed or trembled for 10 to 16 s (78 stretches of
people 0 to 49): both skins, 31 to 103 pixels between the outer corners of the eyes, H.264 and H.265
down to 36 kbit a second. Of 74 of people 50 to 99, what the noise added was held in all from 0.5 to
2.5 Hz, in 71 over all frequencies: those above were heads that kept wholly still in H.265.
"""

from __future__ import annotations

import numpy as np

from eutonia.dsp.tremor import FREQ_HZ
from eutonia.measures import rhythm
from eutonia.model import Floats, Inputs

#: Where the noise is read, Hz; of fewer pictures a second this share of their number. [D]
FROM_HZ, TO_HZ = 8.0, 13.5
_SHARE = (FROM_HZ / 30.0, TO_HZ / 30.0)
#: Breadth for which the noise is given: all above 8 Hz that 30 pictures a second show.
_BREADTH_HZ = 7.0
#: Taken where no four seconds are free of gaps: a film of a dark, small face. [D]
UNKNOWN_DEG = 0.3


def jitter(x: Inputs) -> float:
    """Return the noise of the angles above 8 Hz, root mean square over all axes, degrees.

    Parameters
    ----------
    x : Inputs
        With the three angles of a head as the rows of each target; of several targets, the most.
    """
    found = rhythm.shaken(x, "head")
    low, high = (min(f, s * found.rate_hz) for f, s in zip((FROM_HZ, TO_HZ), _SHARE, strict=True))
    inside = (low <= FREQ_HZ) & (high >= FREQ_HZ)
    if not len(found.blocks):
        return UNKNOWN_DEG
    # The median over frequencies leaves a narrow rhythm out.
    typical: Floats = np.median(rhythm.densities(found.blocks.sum(axis=0))[..., inside], axis=-1)
    power = float(typical.sum(axis=-1).max(initial=0.0)) * _BREADTH_HZ
    return float(np.sqrt(power)) if power > 0 else UNKNOWN_DEG


def most(x: Inputs, *, least: float, times: float) -> float:
    """Return the most that the landmarks of this film make a still head seem to move, degrees.

    It grows with the root of their `jitter`: a face that is compressed away stands in many
    pictures, and leaps with the next.

    Parameters
    ----------
    x : Inputs
    least : float
        Of films of large, light faces.
    times : float
        Of the root of the jitter in degrees.
    """
    return max(least, times * float(np.sqrt(jitter(x))))
