"""Bursts of muscle activity: how long they last and how often they come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.bursts import WINDOW_S, detect, moving_rms
from eutonia.model import (
    Absent,
    Aux,
    Block,
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Input,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: Length of the stretch that is looked for where rest is not quiet.
QUIET_S = 1.0
#: Rest whose mean is above this multiple of the quietest second is itself active (our rule).
RESTLESS = 1.5
#: Bursts are only told from a baseline that the strongest activity exceeds by this (our rule).
MIN_CONTRAST = 3.0
#: The threshold is at least this far below strong activity: lower, filters ring (our rule).
MAX_CONTRAST = 20.0
#: Share of the time above the threshold from which a muscle is tonically active (our rule).
TONIC = 0.9
#: Quantile of the levels that counts as strong activity (our rule).
STRONG = 0.95
#: What is noted where the baseline is not a recording of rest.
QUIETEST = "baseline=quietest second"
_DRAWN = 3000

MEASURE = Measure(
    id="emg.burst",
    version="2",
    title="EMG bursts",
    unit={"duration": "ms", "rate": "/s"},
    tier="supportive",
    sources=(),
    method="The muscle is on while the root mean square over 50 ms exceeds mean + 3 SD of its "
    "baseline and a twentieth of the strong activity (95 % quantile); gaps and bursts under 50 ms "
    "do not count (our rule). Baseline is the rest recording; where rest is itself active or was "
    "not recorded, it is the quietest second of rest and task, and the threshold is halfway (in "
    "dB) from there to the strong activity. Edges are placed where a change of variance is most "
    "likely. Mean duration, and one over the mean time from onset to onset.",
    needs=Needs(
        inputs={
            "emg": Input(
                kind="emg",
                derive="emg.filtered",
                min_rate_hz=500,
                min_s=16,
                not_flags=frozenset({"flat", "clipped", "envelope"}),
            )
        },
        aux={"rest": Aux(task="rest", optional=QUIETEST)},
        target=Each(),
        not_tasks=frozenset({"mvc"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=0),
    valid={
        "duration": Range(lo=80, hi=1500, shown_by="docs/measures/emg.burst"),
        "rate": Range(lo=0.2, hi=4, shown_by="docs/measures/emg.burst"),
    },
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="A muscle that is never quiet has no baseline: then bursts cannot be measured. "
    "Duration alone does not tell dystonia from tremor or myoclonus.",
    figure="bursts",
    proofs=("simulated", "real"),
)


def measure(x: Inputs) -> Result:
    """Detect bursts and sum duration, number and time over blocks; see `MEASURE`."""
    rows = x.targets[:, 0]
    baselines = [_baseline(x, row) for row in rows]
    reasons = tuple(_reason(x, row, b) for row, b in zip(rows, baselines, strict=True))
    blocks, span = [], []
    marks: list[tuple[int, float, float]] = []
    for place, block in enumerate(x["emg"]):
        parts = []
        for target, row in enumerate(rows):
            on = off = np.zeros(0, dtype=np.intp)
            if not reasons[target]:
                on, off = _bursts(block, row, baselines[target])
            parts.append(_per_burst(block, row, on, off))
            if place == 0:
                marks += [(target, float(a), float(b)) for a, b in zip(on, off, strict=True)]
        blocks.append(_padded(parts))
        span += [place] * len(blocks[-1])
    everything = np.concatenate(blocks)
    n_bursts = everything[:, :, 1].sum(axis=0)
    silent = tuple(_no_burst(x, r, b) for r, b in zip(rows, baselines, strict=True))
    reasons = tuple(
        why or ("" if n else none) for why, n, none in zip(reasons, n_bursts, silent, strict=True)
    )
    once = "Only one burst was found, so there is no time from onset to onset."
    return Result(
        blocks=everything,
        finish=_finish,
        span=np.array(span, dtype=np.intp),
        reasons=reasons,
        part_reasons={"rate": tuple("" if n != 1 else once for n in n_bursts)},
        n_effective=n_bursts,
        details={"bursts": n_bursts},
        evidence=_drawn(x["emg"][0], rows, np.array([b.threshold for b in baselines]), marks),
        notes=tuple(sorted({b.note for b in baselines if b.note})),
    )


def _no_burst(x: Inputs, row: int, baseline: _Baseline) -> str:
    """Return the sentence for a muscle without a single whole burst."""
    levels = _levels(x["emg"], row)
    on = float(np.mean(levels > baseline.threshold)) if len(levels) else 0.0
    if on > TONIC:
        return f"The muscle was active all the time ({100 * on:.0f} %): that is no burst."
    return Absent(f"No burst was found in {len(levels) / 100:.0f} s.")


def _finish(total: Floats) -> Floats:
    duration, number, cycle, cycles = np.moveaxis(total, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([1000 * duration / number, cycles / cycle], axis=-1)


@dataclass(frozen=True)
class _Baseline:
    """Root mean square of a muscle that is off, the level above which it is on, what to note."""

    rms: float
    threshold: float
    note: str = ""


def _baseline(x: Inputs, row: int) -> _Baseline:
    """Take the baseline from rest, or from the quietest second if there is none or it is active."""
    rest = _levels(x.aux.get("rest", ()), row)
    # Also from the task: rest that is tonically active has no quiet second of its own.
    quiet = _quietest((*x.aux.get("rest", ()), *x["emg"]), row)
    task = _levels(x["emg"], row)
    strong = float(np.quantile(task, STRONG)) if len(task) else 0.0
    if len(rest) and (not len(quiet) or rest.mean() <= RESTLESS * quiet.mean()):
        threshold = max(float(rest.mean() + 3 * rest.std()), strong / MAX_CONTRAST)
        return _Baseline(_rms(rest), threshold)
    if not len(quiet):
        return _Baseline(np.inf, np.inf, QUIETEST)
    # The quietest second is a minimum, so three of its SD are soon passed by chance: halfway (in
    # dB) to the strong activity is a threshold that repeats.
    return _Baseline(_rms(quiet), float(np.sqrt(_rms(quiet) * strong)), QUIETEST)


def _rms(levels: Floats) -> float:
    return float(np.sqrt(np.mean(levels**2)))


def _levels(blocks: tuple[Block, ...], row: int) -> Floats:
    """Return the moving root mean square of all usable samples, 100 a second."""
    return np.concatenate([np.zeros(0), *(_windows(b, row) for b in blocks)])


def _quietest(blocks: tuple[Block, ...], row: int) -> Floats:
    """Return the 100 levels of the quietest second; empty where no second is usable."""
    seconds = np.concatenate([np.zeros((0, 100)), *(_seconds(_windows(b, row)) for b in blocks)])
    return seconds[seconds.mean(axis=1).argmin()] if len(seconds) else np.zeros(0)


def _windows(block: Block, row: int) -> Floats:
    """Return the moving root mean square of the usable samples."""
    level = moving_rms(block.x[row], rate_hz=block.rate_hz)[block.mask[row]]
    step = max(1, round(QUIET_S * block.rate_hz) // 100)
    return np.asarray(level[::step])  # a hundred values a second are plenty for mean and SD


def _seconds(levels: Floats) -> Floats:
    """Cut levels (100 per second) into overlapping seconds, ``(n, 100)``."""
    if len(levels) < 100:
        return np.zeros((0, 100))
    seconds: Floats = np.lib.stride_tricks.sliding_window_view(levels, 100)[::10]
    return seconds


def _reason(x: Inputs, row: int, baseline: _Baseline) -> str:
    if not baseline.note:
        return ""  # measured rest is a baseline even if nothing happens in the task
    strong = float(np.quantile(_levels(x["emg"], row), STRONG))
    if strong < MIN_CONTRAST * baseline.rms:
        return (
            "The muscle was never quiet, or never active: its strongest activity is less than "
            f"{MIN_CONTRAST:g} times the quietest second. Record it at rest, well supported."
        )
    return ""


def _bursts(
    block: Block, row: int, baseline: _Baseline
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the bursts that lie wholly in usable samples and inside the span."""
    on, off = detect(
        block.x[row],
        rate_hz=block.rate_hz,
        threshold=baseline.threshold,
        baseline_rms=baseline.rms,
    )
    if not len(on):
        return on, off
    bad = np.concatenate([[0], np.cumsum(~block.mask[row])])
    edge = WINDOW_S * block.rate_hz
    whole = (bad[off] == bad[on]) & (on >= edge) & (off <= block.x.shape[1] - edge)
    return on[whole], off[whole]


