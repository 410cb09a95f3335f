"""What a still jaw reads, and when an opening is told from it.

The landmarks of a still chin are not still. They jitter from picture to picture, more in dim light;
and the model of the face moves the chin when the lids shut, by up to 4 % of the distance of the
eyes, in either direction, while the lips do not part: of shut lids most of that is taken off. A
head that turns and nods moves it by up to 8 %, in step with itself. So an opening must stand above
the jitter of the very recording, and what is left of it without what follows the head is believed
only where the lips part with it, or where it is large.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.positions import Series
from eutonia.model import Floats

#: Less is no opening but noise, % (our rule).
LEAST_RANGE = 3.0
#: Range over the jitter from picture to picture from which openings are counted right: within 20 %
#: on rendered people 40 to 60 to whose still jaws openings of 3 to 10 % were added; 15 to 88 %
#: too many below 7. Jitter alone has 3.4 to 5.7. [D]
LEAST_RATIO = 9.0
#: From this range on, %, without what follows the head, it is no matter what the lips do: 57 films
#: of rendered still mouths whose eyes worked (people 40 to 85) read up to 4.8. [D]
SURE_RANGE = 5.0
#: Lips part with an opening: correlation with their gap, and gap for each % of opening. Of those
#: films the former, without what follows the head, was -0.56 to 0.48 where the jaw read more than
#: 2.4 %; of rendered jaws that opened they were at least 0.93 and 1.3 (41, 42, 71 and 88). [D]
LEAST_CORRELATION, LEAST_GAP = 0.7, 0.5
#: Lids are shut where their gap is below the first share of the open one, or dips below the second
#: share of what it is beside, for so many seconds at most, which is a blink. Chins move from so
#: many seconds before until as long after. Of 110 openings in ten films of rendered people below 40
#: who blinked or shut their eyes 11 to 18 times a minute, 105 were counted in time (within 0.3 s)
#: before and after, and 4 more instead of 27; of 99 in nine films of 41 to 75 95 before and 96
#: after, and 7 more instead of 42. Shares and times around these (0.4 to 0.6, 0.6 to 0.8, 0.4 to
#: 0.7 s, 0.06 to 0.1 s) counted nearly the same. [D]
SHUT, DIPS, BLINK_S, BESIDE_S = 0.5, 0.7, 0.5, 0.08
#: Of all gaps, the quantile that is open.
_OPEN = 0.95
_LESS = f"landmarks show less than {LEAST_RANGE:g} % of movement of the jaw: no opening can be "
_LESS += (
    "counted. They show a part of its way (the range is what they show, over that part), so that "
)
_LESS += "it may have opened further."
_NOISE = (
    "landmarks show {extent:.2g} % of movement of the jaw (the range is that over the part they "
)
_NOISE += (
    "show of it), less than {least:g} times what they jitter ({noise:.2g} %): openings are not "
)
_NOISE += "told from noise. Film in more light, or nearer."
_MOVED = (
    "landmarks show {extent:.2g} % of movement of the jaw (the range is that over the part they "
)
_MOVED += (
    "show of it), {own:.2g} % without what follows the head, and the lips did not part with it: "
)
_MOVED += (
    "below {sure:g} % that is not told from what shutting lids and a head that moves make of a "
)
_MOVED += "still jaw."


def jitter(x: Floats, usable: NDArray[np.bool_]) -> float:
    """Return the standard deviation of one target's noise from picture to picture.

    From third differences, which take off movement up to a few openings a second, by their median,
    which leaves out what is rare.
    """
    here = np.abs(np.diff(x, n=3))
    whole = usable[3:] & usable[2:-1] & usable[1:-2] & usable[:-3]
    return float(np.median(here[whole]) / _OF_THIRD) if whole.any() else np.nan


#: Median of the size of third differences of normal noise with an SD of 1.
_OF_THIRD = 0.6744897501960817 * np.sqrt(20.0)


def noise_of(series: list[Series]) -> Floats:
    """Return the jitter of each target, the mean over blocks by their length; NaN where unknown."""
    found = np.array([[jitter(*row) for row in zip(x, m, strict=True)] for x, m, _ in series])
    weight = np.array([m.sum(axis=1) for _, m, _ in series]) * np.isfinite(found)
    with np.errstate(invalid="ignore"):
        return np.asarray((np.nan_to_num(found) * weight).sum(axis=0) / weight.sum(axis=0))


def not_told(extent: float, noise: float, *, own: float, parts: bool) -> str:
    """Return why openings are not told from a still jaw; empty where they are.

    Parameters
    ----------
    extent, noise : float
        Range of the opening and its jitter, %.
    own : float
        Range without what follows the head (`without`), %.
    parts : bool
        Whether the lips part with it (`lips_part`).
    """
    if not extent >= LEAST_RANGE:
        return _LESS
    if extent < LEAST_RATIO * noise:
        return _NOISE.format(extent=extent, least=LEAST_RATIO, noise=noise)
    if own < SURE_RANGE and not parts:
        return _MOVED.format(extent=extent, own=own, sure=SURE_RANGE)
    return ""


def without(x: Floats, others: Floats) -> Floats:
    """Return what of some rows is left by a linear fit of others, of the same pictures.

    Parameters
    ----------
    x, others : ndarray, shape (n_rows, n_samples)
    """
    if not x.shape[-1]:
        return x
    known = np.concatenate([np.ones((1, x.shape[-1])), others]).T
    fit = np.linalg.lstsq(known, x.T, rcond=None)[0]
    return np.asarray(x - (known @ fit).T)


def lips_part(jaw: Floats, gap: Floats) -> bool:
    """Tell whether the gap of the lips follows the opening of the jaw.

    Parameters
    ----------
    jaw, gap : ndarray, shape (n_samples,)
        Where both may be used, without what follows the head; %.
    """
    if len(jaw) < 2 or not (jaw.std() > 0 and gap.std() > 0):
        return False
    slope = float(np.cov(jaw, gap)[0, 1] / jaw.var(ddof=1))
    return slope >= LEAST_GAP and slope * jaw.std() >= LEAST_CORRELATION * gap.std()


def rises(x: Floats, least: float) -> int:
    """Return how many tops stand at least so far above the valleys beside them."""
    from scipy.signal import find_peaks

    return len(find_peaks(x, prominence=least)[0])


def with_lids_open(
    jaw: Floats, lids: Floats, lips: Floats, *, usable: NDArray[np.bool_], rate_hz: float
) -> Floats:
    """Return the opening of a jaw without what lids that shut make of it.

    Where the lips part with it, it is left. Else a straight line is laid over blinks, and over the
    moments in which lids shut and open for longer; what the chin moved by between, its median, is
    taken off.

    Parameters
    ----------
    jaw, lids, lips : ndarray, shape (n_samples,)
        Opening, gap of the lids and of the lips.
    usable : ndarray of bool, shape (n_samples,)
    rate_hz : float
    """
    from scipy.ndimage import binary_dilation, grey_closing

    if not usable.any():
        return jaw
    shut = usable & (lids < SHUT * np.quantile(lids[usable], _OPEN))
    beside = grey_closing(lids, size=round(BLINK_S * rate_hz))
    wide = round(BESIDE_S * rate_hz)
    away = binary_dilation(shut | usable & (lids < DIPS * beside), iterations=wide)
    if not (usable & ~away).any():
        return jaw
    own, parted = (row - _line(row, usable & ~away) for row in (jaw, lips))
    out, moving = jaw.copy(), away.copy()
    for start, stop in np.flatnonzero(np.diff(away, prepend=False, append=False)).reshape(-1, 2):
        step, part = np.median(own[start:stop]), np.median(parted[start:stop])
        if part * np.sign(step) >= LEAST_GAP * abs(step):
            moving[start:stop] = False
        elif stop - start > (BLINK_S + 2 * BESIDE_S) * rate_hz:
            inner = slice(start + 2 * wide, stop - 2 * wide)
            out[inner] -= step
            moving[inner] = False
    return np.where(moving, _line(out, usable & ~moving), out)


def _line(x: Floats, known: NDArray[np.bool_]) -> Floats:
    """Return what is known, with straight lines between."""
    at = np.flatnonzero(known)
    return np.asarray(np.interp(np.arange(len(x)), at, x[at]))
