"""What the measures of the lids share: closures found in a trace, needs and cautions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.segments import sums
from eutonia.measures import lid_noise
from eutonia.measures.lid_holes import bridged
from eutonia.measures.lid_rest import resting, rests_at
from eutonia.measures.lid_scale import BENT_FROM, BENT_TO, Bent
from eutonia.model import Block, Each, Floats, Input, Inputs, Needs, Pairs
from eutonia.model.result import Limits
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: A lid is closed above this closure; it has opened again below the other (measures.md §8, [D]).
CLOSED = 0.5
REOPENED = 0.4
#: Shut, for PERCLOS.
SHUT = 0.8
#: What a lid that is half shut reads without gentle closures: 95 % of rendered people. One that is
#: shut reads 0.46 to 1.2 then.
HALF_READS = (0.23, 0.6)
#: What of a lid is told: how long it is closed, or single events.
Told = Literal["time", "closures", "blinks"]
#: Blinks last so long above `CLOSED`; what is longer is a closure (our rule). [D]
BLINK_S = (0.05, 0.5)
#: Step of log e over which it is read how a number goes with it.
_BENT_STEP = 0.3
#: Blocks over which closures are counted: half a minute holds ten.
BLOCK_S = 3.0
#: Counting needs so many pictures a second; durations more (clinical-rules.md §1).
COUNT_HZ = 27.0
DURATION_HZ = 55.0
#: Closures of half a second, and shares of the time, need no more than cinema's 24: on rendered
#: people at 15 a second all spasms were found, shares right to 4 % (docs/video/accuracy). [D]
LONG_HZ = 23.0
#: Flags of lids: pictures lie too far apart (``derive.lids``), no gentle closures were filmed.
UNEVEN, UNCALIBRATED = "too_uneven", "uncalibrated"
#: Those that were filmed could not be told from the open lid (``derive.video``).
UNLIKE_OPEN = "closures_unlike_open"

LID = Input(kind="lid", unit="1", min_rate_hz=COUNT_HZ, min_s=25, not_flags=frozenset({UNEVEN}))
NEEDS = Needs(
    inputs={"lid": LID},
    target=Each(sites=("lid",)),
    not_tasks=frozenset({"closures"}),
    not_levels=frozenset({("eyes", "closed")}),  # as asked for: it shows nothing
)
#: Of what lasts.
#: Dropped pictures do little to it: with 6 to 10 % of them left out, limits held the truth of 54
#: eyes of rendered people below 80 as often as without. [D]
LONG = replace(LID, min_rate_hz=LONG_HZ, not_flags=frozenset())
NEEDS_LONG = replace(NEEDS, inputs={"lid": LONG})
BOTH = Needs(
    inputs={"lid": LID},
    target=Pairs("homologue", sites=("lid",)),
    not_tasks=NEEDS.not_tasks,
    not_levels=NEEDS.not_levels,
)
CAUTION = (
    "Looking down lowers the lid and can read as closure. Ptosis or lids that no longer shut, as "
    "after toxin, keep the signal from its thresholds: calibrate each eye by gentle closures. "
    "Glasses, long lashes and dim light were not shown to be harmless. Of twelve rendered people "
    "filmed with light and with dark skin every blink and spasm was found, but in 7 of 48 eyes of "
    "dark skin, and none of light, a gentle closure read as two. Film near and in good light."
)
#: Of eyes without gentle closures.
UNSURE = (
    "Without gentle closures a shut lid of some people reads below one half, so that blinks and "
    "closures are missed or seen too short: the interval then also holds what thresholds of "
    f"{HALF_READS[0]} and {HALF_READS[1]} give. "
    "Where most movements of a lid stay between the two, nothing is given."
)
#: Of shares of the time above a closure.
OF_SCALE = (
    "The scale of a lid is not straight and differs between people and a little between the two "
    "lids of one, so that blinks read too short by as much each: limits hold it, and so do "
    "differences of the eyes and of conditions (sizes from rendered people)."
)
RARE = (
    "Where long closures are rare, the interval is too narrow, since it knows only those that "
    "were seen: at 1.6 a minute it held the simulated truth in 74 % of recordings of 30 s, in 82 % "
    "of 60 s and in 91 % of 180 s, at 5.5 a minute in 91 % of 30 s and in 94 % of 60 s."
)
NEVER_HOME = (
    "More than 27 blinks a minute at rest and more than in conversation is a rule among patients "
    "who were examined for blinking (BentivoglioBSP2006); at the prevalence of the population a "
    "positive is right about once in 2,200: never use it at home."
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Events:
    """The closures of one lid.

    Parameters
    ----------
    on_s, off_s : ndarray, shape (n,)
        When the closure passes one half (or another level), between the pictures.
    peak : ndarray, shape (n,)
        Largest closure.
    begun, ended : ndarray of bool, shape (n,)
        Whether start and end were seen, not hidden by a gap or by the ends of the recording.
    """

    on_s: Floats
    off_s: Floats
    peak: Floats
    begun: NDArray[np.bool_]
    ended: NDArray[np.bool_]

    @property
    def lasts_s(self) -> Floats:
        """Seconds closed, as far as seen."""
        return self.off_s - self.on_s

    @property
    def blink(self) -> NDArray[np.bool_]:
        """Which are blinks: seen whole, 50 to 500 ms."""
        lasts = self.lasts_s
        # Of brief blinks only one picture may show the lid more than half shut.
        return np.asarray(self.begun & self.ended & (lasts < BLINK_S[1]))

    @property
    def long(self) -> NDArray[np.bool_]:
        """Which are closures of 500 ms or more, and begin within the recording."""
        return np.asarray(self.begun & (self.lasts_s >= BLINK_S[1]))


def events(c: Floats, mask: NDArray[np.bool_], *, rate_hz: float, level: float = CLOSED) -> Events:
    """Find the closures in the trace of one lid.

    Parameters
    ----------
    c : ndarray, shape (n_samples,)
        Closure, 0 open to 1 shut.
    mask : ndarray of bool, shape (n_samples,)
    rate_hz : float
    level : float
        A lid is closed above it, and open again below four fifths of it.
    """
    c, mask = bridged(c, mask, rate_hz=rate_hz, level=level * REOPENED / CLOSED)
    high = np.concatenate([[False], mask & (c >= level * REOPENED / CLOSED), [False]])
    edges = np.flatnonzero(np.diff(high.astype(np.int8)))
    rows = []
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        over = first + np.flatnonzero(c[first:end] >= level)
        if not len(over):
            continue
        i, j = int(over[0]), int(over[-1])
        begun = first > 0 and bool(mask[first - 1])
        ended = end < len(c) and bool(mask[end])
        on = i - (c[i] - level) / (c[i] - c[i - 1]) if begun else i - 0.5
        off = j + (c[j] - level) / (c[j] - c[j + 1]) if ended else j + 0.5
        rows.append((on / rate_hz, off / rate_hz, c[first:end].max(), begun, ended))
    on_s, off_s, peak, begun_all, ended_all = np.array(rows, dtype=np.float64).reshape(-1, 5).T
    return Events(on_s=on_s, off_s=off_s, peak=peak, begun=begun_all > 0, ended=ended_all > 0)


def of_block(block: Block, row: int, level: float = CLOSED) -> Events:
    """Return the closures of one channel of a block, found once for all measures."""
    return block.once(
        ("lid", row, level),
        lambda: events(block.x[row], block.mask[row], rate_hz=block.rate_hz, level=level),
    )


def counted(x: Inputs, chosen: str, level: float = CLOSED) -> tuple[Floats, NDArray[np.intp]]:
    """Count events by their start, and seconds seen, over blocks of three seconds.

    Parameters
    ----------
    x : Inputs
    chosen : {'blink', 'long'}
    level : float
        See `events`.

    Returns
    -------
    blocks : ndarray, shape (n_blocks, n_targets, 2)
    span : ndarray of int, shape (n_blocks,)
    """
    rows = x.targets[:, 0]
    parts, span = [], []
    for place, block in enumerate(x["lid"]):
        length = round(BLOCK_S * block.rate_hz)
        _, seen = sums(block.x[rows], block.mask[rows], length)
        count = np.zeros_like(seen)
        for target, row in enumerate(rows):
            found = of_block(block, row, level)
            on = found.on_s[getattr(found, chosen)]
            at = np.clip((on / BLOCK_S).astype(np.intp), 0, seen.shape[1] - 1)
            np.add.at(count[target], at, 1.0)
        parts.append(np.stack([count.T, seen.T / block.rate_hz], axis=-1))
        span += [place] * seen.shape[1]
    return np.concatenate(parts), np.array(span, dtype=np.intp)


def share_above(x: Inputs, level: float) -> tuple[Floats, NDArray[np.intp]]:
    """Sum seconds above a closure, and seconds seen, over blocks; see `counted`."""
    rows = x.targets[:, 0]
    parts, span = [], []
    for place, block in enumerate(x["lid"]):
        over = (block.x[rows] >= level).astype(np.float64)
        total, seen = sums(over, block.mask[rows], round(BLOCK_S * block.rate_hz))
        parts.append(np.stack([total.T, seen.T], axis=-1) / block.rate_hz)
        span += [place] * seen.shape[1]
    return np.concatenate(parts), np.array(span, dtype=np.intp)


def quotient(total: Floats) -> Floats:
    """Return the first statistic over the second, ``(..., n_targets, 1)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out: Floats = total[..., :1] / total[..., 1:2]
    return out


