"""How regular head tremor is: the tremor stability index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp import crossings, tremor
from eutonia.measures import rhythm
from eutonia.measures.head_tremor import AXES, JAW, LEAST_RMS_DEG, LEAST_SLOW_RMS_DEG, TREMOR_NEEDS
from eutonia.measures.nod_of_jaw import nods
from eutonia.model import (
    Absent,
    BlockBootstrap,
    Channel,
    Condition,
    Floats,
    Inputs,
    Measure,
    Range,
    Result,
    Visit,
)
from eutonia.stats.intervals import student_quantile

#: About nine cycles: sixteen seconds, the least that is measured, hold eight such blocks.
BLOCK_S = 2.0
#: Changes from cycle to cycle are counted in classes this wide; the quartiles lie within one.
_CLASS_HZ = 0.02
_MOST_HZ = 12.0
#: Fewest changes for quartiles.
MIN_CHANGES = 20
#: Interquartile range of normal values with an SD of 1.
_QUARTILES = 1.3489795003921634
#: Noise may make this share of the value, and, of the frequency of the tremor, the latter: beyond,
#: it adds crossings of its own, and what it makes is no longer known. Sines of 0.4 to 2.5 degrees
#: at 3 to 6.3 Hz, added to films of still heads of rendered people, read at most 1.8 times what was
#: reckoned of noise, and 1.2 times in 95 %. [D]
MOST_OF_VALUE, MOST_OF_HZ = 0.5, 0.15
#: Where the index was shown to hold, Hz.
VALID = Range(lo=0.2, hi=3, shown_by="docs/measures/head.tremor_regularity")
_NOISE = (
    "Noise of the landmarks alone makes a regular tremor of this size read {noise:.2g} Hz, and "
    "this one reads {value:.2g}: whether it is regular is not told. {why} Film nearer, in more "
    "light."
)
_OF_VALUE = f"At most {MOST_OF_VALUE:g} of a value may be the noise's."
_OF_HZ = f"It may make at most {MOST_OF_HZ:g} of the tremor's {{hz:.1f}} Hz."
_REGULAR = (
    f"The tremor changes by {{value:.2g}} Hz from cycle to cycle, less than the {VALID.lo:g} Hz "
    "that a film can tell: it is at least so regular."
)
_BEYOND = (
    f"The tremor would change by {{value:.2g}} Hz from cycle to cycle, beyond the {VALID.hi:g} Hz "
    "up to which the index was shown to hold: that is noise, or no tremor of one frequency."
)

MEASURE = Measure(
    id="head.tremor_regularity",
    version="4",
    title="Head tremor, stability index (interquartile range of cycle-to-cycle change)",
    unit="Hz",
    tier="research",
    sources=("diBiase2017",),
    method="The angles from a fifth to four times the frequency of head.tremor_freq (second-order "
    "Butterworth, both ways), along the direction with most of the movement. Frequency of each "
    "cycle from upward crossings of zero; the interquartile range of its change from one cycle to "
    "the next, divided by the 95 % of it that the filter lets through. Not given where noise may "
    f"make more than {MOST_OF_VALUE:g} of it: what a regular tremor would read in noise as large "
    "as what lies beside it in the spectrum (version 4; until then only above it, which is less); "
    "nor outside the range shown. The lower limit is that without this noise. Also "
    "given: the width of the top of the spectrum at half height (0.36 Hz at the least).",
    needs=TREMOR_NEEDS,
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=VALID,
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="The cut-off of 1.05 Hz separates tremor of Parkinson's disease from essential tremor "
    "in recordings of 100 s with accelerometers (diBiase2017); for dystonia there is none. Noise "
    "makes small tremor look irregular. Missing pictures and fewer than 6 pictures a cycle do so "
    f"too. {JAW}",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Count the changes of frequency by size; see `MEASURE`."""
    found = nods(x)
    reasons = found.reasons(least_rms=LEAST_RMS_DEG, least_slow=LEAST_SLOW_RMS_DEG)
    parts, span = [], []
    noise = np.zeros((len(found.inputs["head"]), len(x.targets)))
    for place, block in enumerate(found.inputs["head"]):
        n = max(1, round(block.x.shape[1] / (BLOCK_S * block.rate_hz)))
        counts = np.zeros((n, len(x.targets), len(_EDGES) - 1))
        for target, rows in enumerate(x.targets):
            if not reasons[target]:
                one = block.x[rows], block.mask[rows], block.rate_hz
                hz = found.shaken.rhythms[target].freq_hz
                counts[:, target] = _counts(*one, hz, n)
                noise[place, target] = _noise(*one, hz) ** 2 * counts[:, target].sum()
        parts.append(counts)
        span += [place] * n
    blocks = np.concatenate(parts)
    n_changes = blocks.sum(axis=(0, 2))
    few = f"Fewer than {MIN_CHANGES} changes from cycle to cycle are free of gaps."
    with np.errstate(divide="ignore", invalid="ignore"):
        of_noise = np.sqrt(noise.sum(axis=0) / n_changes)
    value = _interquartile(blocks.sum(axis=0))[:, 0]
    mean = rhythm.densities(found.shaken.blocks.sum(axis=0)).sum(axis=1)
    return Result(
        blocks=blocks,
        finish=_interquartile,
        span=np.array(span, dtype=np.intp),
        limits=partial(_limits, noise=of_noise[:, None]),
        reasons=tuple(
            why or (few if n < MIN_CHANGES else _not_told(v, made, shown.freq_hz))
            for why, n, v, made, shown in zip(
                reasons, n_changes, value, of_noise, found.shaken.rhythms, strict=True
            )
        ),
        details={
            "cycles": n_changes,
            "noise_hz": of_noise,
            "half_width_hz": np.array(
                [
                    tremor.half_width_hz(d, r.freq_hz) if r.found else np.nan
                    for d, r in zip(mean, found.shaken.rhythms, strict=True)
                ]
            ),
        },
        evidence=found.shaken.evidence(),
        notes=found.notes,
    )


