"""What the measures of gait share: landings, leavings and strides of a foot.

From the side a foot lands where it is furthest ahead of the hips in the direction of travel, and
leaves where it is furthest behind: contact and lift-off as they show in kinematics without a force
plate (our reading of it, unconfirmed [D]; checked against a force plate in the tests). From the
front or back neither shows; there a stride runs from one highest lift of the foot to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.filter import low_pass
from eutonia.model import Block, Channel, Floats, Input, Inputs

INPUT = "gait"
#: Steps come up to 4 a second; landings are sharper. [D]
SMOOTH_HZ = 10.0
#: Longest gap, in seconds, that a straight line bridges inside a stride. [D]
GAP_S = 0.12
#: Shortest stretch in which strides are sought. [D]
RUN_S = 1.2
#: Least movement of a walking foot, in % of the leg, and share of it that a landing must fall. [D]
LEAST_PERCENT, PROMINENT = 12.0, 0.4
#: Stride times that count. [D]
STRIDE_S = (0.4, 3.0)
#: Strides that a number needs. [D]
MIN_STRIDES = 4
#: A walk, from which strides are taken, needs this many usable seconds.
MIN_S = 6.0
#: Tasks in which nobody walks.
STILL = frozenset(
    ["rest", "standing", "sitting", "posture", "hold", "zero", "let_go", "range", "closures"]
)


def inputs(*, min_rate_hz: float = 24, min_s: float = MIN_S) -> dict[str, Input]:
    """Return the only input of these measures: gait at 24 pictures a second or more."""
    return {INPUT: Input(kind="gait", min_rate_hz=min_rate_hz, min_s=min_s)}


@dataclass(frozen=True, kw_only=True, eq=False)
class Strides:
    """The strides of one foot in one span.

    Parameters
    ----------
    start, stop : ndarray, shape (n,)
        Samples (with fractions) from landing to landing; from lift to lift where `side_view` is
        False.
    leave : ndarray, shape (n,)
        Sample at which the foot leaves the ground; NaN where it does not show.
    error : ndarray, shape (n,)
        Standard deviation of the timing of one landing, in samples, that the noise of the
        landmarks makes.
    side_view : ndarray of bool, shape (n,)
    """

    start: Floats
    stop: Floats
    leave: Floats
    error: Floats
    side_view: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.start)

    def only(self, keep: NDArray[np.bool_]) -> Strides:
        """Return some of the strides."""
        return Strides(
            start=self.start[keep],
            stop=self.stop[keep],
            leave=self.leave[keep],
            error=self.error[keep],
            side_view=self.side_view[keep],
        )


def row_of(channels: tuple[Channel, ...], site: str, side: str) -> int | None:
    """Return the row of a channel, None where it was not recorded."""
    return next((i for i, c in enumerate(channels) if (c.site, c.side) == (site, side)), None)


def strides(block: Block, channels: tuple[Channel, ...], side: str) -> Strides:
    """Return the strides of one foot; computed once for all measures."""
    rows = tuple(
        row_of(channels, s, d) for s, d in (("foot", side), ("push_off", side), ("view", "midline"))
    )
    return block.once(("strides", *rows), lambda: _strides(block, *rows))


def _strides(block: Block, foot: int | None, push: int | None, view: int | None) -> Strides:
    if foot is None:
        return _none()
    code = np.zeros(block.x.shape[1]) if view is None else np.round(block.x[view])
    sideways = (code == 0) | (code == 3)
    found = []
    good = filled(block.mask[foot], round(GAP_S * block.rate_hz))
    for run in stretches(good, sideways, round(RUN_S * block.rate_hz)):
        ahead = block.x[foot, run]
        behind = None if push is None or not sideways[run.start] else block.x[push, run]
        usable = (
            None if push is None else filled(block.mask[push, run], round(GAP_S * block.rate_hz))
        )
        one = _in_run(ahead, behind, usable, block.rate_hz)
        found.append((one, run.start, bool(sideways[run.start])))
    if not found:
        return _none()
    return Strides(
        start=np.concatenate([f[0] + at for f, at, _ in found]),
        stop=np.concatenate([f[1] + at for f, at, _ in found]),
        leave=np.concatenate([f[2] + at for f, at, _ in found]),
        error=np.concatenate([f[3] for f, *_ in found]),
        side_view=np.concatenate([np.full(len(f[0]), s) for f, _, s in found]),
    )


def _none() -> Strides:
    zero = np.zeros(0)
    return Strides(start=zero, stop=zero, leave=zero, error=zero, side_view=zero.astype(bool))


def _in_run(
    ahead: Floats, behind: Floats | None, usable: NDArray[np.bool_] | None, rate_hz: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return start, stop, leaving and timing error of the strides in one stretch."""
    smooth = smoothed(ahead, rate_hz)
    lands, bend = landings(smooth, rate_hz)
    noise = np.std(np.diff(ahead - smooth)) / np.sqrt(2) if len(ahead) > 2 else 0.0
    error = np.abs(noise * _slope_gain(rate_hz) / bend)
    start, stop = lands[:-1], lands[1:]
    lasts = (stop - start) / rate_hz
    keep = (lasts >= STRIDE_S[0]) & (lasts <= STRIDE_S[1])
    leave = np.full(len(start), np.nan)
    if behind is not None and usable is not None:
        back = smoothed(behind, rate_hz)
        for i, (a, b) in enumerate(zip(start, stop, strict=True)):
            inside = slice(int(np.ceil(a)), int(np.floor(b)) + 1)
            if usable[inside].all():
                leave[i] = inside.start + _vertex(-back[inside], int(np.argmin(back[inside])))
    return start[keep], stop[keep], leave[keep], error[:-1][keep]