def _per_burst(block: Block, row: int, on: NDArray[np.intp], off: NDArray[np.intp]) -> Floats:
    """Return duration, 1, time to the next onset, and 1 if there is one; ``(n_bursts, 4)``."""
    rows = np.zeros((len(on), 4))
    rows[:, 0] = (off - on) / block.rate_hz
    rows[:, 1] = 1
    if len(on) > 1:
        bad = np.concatenate([[0], np.cumsum(~block.mask[row])])
        whole = bad[on[1:]] == bad[on[:-1]]
        rows[:-1, 2] = np.where(whole, np.diff(on) / block.rate_hz, 0)
        rows[:-1, 3] = whole
    return rows


def _padded(parts: list[Floats]) -> Floats:
    """Stack the bursts of several muscles, the shorter lists filled up with zeros."""
    longest = max(len(p) for p in parts)
    return np.stack([np.pad(p, ((0, longest - len(p)), (0, 0))) for p in parts], axis=1)


def _drawn(
    block: Block, rows: NDArray[np.intp], threshold: Floats, marks: list[tuple[int, float, float]]
) -> dict[str, np.ndarray]:
    step = max(1, block.x.shape[1] // _DRAWN)
    levels = np.stack([moving_rms(block.x[r], rate_hz=block.rate_hz)[::step] for r in rows])
    channel, on, off = np.array(marks, dtype=np.float64).reshape(-1, 3).T
    return {
        "t_s": np.arange(levels.shape[1]) * step / block.rate_hz,
        "envelope": levels,
        "threshold": threshold,
        "burst_channel": channel.astype(np.intp),
        "onset_s": on / block.rate_hz,
        "offset_s": off / block.rate_hz,
    }


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Random bursts over a quiet baseline; the truth is the mean of the process."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    rate_hz, seconds = 1000, 60
    channel = emg_channel("splenius_capitis", "left")
    task, rest = Condition.of(task="posture"), Condition.of(task="rest")
    gate, *_ = emg.burst_train(
        rng,
        duration_s=seconds,
        rate_hz=rate_hz,
        mean_duration_s=0.3,
        mean_gap_s=0.5,
        spread=0.3,
    )
    level = 2.0 + 38.0 * gate
    signal = level * emg.carrier(rng, 1, seconds * rate_hz, rate_hz=rate_hz)
    quiet = 2.0 * emg.carrier(rng, 1, 20 * rate_hz, rate_hz=rate_hz)
    made = visit(
        recording(signal, (channel,), rate_hz=rate_hz, condition=task),
        recording(quiet, (channel,), rate_hz=rate_hz, condition=rest),
    )
    key = channel.label, task.label
    return made, {(*key, "duration"): 300.0, (*key, "rate"): 1 / 0.8}