def _limits(value: Floats, error: Floats, df: Floats, *, noise: Floats) -> tuple[Floats, Floats]:
    """Return Student's limits, the lower one without what noise may make of the value."""
    half = student_quantile(0.975, df)[:, None] * error
    without = np.sqrt(np.maximum(value**2 - noise**2, 0.0))
    return np.maximum(value - np.hypot(half, value - without), 0.0), value + half


_EDGES = np.arange(-_MOST_HZ, _MOST_HZ + _CLASS_HZ / 2, _CLASS_HZ)


def _counts(x: Floats, mask: NDArray[np.bool_], rate_hz: float, freq_hz: float, n: int) -> Floats:
    """Return how many changes of each size fall into each of `n` blocks."""
    moved = tremor.around(x, rate_hz=rate_hz, freq_hz=freq_hz)
    along = tremor.principal([moved], [mask]) @ moved
    change, at_s = tremor.cycle_changes(along, np.asarray(mask.all(axis=0)), rate_hz=rate_hz)
    block = np.minimum((at_s / BLOCK_S).astype(np.intp), n - 1)
    size = np.clip(((change + _MOST_HZ) / _CLASS_HZ).astype(np.intp), 0, len(_EDGES) - 2)
    counts = np.zeros((n, len(_EDGES) - 1))
    np.add.at(counts, (block, size), 1.0)
    return counts


def _noise(x: Floats, mask: NDArray[np.bool_], rate_hz: float, freq_hz: float) -> float:
    """Return the index that noise as large as beside the tremor makes of a regular one."""
    moved = tremor.around(x, rate_hz=rate_hz, freq_hz=freq_hz)
    along = tremor.principal([moved], [mask]) @ x
    made = crossings.noise_of_changes(along, rate_hz=rate_hz, freq_hz=freq_hz)
    return _QUARTILES * made / tremor.CHANGES_KEPT


def _not_told(value: float, noise: float, freq_hz: float) -> str:
    """Return why an index says nothing about the tremor; empty where it does."""
    if noise > MOST_OF_HZ * freq_hz:
        return _NOISE.format(noise=noise, value=value, why=_OF_HZ.format(hz=freq_hz))
    if value < VALID.lo:
        return Absent(_REGULAR.format(value=value))
    if noise > MOST_OF_VALUE * value:
        return _NOISE.format(noise=noise, value=value, why=_OF_VALUE)
    return _BEYOND.format(value=value) if value > VALID.hi else ""


def _interquartile(total: Floats) -> Floats:
    """Return the distance of the quartiles of counted changes."""
    below = np.cumsum(total, axis=-1)
    n = below[..., -1:]

    def quantile(share: float) -> Floats:
        wanted = share * n
        place = np.minimum((below < wanted).sum(axis=-1), total.shape[-1] - 1)[..., None]
        here = np.take_along_axis(total, place, axis=-1)
        before = np.take_along_axis(below, place, axis=-1) - here
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = (wanted - before) / here
        return np.asarray(_EDGES[place] + _CLASS_HZ * inside)

    return (quantile(0.75) - quantile(0.25)) / tremor.CHANGES_KEPT


@dataclass(frozen=True)
class _Truth:
    spread_hz: float

    @property
    def index_hz(self) -> float:
        """Interquartile range of the difference of two independent normal frequencies."""
        return float(2 * 0.6744897501960817 * np.sqrt(2) * self.spread_hz)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a tremor of 100 s whose every cycle has its own frequency."""
    from eutonia.simulate.tremor import cycles
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, spread = 60.0, 0.45
    x, _ = cycles(rng, 6000, rate_hz=rate_hz, freq_hz=4.6, spread_hz=spread)
    moved = np.outer([2.5, 1.0, 0.4], x) + rng.normal(0, 0.02, (3, len(x)))
    task = Condition.of(task="hold")
    channels = tuple(Channel(name=f"head_{a}", kind="head", unit="deg", site=a) for a in AXES)
    made = visit(recording(moved, channels, rate_hz=rate_hz, condition=task))
    return made, {("head", task.label, ""): _Truth(spread).index_hz}