def per_minute(total: Floats) -> Floats:
    """Return counts over seconds, a minute."""
    return 60 * quotient(total)


@dataclass(frozen=True, kw_only=True, eq=False)
class RateLimits:
    """Student's limits of the root of a rate, and the exact limit where nothing was counted.

    They lie one event to either side at least [D]: however evenly events come, a film may have
    begun and ended a moment later.

    Parameters
    ----------
    minutes : ndarray, shape (n_targets,)
        Seen.
    """

    minutes: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        root = np.sqrt(value)
        with np.errstate(divide="ignore", invalid="ignore"):
            half = student_quantile(0.975, df)[:, None] * error / (2 * root)
            lo, hi = np.maximum(root - half, 0) ** 2, (root + half) ** 2
            # None in T minutes: at 3.69 / T none happens in 2.5 % of such recordings (Poisson).
            none, one = value == 0, 1 / self.minutes[:, None]
            lo = np.minimum(lo, np.maximum(value - one, 0.0))
            hi = np.maximum(hi, value + one)
            return np.where(none, 0.0, lo), np.where(none, 3.689 * one, hi)


def share_limits(value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
    """Return Student's limits of the angle of a share: they stay within 0 and 1."""
    angle = np.arcsin(np.sqrt(np.clip(value, 0, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        half = student_quantile(0.975, df)[:, None] * error / np.maximum(np.sin(2 * angle), 1e-9)
    half = np.where(error == 0, 0.0, half)
    lo = np.sin(np.maximum(angle - half, 0.0)) ** 2
    hi = np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
    return np.minimum(lo, value), np.maximum(hi, value)


def bent(x: Inputs, level: float) -> Bent:
    """Return what the scale of each lid makes of the share of the time above a closure."""

    def of_blocks(log_e: float) -> Floats:
        return share_above(x, level ** float(np.exp(log_e)))[0]

    def at(log_e: float) -> Floats:
        return quotient(of_blocks(log_e).sum(axis=0))

    usual, known = at(0.0), ~uncalibrated(x)[:, None]
    low, high = at(BENT_FROM), at(BENT_TO)
    lowest = np.where(known[:, 0], level ** float(np.exp(BENT_TO)), min(level, HALF_READS[0]))
    return Bent(
        below=np.where(known, np.maximum(usual - low, 0.0), 0.0),
        above=np.where(known, np.maximum(high - usual, 0.0), 0.0),
        slope=(at(_BENT_STEP) - at(-_BENT_STEP)) / (2 * _BENT_STEP),
        rests=(rests_at(x) >= lowest)[:, None],
        ends=(_by_chance(of_blocks(BENT_FROM)), _by_chance(of_blocks(BENT_TO))),
    )


def _by_chance(blocks: Floats) -> Floats:
    """Return how far a share of the time goes by chance (95 %), ``(n_targets, 1)``."""
    used = blocks[..., 1:] > 0
    each = np.where(used, quotient(blocks), 0.0)
    n = np.maximum(used.sum(axis=0), 1)
    spread = np.where(used, each - each.sum(axis=0) / n, 0.0)
    out: Floats = HALF_95 * np.sqrt((spread**2).sum(axis=0)) / n
    return out


@dataclass(frozen=True, kw_only=True, eq=False)
class Unsure:
    """Limits that also hold what other thresholds give, of eyes without gentle closures.

    Parameters
    ----------
    limits : callable
        At the usual threshold.
    below, above : ndarray, shape (n_targets, 1)
        How much lower and higher the value can be at another threshold.
    most : float
        Largest value that there is.
    """

    limits: Limits
    below: Floats
    above: Floats
    most: float = np.inf

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        lo, hi = self.limits(value, error, df)
        return np.clip(lo - self.below, 0.0, None), np.clip(hi + self.above, None, self.most)


def unsure(
    x: Inputs, limits: Limits, at: Callable[[float], Floats], *, most: float = np.inf
) -> Limits:
    """Widen limits for eyes without gentle closures by what the threshold may be there.

    Parameters
    ----------
    x : Inputs
    limits : callable
        Limits of the value at the usual threshold.
    at : callable
        From a threshold to the values, ``(n_targets, 1)``.
    most : float
        Largest value that there is.
    """
    if not uncalibrated(x).any():
        return limits
    below, above = at_other_thresholds(x, at)
    return Unsure(limits=limits, below=below, above=above, most=most)


def at_other_thresholds(x: Inputs, at: Callable[[float], Floats]) -> tuple[Floats, Floats]:
    """Return how much lower and higher values can be of eyes without gentle closures.

    Parameters
    ----------
    x, at
        As of `unsure`.

    Returns
    -------
    below, above : ndarray, shape (n_targets, 1)
        0 for the other eyes.
    """
    unknown = uncalibrated(x)[:, None]
    usual, *others = (at(level) for level in (CLOSED, *HALF_READS))
    low, high = np.minimum(usual, np.minimum(*others)), np.maximum(usual, np.maximum(*others))
    return np.where(unknown, usual - low, 0.0), np.where(unknown, high - usual, 0.0)


def uncalibrated(x: Inputs) -> NDArray[np.bool_]:
    """Tell of which targets an eye has no gentle closures, ``(n_targets,)``."""
    flagged = np.array([UNCALIBRATED in c.flags for c in x.channels["lid"]], dtype=np.bool_)
    return np.asarray(flagged[x.targets].any(axis=1))


def unclear(x: Inputs, *, told: Told = "closures") -> tuple[str, ...]:
    """Return for each target why its closures cannot be told, empty where they can.

    Without gentle closures a lid that reads about one half when shut trembles about the threshold:
    one closure reads as several blinks, or as none (rendered people 47 and 75).

    Parameters
    ----------
    x : Inputs
    told : {'time', 'closures', 'blinks'}
        What is told: single closures and blinks of a lid that rests half shut are not.
    """
    rests = ("",) * len(x.targets) if told == "time" else half_shut(x, blinks=told == "blinks")
    noisy = lid_noise.too_noisy(x, closed=CLOSED)
    return tuple(
        wanders or (_how_shut(x, row) if unknown and _stays_low(x, row) else why)
        for wanders, unknown, row, why in zip(
            noisy, uncalibrated(x), x.targets[:, 0], rests, strict=True
        )
    )


def half_shut(x: Inputs, *, blinks: bool = False) -> tuple[str, ...]:
    """Return for each target why a lid that rests half shut shows no closures, else empty."""
    return resting(x, opens=REOPENED, shut=SHUT, blinks=blinks)


def _stays_low(x: Inputs, row: int) -> bool:
    low, high = HALF_READS
    peaks = np.concatenate([of_block(block, row, low).peak for block in x["lid"]])
    return len(peaks) > 0 and bool(np.median(peaks) < high)


def _how_shut(x: Inputs, row: int) -> str:
    filmed = UNLIKE_OPEN in x.channels["lid"][row].flags
    return _HOW_SHUT + (_FILMED if filmed else " Film gentle closures.")


_HOW_SHUT = (
    "It is not known what this lid reads when it is shut: most of its movements read "
    f"{HALF_READS[0]} to {HALF_READS[1]}."
)
_FILMED = (
    " Gentle closures were filmed, and fewer than three could be told from its open lid: film "
    "nearer, from the front, in bright even light."
)


def trace(x: Inputs) -> dict[str, NDArray[np.generic]]:
    """Return the closure of each target in the first span, and when it was closed, for figures."""
    block = x["lid"][0]
    rows = x.targets[:, 0]
    found = [of_block(block, row) for row in rows]
    return {
        "t_s": np.arange(block.x.shape[1]) / block.rate_hz,
        "closure": np.where(block.mask[rows], block.x[rows], np.nan),
        "event_target": np.concatenate([np.full(len(f.on_s), i) for i, f in enumerate(found)]),
        "onset_s": np.concatenate([f.on_s for f in found]),
        "offset_s": np.concatenate([f.off_s for f in found]),
    }


def seen_minutes(blocks: Floats) -> Floats:
    """Return the minutes seen of each target, from `counted`."""
    return np.asarray(blocks[..., 1].sum(axis=0) / 60)


def joined(parts: Sequence[Floats]) -> Floats:
    """Stack rows of several targets, ``(n_i, k)`` each, shorter ones filled with zeros."""
    longest = max((len(p) for p in parts), default=0)
    return np.stack([np.pad(p, ((0, longest - len(p)), (0, 0))) for p in parts], axis=1)
