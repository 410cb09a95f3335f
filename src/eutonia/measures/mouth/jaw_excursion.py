"""How far and how often the jaw opens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
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
from eutonia.measures.positions import BLOCK_S, NECK, Series, from_camera
from eutonia.measures.quantiles import distribution, edges_of, quantile
from eutonia.measures.still_jaw import (
    LEAST_RANGE,
    LEAST_RATIO,
    SURE_RANGE,
    lips_part,
    noise_of,
    not_told,
    rises,
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
#: Noted where there is such a rhythm.
FAST = (
    f"rhythm: the jaw moves with a rhythm faster than {FASTEST_HZ:g} Hz, as in tremor: it is in "
    "the range, and is not counted as openings"
)
#: Noted where smaller movements stand between the openings.
UNEVEN = (
    "uneven: {rises:.0f} movements a minute stand above the noise, but only those above half of "
    "the range are openings: syllables or bites that differ much in size make the rate too low"
)
#: Noted where the range may be that of a still jaw.
STILL = "still: a jaw that does not move can read this range: it may be 0"

MEASURE = Measure(
    id="mouth.jaw_excursion",
    version="4",
    title="Jaw excursion",
    unit={"range": "%", "rate": "/min"},
    tier="clinical",
    sources=(),
    method="Distance of the chin below the base of the nose in the head's own frame, in % of that "
    "between the outer corners of the eyes: from its 5 % to its 95 % quantile (range), and "
    "openings a minute, an opening being a rise above half of that range after less than a quarter "
    "(our rule). The rate is one over the mean time from opening to opening. Where the jaw has a "
    f"rhythm faster than {FASTEST_HZ:g} Hz (as in mouth.tremor), openings are counted in what is "
    f"slower than {CUT:g} times its frequency (Butterworth, zero phase), and only where that is "
    f"the larger part of the movement. A rate above {60 * FASTEST_HZ:g} a minute, or {SURE:g} "
    "times the rhythm's, is not given. Openings count only where the range is at least "
    f"{LEAST_RATIO:g} times the jitter of the landmarks (third differences), and below "
    f"{SURE_RANGE:g} %, without what follows the angles of the head (linear fit), only where the "
    "lips part with the jaw; else there is no rate, and the interval of the range begins at 0.",
    needs=Needs(
        inputs=from_camera("mouth", min_rate_hz=24.0),
        target=Each(sites=("jaw_opening",)),
        not_tasks=NECK,
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid={
        "range": Range(lo=3, hi=15, shown_by="docs/video/accuracy"),
        "rate": Range(lo=10, hi=150, shown_by="docs/measures/mouth.jaw_excursion"),
    },
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="1 % is about 0.9 mm at the chin in an adult; millimetres between the teeth are not "
    "seen. On rendered people the tracker shows about 0.6 of the way of the chin, 0.45 to 0.85 "
    "between people and 0.3 to 0.95 where the head is turned or nods: compare one person in one "
    "view. "
    "Lids that shut make a still jaw seem to move by up to 5 %, a head that turns or nods by 8. "
    "Syllables and bites count alike, but those that open less than half of the range do not "
    "count: uneven syllables read too low a rate, such as 56 a minute where there were 96. A "
    "trembling jaw, and a head that trembles, are in the range. "
    f"Behind a mouthpiece the jaw is guessed, and not measured. {UNSEEN}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Cut at openings, then count positions, openings and time of each piece; see `MEASURE`."""
    rows = x.targets[:, 0]
    series = [(b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"]]
    edges = edges_of(series)
    fast = [_fast(x, row) for row in rows]
    slow = [_slow(one, [hz for hz, _ in fast]) for one in series]
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
    noise = noise_of(slow)
    still = _still(x, slow, limits, noise)
    given = zip(openings, seconds, still, fast, _mostly_fast(series, slow), strict=True)
    no_rate = tuple(_no_rate(*one) for one in given)
    # What trembles is no still jaw.
    told = np.array([not why or hz > 0 for why, (hz, _) in zip(still, fast, strict=True)])
    return Result(
        blocks=everything,
        finish=partial(_finish, edges=edges),
        limits=None if told.all() else _from_nothing,
        varying=_down_to_nothing(_finish(everything.sum(axis=0), edges=edges), told),
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
            *(() if any(no_rate) else _uneven(slow, noise, openings / seconds)),
        ),
    )


def _down_to_nothing(value: Floats, told: NDArray[np.bool_]) -> Varying:
    """Return what differences between conditions hold of ranges that may be 0."""
    none = np.zeros_like(value)
    below = none.copy()
    below[:, 0] = np.where(told, 0.0, value[:, 0])
    return Varying(sd=none, further=(below, none))


def _from_nothing(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return limits from 0, where a still jaw can read the value."""
    half = student_quantile(0.975, df)[:, None] * error
    return np.where(np.isfinite(half), 0.0, np.nan), value + half


def _still(x: Inputs, slow: list[Series], limits: Floats, noise: Floats) -> list[str]:
    """Return of each target why it may be a still jaw; empty where its openings are told."""
    extents = (limits[:, 1] - limits[:, 0]) / (OPEN - CLOSED)
    sites = [c.site for c in x.channels["mouth"]]
    beside = [i for i, site in enumerate(sites) if site in SITES]
    gap = [i for i, site in enumerate(sites) if site == "lip_gap"]
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


def _uneven(slow: list[Series], noise: Floats, a_second: Floats) -> tuple[str, ...]:
    """Note how often the jaw rises, where that is far more often than it opens."""
    seconds = sum(x.shape[1] / rate for x, _, rate in slow)
    for i, (jitter, often) in enumerate(zip(noise, a_second, strict=True)):
        least = max(LEAST_RANGE / 2, LEAST_RATIO * jitter)
        found = sum(rises(x[i], least) for x, _, _ in slow) / seconds
        if found > MANY_RISES * often:
            return (UNEVEN.format(rises=60 * found),)
    return ()


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
        f"The jaw has a rhythm of {hz:.1f} Hz ({rms:.2g} %, root mean square), as in tremor or "
        f"speech: its cycles are not counted as openings. Without it: {why}"
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
    extent = quantile(found, edges, 1 - TAIL) - quantile(found, edges, TAIL)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 60 * total[..., 0] / total[..., 1]
    return np.stack([extent, rate], axis=-1)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a minute of chewing: every cycle of another length and size."""
    from eutonia.simulate.mouth import RATE_HZ, channel, openings, openings_quantile
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    opening, rate = openings(rng, seconds=60, size_pct=10.0, mean_cycle_s=1.2, sd=0.8)
    x = 75 + opening + 0.15 * rng.standard_normal(opening.shape)
    task = Condition.of(task="eating")
    jaw = channel("jaw_opening")
    made = visit(recording(x[None], (jaw,), rate_hz=RATE_HZ, condition=task))
    high, low = (openings_quantile(p, size_pct=10.0, sd=0.8) for p in (1 - TAIL, TAIL))
    return made, {
        (jaw.label, task.label, "range"): high - low,
        (jaw.label, task.label, "rate"): rate,
    }
