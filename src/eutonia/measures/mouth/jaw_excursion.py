"""How far and how often the jaw opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import tremor
from eutonia.dsp.filter import low_pass
from eutonia.measures import rhythm
from eutonia.measures.covered_mouth import UNSEEN, hidden
from eutonia.measures.jaw_of_head import SITES
from eutonia.measures.mouth.tremor import LEAST_RMS
from eutonia.measures.part_seen import Shown
from eutonia.measures.positions import BLOCK_S, NECK, Series, from_camera
from eutonia.measures.quantiles import distribution, edges_of, quantile
from eutonia.measures.still_jaw import (
    LEAST_RATIO,
    SURE_RANGE,
    lips_part,
    noise_of,
    not_told,
    rises,
    with_lids_open,
    without,
)
from eutonia.model import (
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Varying,
    Visit,
)
from eutonia.stats.intervals import student_quantile

#: Mean part of the way of an opening chin that landmarks show, and its SD between people and
#: amplitudes: 0.68 and 0.18, 0.33 to 1.04 in 95 %, of rendered jaws of people under number 50 that
#: opened by 2 to 11 degrees, heads straight and turned, tilted and nodding by up to 15. The same
#: people show 0.74 in light and 0.63 in dark skin. [D]
SEEN, SEEN_SD = 0.68, 0.19
#: The range leaves out the lowest and highest 5 % of the time (our rule).
TAIL = 0.05
#: An opening passes upwards this share of the range after having been below the lower one (ours).
CLOSED, OPEN = 0.25, 0.5
#: Fewest openings for a rate.
LEAST_OPENINGS = 9
#: A rhythm faster than this is tremor, or syllables, and its cycles are no openings (our rule:
#: where tremor begins to be told from slow jerks).
FASTEST_HZ = tremor.SLOW_HZ
#: Openings are counted in what is slower than this share of the rhythm's frequency, and up to this
#: share of it they are counted right (simulated; at three quarters a quarter is missed).
CUT, SURE = 0.75, 0.55
#: More rises than this for each opening are noted (our rule).
MANY_RISES = 1.25
#: Small openings are rises by so many times the jitter of what is slower than this: of jaws of
#: rendered people 3, 12 and 27 that opened 90 to 102 times a minute by even and by uneven amounts
#: it finds 0.94 to 1.03 of all. Uneven ones may be more by the second number. [D]
SMALL, SMALL_HZ = 3.0, 5.0
MISSED = 1.15
#: Sites of the gaps of lids and lips, beside the jaw's.
LIDS, LIPS = "lid_gap", "lip_gap"
#: Noted where there is such a rhythm.
FAST = (
    f"rhythm: the jaw moves with a rhythm faster than {FASTEST_HZ:g} Hz, as in tremor: it is in "
    "the range, and is not counted as openings"
)
#: Noted where smaller movements stand between the openings.
UNEVEN = (
    "uneven: {rises:.0f} movements a minute stand above the noise, but only those above half of "
    "the range are openings: syllables or bites that differ much in size make the rate too low; "
    "the interval reaches up to all of them"
)
#: Noted where the range may be that of a still jaw.
STILL = "still: a jaw that does not move can read this range: it may be 0"

MEASURE = Measure(
    id="mouth.jaw_excursion",
    version="6",
    title="Jaw excursion",
    unit={"range": "%", "rate": "/min"},
    tier="clinical",
    sources=(),
    method="Distance of the chin below the base of the nose in the head's own frame, in % of that "
    "between the outer corners of the eyes: from its 5 % to its 95 % quantile (range), over "
    f"{SEEN:g}, the mean part of a chin's way that landmarks show on rendered people; the limits "
    f"hold its SD of {SEEN_SD:g}, and so do differences of conditions. And "
    "openings a minute, an opening being a rise above half of that range after less than a quarter "
    "(our rule). Over blinks a straight line is laid, and off longer closures of the eyes the "
    "median of what the chin moved by is taken, but where the lips part with it. "
    "The rate is one over the mean time from opening to opening. Where the jaw has a "
    f"rhythm faster than {FASTEST_HZ:g} Hz (as in mouth.tremor), openings are counted in what is "
    f"slower than {CUT:g} times its frequency (Butterworth, zero phase), and only where that is "
    f"the larger part of the movement. A rate above {60 * FASTEST_HZ:g} a minute, or {SURE:g} "
    "times the rhythm's, is not given. Openings count only where the range that is shown is at "
    f"least {LEAST_RATIO:g} times the jitter of the landmarks (third differences), and below "
    f"{SURE_RANGE:g} %, without what follows the angles of the head (linear fit), only where the "
    "lips part with the jaw; else there is no rate, and the interval of the range begins at 0. The "
    f"interval of the rate reaches up to all rises by {SMALL:g} times the jitter of what is slower "
    f"than {SMALL_HZ:g} Hz, and {MISSED:g} times as many where they are more than {MANY_RISES:g} "
    "for each opening.",
    needs=Needs(
        inputs=from_camera("mouth", min_rate_hz=24.0),
        target=Each(sites=("jaw_opening",)),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid={
        "range": Range(lo=4, hi=22, shown_by="docs/video/accuracy"),
        "rate": Range(lo=10, hi=150, shown_by="docs/measures/mouth.jaw_excursion"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="1 % is about 0.9 mm at the chin in an adult; millimetres between the teeth are not "
    "seen. On rendered people landmarks show 0.33 to 1.04 of the way of the chin, which the "
    "interval of the range holds; the number is over the mean of that, 0.68. Less is shown of dark "
    "skin (0.63 in the mean) than of light skin (0.74 of "
    "the same people): on 50 people by whom nothing was chosen the interval held 97 % of 300 ways "
    "in dark and 94 % in light skin, of the smallest (4 degrees, turned heads) 95 and 87 %. "
    "Compare one person in one view. "
    "Lids that shut make a still jaw seem to move by up to 5 %, which is taken off, but for up to "
    "1.5 % where they shut for long, as in spasms. An opening that lies in "
    "a blink is lost where the lips do not part with it. "
    "A head that turns or nods moves a still jaw by 8 %. "
    "Syllables and bites count alike, but those that open less than half of the range do not "
    "count: uneven syllables read too low a rate, such as 56 a minute where there were 96; the "
    "interval reaches up to them. A trembling jaw, and a head that trembles, are in the range. "
    f"Behind a mouthpiece the jaw is guessed, and not measured. {UNSEEN}",
    history="Up to version 4 the range was what is shown. Up to version 5 blinks counted as "
    "openings: 15 a minute read 28; the interval of the rate was a twentieth narrower.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Cut at openings, then count positions, openings and time of each piece; see `MEASURE`."""
    rows = x.targets[:, 0]
    series = [(b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"]]
    edges = edges_of(series)
    fast = [_fast(x, row) for row in rows]
    shaken = [_slow(one, [hz for hz, _ in fast]) for one in series]
    noise = noise_of(shaken)  # straight lines have none
    series, slow = _with_lids_open(x, series), _with_lids_open(x, shaken)
    limits = _limits(slow)
    blocks, span = [], []
    for place, ((values, good, rate), (smooth, _, _)) in enumerate(zip(series, slow, strict=True)):
        found = zip(values, good, smooth, edges, limits, strict=True)
        parts = [np.array(list(_pieces(*one, rate_hz=rate))) for one in found]
        longest = max(len(p) for p in parts)
        padded = [np.pad(p, ((0, longest - len(p)), (0, 0))) for p in parts]
        blocks.append(np.stack(padded, axis=1))
        span += [place] * longest
    everything = np.concatenate(blocks)
    openings, seconds = everything[..., :2].sum(axis=0).T
    still = _still(x, slow, limits, noise)
    given = zip(openings, seconds, still, fast, _mostly_fast(series, slow), strict=True)
    no_rate = tuple(_no_rate(*one) for one in given)
    # What trembles is no still jaw.
    told = np.array([not why or hz > 0 for why, (hz, _) in zip(still, fast, strict=True)])
    small, most = _small(slow, noise, 60 * openings / np.where(seconds > 0, seconds, np.nan))
    return Result(
        blocks=everything,
        finish=partial(_finish, edges=edges),
        limits=_Limits(told=told, most=most, pieces=np.count_nonzero(everything[..., 1], axis=0)),
        varying=_varying(_finish(everything.sum(axis=0), edges=edges), told, most),
        reasons=(hidden(x.condition, "the jaw", it="it"),) * len(rows),
        span=np.array(span, dtype=np.intp),
        part_reasons={"rate": no_rate},
        details={
            "rate.openings": openings,
            "range.jitter_pct": noise,
            "fast_hz": np.array([hz for hz, _ in fast]),
            "fast_pct": np.array([pct for _, pct in fast]),
        },
        notes=(
            *((FAST,) if np.isfinite(fast).any() else ()),
            *(() if told.all() else (STILL,)),
            *(
                ()
                if any(no_rate) or not (most > small).any()
                else (UNEVEN.format(rises=small.max()),)
            ),
        ),
    )


def _with_lids_open(x: Inputs, series: list[Series]) -> list[Series]:
    """Return the movement of each target without what shutting lids make of it, where known."""
    sites = [c.site for c in x.channels["mouth"]]
    if LIDS not in sites:
        return series
    found = []
    for (rows, usable, rate), block in zip(series, x["mouth"], strict=True):
        lids = block.x[sites.index(LIDS)]
        lips = block.x[sites.index(LIPS)] if LIPS in sites else np.zeros_like(lids)
        known = usable & block.mask[sites.index(LIDS)]
        opened = [
            with_lids_open(row, lids, lips, usable=good, rate_hz=rate)
            for row, good in zip(rows, known, strict=True)
        ]
        found.append((np.array(opened), usable, rate))
    return found


def _varying(value: Floats, told: NDArray[np.bool_], most: Floats) -> Varying:
    """Return what differences hold of ranges that may be 0 and of openings that were missed."""
    none = np.zeros_like(value)
    below, above, gain = none.copy(), none.copy(), none.copy()
    below[:, 0] = np.where(told, 0.0, value[:, 0])
    above[:, 1] = np.fmax(most - value[:, 1], 0.0)
    gain[:, 0] = SEEN_SD / SEEN
    return Varying(sd=none, further=(below, above), gain=gain)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Limits:
    """Limits of range and rate; from 0, where a still jaw can read the range.

    The rate reaches up to `most`, which holds openings that are too small to count. Of all blocks
    only so many `pieces` tell it: their resampled spread is too small by ``sqrt((n - 1) / n)``.
    """

    told: NDArray[np.bool_]
    most: Floats
    pieces: NDArray[np.intp]

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        lo, hi = Shown(spread=SEEN_SD / SEEN)(value, error, df)
        # A rate is one over a mean time: its logarithm goes as far either way.
        rest = np.maximum(self.pieces - 1, 1)
        wide = np.sqrt(self.pieces / rest) * student_quantile(0.975, rest)
        half = wide * error[:, 1] / value[:, 1]
        lo[:, 1], hi[:, 1] = value[:, 1] * np.exp(-half), value[:, 1] * np.exp(half)
        nothing = np.isfinite(lo[:, 0]) & ~self.told
        lo[:, 0] = np.where(nothing, 0.0, lo[:, 0])
        hi[:, 1] = np.where(np.isfinite(hi[:, 1]), np.fmax(hi[:, 1], self.most), np.nan)
        return lo, hi


def _still(x: Inputs, slow: list[Series], limits: Floats, noise: Floats) -> list[str]:
    """Return of each target why it may be a still jaw; empty where its openings are told."""
    extents = (limits[:, 1] - limits[:, 0]) / (OPEN - CLOSED)
    sites = [c.site for c in x.channels["mouth"]]
    beside = [i for i, site in enumerate(sites) if site in SITES]
    gap = [i for i, site in enumerate(sites) if site == LIPS]
    found = []
    for i, (extent, jitter) in enumerate(zip(extents, noise, strict=True)):
        rows = [
            np.concatenate([v[i][None], b.x[gap + beside]])[:, m[i] & b.mask[gap + beside].all(0)]
            for (v, m, _), b in zip(slow, x["mouth"], strict=True)
        ]
        moved = np.concatenate(rows, axis=1)
        own = without(moved[: 1 + len(gap)], moved[1 + len(gap) :])
        left = np.subtract(*np.quantile(own[0], [1 - TAIL, TAIL])) if own.size else np.inf
        parts = bool(gap) and lips_part(own[0], own[1])
        found.append(not_told(extent, jitter, own=float(left), parts=parts))
    return found


def _small(slow: list[Series], noise: Floats, a_minute: Floats) -> tuple[Floats, Floats]:
    """Return how often each jaw rises a minute, small or not, and how often it may open at most."""
    minutes = sum(x.shape[1] / rate for x, _, rate in slow) / 60
    found = np.zeros(len(noise))
    for x, _, rate in slow:
        smooth = low_pass(x, rate_hz=rate, cutoff_hz=SMALL_HZ)
        found += [rises(row, SMALL * jitter) for row, jitter in zip(smooth, noise, strict=True)]
    found /= minutes
    return found, np.where(found > MANY_RISES * a_minute, MISSED, 1.0) * found


def _limits(series: list[Series]) -> Floats:
    """Return the closed and the open level of each target, ``(n_targets, 2)``."""
    edges = edges_of(series)
    total = np.array(
        [
            np.sum([distribution(x[i], m[i], edges[i]) for x, m, _ in series], axis=0)
            for i in range(len(edges))
        ]
    )
    low, high = quantile(total, edges, TAIL), quantile(total, edges, 1 - TAIL)
    return np.stack([low + share * (high - low) for share in (CLOSED, OPEN)], axis=-1)


def _fast(x: Inputs, row: int) -> tuple[float, float]:
    """Return frequency and root mean square of a rhythm too fast for openings; NaN without one."""
    one = replace(x, targets=np.array([[row]], dtype=np.intp))
    blocks = rhythm.shaken(one, "mouth").blocks[:, 0]
    rate = min(b.rate_hz for b in x["mouth"])
    density, count = blocks[:, None, :-1], blocks[:, -1:]
    found = tremor.rhythm(density, count, within_hz=(FASTEST_HZ, tremor.fastest_hz(rate)))
    if not found.found:
        return np.nan, np.nan
    hz, power = tremor.top(rhythm.densities(blocks.sum(axis=0)), np.array(found.freq_hz))
    rms = float(np.sqrt(power.sum()))
    return (float(hz), rms) if rms >= LEAST_RMS else (np.nan, np.nan)


def _slow(series: Series, fast_hz: list[float]) -> Series:
    """Return the movement of each target without its rhythm and what is faster."""
    x, usable, rate_hz = series
    rows = [
        low_pass(row[None], rate_hz=rate_hz, cutoff_hz=CUT * hz)[0] if np.isfinite(hz) else row
        for row, hz in zip(x, fast_hz, strict=True)
    ]
    return np.array(rows), usable, rate_hz


def _mostly_fast(series: list[Series], slow: list[Series]) -> list[bool]:
    """Tell of which targets more was taken off than is left, by root mean square."""
    found = []
    for i in range(len(slow[0][0])):
        left = np.concatenate([x[i][usable[i]] for x, usable, _ in slow])
        whole = np.concatenate([x[i][usable[i]] for x, usable, _ in series])
        found.append(bool(left.size and (whole - left).std() > left.std()))
    return found


def _no_rate(n: float, seconds: float, still: str, fast: tuple[float, float], mostly: bool) -> str:
    """Return why there is no rate."""
    hz, rms = fast
    why = still
    fastest = np.fmin(FASTEST_HZ, SURE * hz)
    if still:
        pass
    elif mostly:
        why = "less movement is left than was taken off, and what is left is not counted."
    elif n < LEAST_OPENINGS:
        why = f"only {n:.0f} openings; at least {LEAST_OPENINGS} are needed for a rate."
    elif n > fastest * seconds:
        why = f"more than {60 * fastest:.0f} a minute: openings as fast are not told from tremor."
    if not why or np.isnan(hz):
        return why[:1].upper() + why[1:]
    return (
        f"The jaw has a rhythm of {hz:.1f} Hz ({rms:.2g} %, root mean square, as landmarks show "
        f"it), as in tremor or speech: its cycles are not counted as openings. Without it: {why}"
    )


def _pieces(
    x: Floats,
    usable: NDArray[np.bool_],
    smooth: Floats,
    edges: Floats,
    limits: Floats,
    *,
    rate_hz: float,
) -> Iterator[Floats]:
    """Yield number and seconds of the openings, and the distribution, of each piece of a block."""
    onsets = _onsets(smooth, *limits)
    cuts = [0, *_apart(onsets, round(BLOCK_S * rate_hz)), len(x)]
    for i, (a, b) in enumerate(pairwise(cuts)):
        # Only what lies between two openings, all of it seen, tells how long they take.
        whole = 0 < i < len(cuts) - 2 and usable[a:b].all()
        n = np.count_nonzero((onsets >= a) & (onsets < b)) if whole else 0
        seconds = (b - a) / rate_hz if whole else 0.0
        yield np.concatenate([[n, seconds], distribution(x[a:b], usable[a:b], edges)])


def _onsets(x: Floats, closed: float, opened: float) -> NDArray[np.intp]:
    """Return the samples at which the jaw is open again after having been closed."""
    level = np.where(x < closed, -1, np.where(x > opened, 1, 0))
    told = np.flatnonzero(level)
    turned = np.flatnonzero(np.diff(level[told]) > 0) + 1
    return told[turned]


def _apart(onsets: NDArray[np.intp], least: int) -> list[int]:
    """Return the onsets that lie at least so far from the one taken before."""
    taken: list[int] = []
    for onset in onsets:
        if not taken or onset - taken[-1] >= least:
            taken.append(int(onset))
    return taken


def _finish(total: Floats, *, edges: Floats) -> Floats:
    found = total[..., 2:]
    shown = quantile(found, edges, 1 - TAIL) - quantile(found, edges, TAIL)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 60 * total[..., 0] / total[..., 1]
    return np.stack([shown / SEEN, rate], axis=-1)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a minute of chewing: every cycle of another length and size."""
    from eutonia.simulate.mouth import RATE_HZ, channel, openings, openings_quantile
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    opening, rate = openings(rng, seconds=60, size_pct=10.0, mean_cycle_s=1.2, sd=0.8)
    # Less than a quarter was not shown of openings this large (0.32 and more of rendered people).
    seen = max(SEEN + SEEN_SD * rng.standard_normal(), 0.25)
    shown = np.outer([1.0, 1.3], seen * opening)
    x = np.array([[75.0], [3.0]]) + shown + 0.15 * rng.standard_normal(shown.shape)
    task = Condition.of(task="eating")
    jaw, gap = channel("jaw_opening"), channel("lip_gap")
    made = visit(recording(x, (jaw, gap), rate_hz=RATE_HZ, condition=task))
    high, low = (openings_quantile(p, size_pct=10.0, sd=0.8) for p in (1 - TAIL, TAIL))
    return made, {
        (jaw.label, task.label, "range"): high - low,
        (jaw.label, task.label, "rate"): rate,
    }
