"""Mirror activity: the same muscle of the side that should be still."""

from __future__ import annotations

import numpy as np

from eutonia.measures.levels import BLOCK_S, INPUTS, level_sums
from eutonia.measures.maximum import TOXIN, maxima
from eutonia.measures.movers import uses, why_not_known
from eutonia.model import (
    Aux,
    BlockBootstrap,
    CannotMeasure,
    Channel,
    Condition,
    Floats,
    Inputs,
    Measure,
    Needs,
    Pairs,
    Range,
    Result,
    Visit,
)

#: What is noted where no maximal contraction of both sides was recorded.
RAW = "norm=none"
#: Share of maximum below which the muscle that should work did not (our rule).
MIN_LEVEL = 0.02

MEASURE = Measure(
    id="emg.mirror",
    version="1",
    title="Mirror activity of the other side",
    unit="%",
    tier="supportive",
    sources=(),
    method="100 · mean envelope (20-450 Hz, rectified, below 6 Hz) of a muscle on the side that "
    "should be still over that of the same muscle on the side of the task, in the same time; each "
    "in % of its maximal contraction (best 0.5 s) where both were recorded.",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc", optional=RAW)},
        target=Pairs("homologue"),
        not_tasks=frozenset({"rest", "mvc"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0.5, hi=150, shown_by="docs/measures/emg.mirror"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="Rest activity and the amplifier's noise on the still side are part of it. Without "
    "maximal contractions (norm=none) electrodes and skin of the two sides are in the ratio. Some "
    f"mirror activity is normal, more so in children; no published norm was checked. {TOXIN}",
    figure="pairs",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum both envelopes over blocks of two seconds, the still side first; see `MEASURE`."""
    if why := why_not_known(x.condition):
        raise CannotMeasure(why)
    side = x.condition.get("side")
    if side not in ("left", "right"):
        raise CannotMeasure(
            "Mirror activity needs a task of one side. If one side did it, give the side in a "
            "corrections file (condition: {side: left} or right)."
        )
    scale, notes = _scale(x)
    sums, span = level_sums(x["emg"], x.targets, scale)
    channels = x.channels["emg"]
    first_moves = np.array([channels[a].side == side for a, _ in x.targets])[:, None]
    blocks = np.where(first_moves, sums[..., [1, 0, 2]], sums)
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        reasons=tuple(
            _reason(x.condition, (channels[a], channels[b]), total, raw=bool(notes))
            for (a, b), total in zip(x.targets, blocks.sum(axis=0), strict=True)
        ),
        evidence=_drawn(x, scale) if not notes else {},
        notes=notes,
    )


def _scale(x: Inputs) -> tuple[Floats, tuple[str, ...]]:
    """Return each channel's level for 1: its maximum, or the same for all where one is missing."""
    scale = maxima(x)
    there = np.isfinite(scale[x.targets]).all()
    return (scale, ()) if there else (np.ones(len(scale)), (RAW,))


def _reason(
    condition: Condition, pair: tuple[Channel, Channel], total: Floats, *, raw: bool
) -> str:
    """Return why the still side cannot be held against the other."""
    moving, still = sorted(pair, key=lambda c: c.side != condition.get("side"))
    if not uses(condition, moving):
        return "The task does not use this muscle on either side."
    if uses(condition, still):
        return "The task uses this muscle on both sides, so neither mirrors the other."
    level = total[1] / total[2] if total[2] else 0.0
    if not raw and level < MIN_LEVEL:
        return (
            f"The muscle on the side of the task was not active: {100 * level:.1f} % of its "
            f"maximum on average, less than {100 * MIN_LEVEL:g} % (our rule)."
        )
    return ""


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Floats = 100 * total[..., :1] / total[..., 1:2]
    return ratio


def _drawn(x: Inputs, scale: Floats) -> dict[str, np.ndarray]:
    from eutonia.measures.co_contraction import drawn

    return drawn(x, scale[:, None])


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate writing with the right hand at 30 % of maximum, mirrored at 6 %: a fifth."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    channels = tuple(emg_channel("flexor_carpi_radialis", s) for s in ("left", "right"))
    level = np.array([[0.06], [0.30]])
    task = Condition.of(task="writing", side="right")
    gain = np.array([[400.0], [250.0]])
    noise = emg.carrier(rng, 2, 30_000, rate_hz=1000, band_hz=(60.0, 250.0))
    most = gain * emg.steady_tone(9_000, rate_hz=1000)
    made = visit(
        recording(gain * level * noise, channels, rate_hz=1000, condition=task),
        recording(most, channels, rate_hz=1000, condition=Condition.of(task="mvc")),
    )
    label = " / ".join(c.label for c in channels)
    return made, {(label, task.label, ""): 100 * float(level[0, 0] / level[1, 0])}
