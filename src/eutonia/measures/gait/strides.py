"""What the measures of gait share: landings, leavings and strides of a foot.

From the side a foot lands where it is furthest ahead of the hips in the direction of travel, and
leaves where it is furthest behind: contact and lift-off as they show in kinematics without a force
plate (our reading of it, unconfirmed [D]; checked against a force plate in the tests). From the
front or back neither shows; there a stride runs from one highest lift of the foot to the next.

A running foot goes back under the hips long before it lands and after it leaves. It leaves where
the knee is straightest, as beside a force plate (Fellin2010), and comes down where it was so before
(our rule [D]; contact itself does not show in the angles).

Which leg is which, and whether somebody walks forwards, is told in each segment of a film for
itself (`eutonia.derive.gait_seams`). Up to `gait.stride_time` version 1 it was told in the whole
film: the last stride before a cut could end with the other foot, and in a film of both directions
a foot that walks backwards was said to land where it leaves. Up to version 2 feet that cross
could change names for a fifth of a second, which made two half strides, and somebody filmed from
some way beside the side view could be said to walk the other way.
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
#: Degrees by which a runner's knee bends under the weight; one that does not was not seen. [D]
YIELDS_DEG = 8.0
#: Seconds before the foot is furthest ahead from which on the knee may be straightest. [D]
BEFORE_S = 0.06
#: A stride this much longer or shorter than the median of the walk's runs from or to a landing that
#: was none, as where somebody turns or leaves the picture: where two feet are compared it does not
#: count. [D]
TIMES_MEDIAN = 1.5
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
        False. In running these are the foot's furthest places ahead, which are timed best.
    touch, leave : ndarray, shape (n,)
        Samples between which the foot stands; NaN where it does not show. `touch` is `start` but
        in running.
    error : ndarray, shape (n,)
        Standard deviation of the timing of one landing, in samples, that the noise of the
        landmarks makes.
    side_view : ndarray of bool, shape (n,)
    """

    start: Floats
    stop: Floats
    touch: Floats
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
            touch=self.touch[keep],
            leave=self.leave[keep],
            error=self.error[keep],
            side_view=self.side_view[keep],
        )


def row_of(channels: tuple[Channel, ...], site: str, side: str) -> int | None:
    """Return the row of a channel, None where it was not recorded."""
    return next((i for i, c in enumerate(channels) if (c.site, c.side) == (site, side)), None)


def strides(x: Inputs, block: Block, side: str) -> Strides:
    """Return the strides of one foot; computed once for all measures."""
    foot, push, knee, view = (
        row_of(x.channels[INPUT], site, of)
        for site, of in (
            ("foot", side),
            ("push_off", side),
            ("knee", side),
            ("view", "midline"),
        )
    )
    running = x.condition.get("task") == "running"
    rows = _Rows(foot=foot, push=push, view=view, knee=knee if running else None, running=running)
    return block.once(("strides", rows), lambda: _strides(block, rows))


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """Where the channels of one foot are, None where they were not recorded."""

    foot: int | None
    push: int | None
    view: int | None
    knee: int | None
    running: bool


def _strides(block: Block, rows: _Rows) -> Strides:
    if rows.foot is None:
        return _none()
    code = np.zeros(block.x.shape[1]) if rows.view is None else np.round(block.x[rows.view])
    sideways = (code == 0) | (code == 3)
    gap = round(GAP_S * block.rate_hz)
    found = []
    for run in stretches(
        filled(block.mask[rows.foot], gap), sideways, round(RUN_S * block.rate_hz)
    ):
        start, stop, error = _in_run(block.x[rows.foot, run], block.rate_hz)
        touch, leave = np.full((2, len(start)), np.nan)
        if sideways[run.start]:
            touch, leave = _stands(block, rows, run, start, stop)
        at = [x + run.start for x in (start, stop, touch, leave)]
        found.append((*at, error, np.full(len(start), sideways[run.start])))
    if not found:
        return _none()
    start, stop, touch, leave, error, side_view = (
        np.concatenate(parts) for parts in zip(*found, strict=True)
    )
    return Strides(
        start=start, stop=stop, touch=touch, leave=leave, error=error, side_view=side_view
    )


