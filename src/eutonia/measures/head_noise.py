"""How much of a small movement of a head may be the noise of its landmarks, read from the film.

The landmarks of a small, dark or strongly compressed face wander more than those of others, in
every picture and over seconds alike. No head moves much above 8 Hz but in a rhythm, which is
narrow there: what the angles do between such rhythms is noise, and says how much of it there is
below. Compression takes a part of a small movement besides, and more of it the larger that noise is
against it (`taken`).

Learned from rendered heads that kept still, swayed or trembled for 10 to 16 s (78 stretches of
people 0 to 49): both skins, 31 to 103 pixels between the outer corners of the eyes, H.264 and H.265
down to 36 kbit a second. Of 74 of people 50 to 99, what the noise added was held in all from 0.5 to
2.5 Hz, in 71 over all frequencies: those above were heads that kept wholly still in H.265.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import tremor
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
#: Noise across a tremor, degrees, and over its size, from which on a film may have taken some of
#: the tremor, as where it is strongly compressed: what moves little is then coded as standing, and
#: leaps with one of the next pictures. Of rendered heads that trembled by 0.5 to 3 degrees at 3 to
#: 7 Hz (H.264 and H.265 of constant quality; 384 x 480 pixels, faces 100 to 180 wide, both skins):
#: chosen on people 0 to 12 and 40 to 45, of whose 24 films of usual quality (20, or none
#: compressed) none reached it, and 12 of 32 of quality 26 to 41, of which 31 sizes were then held,
#: before 25. Of people 46 to 66, 17 of 17 such sizes were held, before 12, and all of 10 of usual
#: quality, of which 2 reached it: small, dark faces in dim light, below 0.7 degrees. [D]
TAKES_DEG, TAKES_SHARE = 0.16, 0.3
#: Most of the logarithm of a size that is taken, for each unit of that share: of the same people
#: 0.9 to 4.9 times as much was true as was read, where it was 0.3 to 0.7. [D]
TAKEN = 2.0


def jitter(x: Inputs) -> float:
    """Return the noise of the angles above 8 Hz, root mean square over all axes, degrees.

    Parameters
    ----------
    x : Inputs
        With the three angles of a head as the rows of each target; of several targets, the most.
    """
    found = rhythm.shaken(x, "head")
    if not len(found.blocks):
        return UNKNOWN_DEG
    typical = _typical(rhythm.densities(found.blocks.sum(axis=0)), found.rate_hz)
    power = float(typical.sum(axis=-1).max(initial=0.0)) * _BREADTH_HZ
    return float(np.sqrt(power)) if power > 0 else UNKNOWN_DEG


def _typical(density: Floats, rate_hz: float) -> Floats:
    """Return the density between rhythms where the noise is read, of each axis."""
    low, high = (min(f, s * rate_hz) for f, s in zip((FROM_HZ, TO_HZ), _SHARE, strict=True))
    inside = (low <= FREQ_HZ) & (high >= FREQ_HZ)
    # The median over frequencies leaves a narrow rhythm out.
    return np.asarray(np.median(density[..., inside], axis=-1))


def taken(x: Inputs, freq_hz: Floats, rms: Floats) -> Floats:
    """Return how much larger a tremor may be than this film shows it, ``(n_targets,)``.

    As a logarithm: 0 where the film shows it. Read from the noise across the direction of the
    tremor, for jerks and harmonics lie along it.

    Parameters
    ----------
    x : Inputs
        With the three angles of a head as the rows of each target.
    freq_hz : ndarray, shape (n_targets,)
        Of each tremor; NaN where there is none.
    rms : ndarray, shape (n_targets,)
        Its size as read.
    """
    noise = np.array([_across(x, *one) for one in zip(x.targets, freq_hz, strict=True)])
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(noise >= TAKES_DEG, noise / rms, 0.0)
    return np.asarray(np.where(share >= TAKES_SHARE, TAKEN * share, 0.0))


def _across(x: Inputs, rows: NDArray[np.intp], freq_hz: float) -> float:
    """Return the noise across a tremor as `jitter` does, degrees; 0 without a tremor."""
    if not np.isfinite(freq_hz):
        return 0.0
    blocks = x["head"]
    masks = [np.broadcast_to(b.mask[rows].all(axis=0), (len(rows), b.x.shape[1])) for b in blocks]
    moved = [tremor.around(b.x[rows], rate_hz=b.rate_hz, freq_hz=freq_hz) for b in blocks]
    along = tremor.principal(moved, masks)
    total = sum(_summed(b.x[rows], along, m, b.rate_hz) for b, m in zip(blocks, masks, strict=True))
    typical = _typical(rhythm.densities(np.asarray(total)), min(b.rate_hz for b in blocks))
    return float(np.sqrt(typical.sum() * _BREADTH_HZ))


def _summed(x: Floats, along: Floats, mask: NDArray[np.bool_], rate_hz: float) -> Floats:
    """Return summed spectra of what lies across a direction, as `rhythm.densities` takes them."""
    across = x - np.outer(along, along @ x)
    density, count = tremor.spectra(across, mask, rate_hz=rate_hz)
    return np.concatenate([density.sum(axis=0).ravel(), count.sum(axis=0)])


def most(x: Inputs, *, least: float, times: float, as_much: float) -> float:
    """Return the most that the landmarks of this film make a still head seem to move, degrees.

    It grows with the root of their `jitter`: a face that is compressed away stands in many
    pictures, and leaps with the next. Beyond about 2 degrees, as of small, dark faces, it grows
    with the jitter itself.

    Parameters
    ----------
    x : Inputs
    least : float
        Of films of large, light faces.
    times : float
        Of the root of the jitter in degrees.
    as_much : float
        Of the jitter itself.
    """
    noise = jitter(x)
    return max(least, times * float(np.sqrt(noise)), as_much * noise)