def landings(smooth: Floats, rate_hz: float) -> tuple[Floats, Floats]:
    """Return where a foot's position is largest, in samples, and how sharply it turns there.

    Parameters
    ----------
    smooth : ndarray, shape (n_samples,)
    rate_hz : float

    Returns
    -------
    at, bend : ndarray, shape (n_landings,)
        Samples with fractions, and second difference per sample squared.
    """
    from scipy.signal import find_peaks

    low, high = np.quantile(smooth, [0.05, 0.95])
    if high - low < LEAST_PERCENT:
        return np.zeros(0), np.zeros(0)
    peaks, _ = find_peaks(
        smooth, prominence=PROMINENT * (high - low), distance=max(1, round(STRIDE_S[0] * rate_hz))
    )
    at = np.array([_vertex(smooth, p) for p in peaks])
    bend = np.array([smooth[p - 1] - 2 * smooth[p] + smooth[p + 1] for p in peaks])
    return at, bend


def _vertex(x: Floats, at: int) -> float:
    """Return the top of the parabola through a sample and its neighbours."""
    if not 0 < at < len(x) - 1:
        return float(at)
    before, here, after = x[at - 1 : at + 2]
    bend = before - 2 * here + after
    return at + float(0.5 * (before - after) / bend) if bend < 0 else float(at)


def smoothed(x: Floats, rate_hz: float) -> Floats:
    """Return one row below 10 Hz, not shifted in time."""
    if len(x) < 16 or rate_hz <= 2.2 * SMOOTH_HZ:
        return x
    out: Floats = low_pass(x[None], rate_hz=rate_hz, cutoff_hz=SMOOTH_HZ, order=2)[0]
    return out


@cache
def _slope_gain(rate_hz: float) -> float:
    """Return the spread of the smoothed slope (per sample) for white noise of spread 1."""
    n = 4 * int(rate_hz) + 1
    impulse = np.zeros(n)
    impulse[n // 2] = 1.0
    return float(np.sqrt(np.sum(np.gradient(smoothed(impulse, rate_hz)) ** 2)))


def filled(good: NDArray[np.bool_], gap: int) -> NDArray[np.bool_]:
    """Return the mask with gaps of up to `gap` samples closed."""
    from scipy.ndimage import label

    out = good.copy()
    found, n = label(~good)
    for which in range(1, n + 1):
        at = np.flatnonzero(found == which)
        if len(at) <= gap and at[0] > 0 and at[-1] < len(good) - 1:
            out[at] = True
    return out


def stretches(good: NDArray[np.bool_], code: NDArray[np.bool_], least: int) -> list[slice]:
    """Return the stretches of usable samples of one view that are long enough."""
    value = np.where(good, code.astype(np.intp), -1)
    edges = [0, *(np.flatnonzero(np.diff(value)) + 1).tolist(), len(value)]
    return [slice(a, b) for a, b in pairwise(edges) if value[a] >= 0 and b - a >= least]


def sides_of(x: Inputs, target: NDArray[np.intp]) -> str:
    """Return the side of a target's first channel."""
    side: str = x.channels[INPUT][target[0]].side
    return side


def landed(found: Strides) -> Floats:
    """Return every landing that bounds a stride, once."""
    return np.unique(np.concatenate([found.start, found.stop]))


def fuller(block: Block, channels: tuple[Channel, ...]) -> Strides:
    """Return the strides of the left foot, or of the right one where clearly more were seen."""
    left, right = (strides(block, channels, side) for side in ("left", "right"))
    return right if len(right) > len(left) + 2 else left


def window(found: Strides, i: int, lo: float, hi: float) -> slice:
    """Return the samples between two shares of a stride."""
    start, lasts = found.start[i], found.stop[i] - found.start[i]
    return slice(int(np.ceil(start + lo * lasts)), int(np.floor(start + hi * lasts)) + 1)