def _none() -> Strides:
    zero = np.zeros(0)
    return Strides(
        start=zero, stop=zero, touch=zero, leave=zero, error=zero, side_view=zero.astype(bool)
    )


def _in_run(ahead: Floats, rate_hz: float) -> tuple[Floats, Floats, Floats]:
    """Return start, stop and timing error of the strides in one stretch."""
    smooth = smoothed(ahead, rate_hz)
    lands, bend = landings(smooth, rate_hz)
    noise = np.std(np.diff(ahead - smooth)) / np.sqrt(2) if len(ahead) > 2 else 0.0
    error = np.abs(noise * _slope_gain(rate_hz) / bend)
    start, stop = lands[:-1], lands[1:]
    lasts = (stop - start) / rate_hz
    keep = (lasts >= STRIDE_S[0]) & (lasts <= STRIDE_S[1])
    return start[keep], stop[keep], error[:-1][keep]


def _stands(
    block: Block, rows: _Rows, run: slice, start: Floats, stop: Floats
) -> tuple[Floats, Floats]:
    """Return from when to when a foot stands in each stride of a stretch; NaN where hidden."""
    touch, leave = np.full((2, len(start)), np.nan)
    if rows.push is None or (rows.running and rows.knee is None):
        return touch, leave
    back, shown = _shown(block, rows.push, run)
    for i, (a, b) in enumerate(zip(start, stop, strict=True)):
        inside = slice(int(np.ceil(a)), int(np.floor(b)) + 1)
        if shown[inside].all():
            touch[i] = a
            leave[i] = _vertex(-back, inside.start + int(np.argmin(back[inside])))
    if rows.knee is None:
        return touch, leave
    knee, shown = _shown(block, rows.knee, run)
    for i in np.flatnonzero(np.isfinite(leave)).tolist():
        before = int(np.ceil(touch[i] - BEFORE_S * block.rate_hz))
        inside = slice(max(before, 0), int(np.floor(leave[i])) + 1)
        touch[i], leave[i] = _straight(knee, inside) if shown[inside].all() else (np.nan, np.nan)
    return touch, leave


def _straight(knee: Floats, inside: slice) -> tuple[float, float]:
    """Return where the knee is straightest before and after it yields; NaN where it does not."""
    middle = (inside.start + inside.stop) // 2
    ends = [
        part.start + int(np.argmin(knee[part]))
        for part in (slice(inside.start, middle), slice(middle, inside.stop))
    ]
    yields = knee[ends[0] : ends[1] + 1].max() - knee[ends].max()
    if yields < YIELDS_DEG or ends[0] == inside.start or ends[1] == inside.stop - 1:
        return np.nan, np.nan
    return _vertex(-knee, ends[0]), _vertex(-knee, ends[1])


def _shown(block: Block, row: int, run: slice) -> tuple[Floats, NDArray[np.bool_]]:
    """Return a channel in a stretch, smoothed, and where it may be used."""
    shown = filled(block.mask[row, run], round(GAP_S * block.rate_hz))
    return smoothed(block.x[row, run], block.rate_hz), shown


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


def fuller(x: Inputs, block: Block) -> Strides:
    """Return the strides of the left foot, or of the right one where clearly more were seen."""
    left, right = (strides(x, block, side) for side in ("left", "right"))
    return right if len(right) > len(left) + 2 else left


def usual(x: Inputs, block: Block, side: str) -> Strides:
    """Return the strides of one foot without those of quite another length than most of both."""
    lasts = {s: (one := strides(x, block, s)).stop - one.start for s in ("left", "right")}
    every = np.concatenate(list(lasts.values()))
    times = lasts[side] / np.median(every) if len(every) else lasts[side]
    return strides(x, block, side).only((times < TIMES_MEDIAN) & (times > 1 / TIMES_MEDIAN))


def window(found: Strides, i: int, lo: float, hi: float) -> slice:
    """Return the samples between two shares of a stride."""
    start, lasts = found.start[i], found.stop[i] - found.start[i]
    return slice(int(np.ceil(start + lo * lasts)), int(np.floor(start + hi * lasts)) + 1)
