"""Share of the antagonist in the activity of two antagonists."""

from __future__ import annotations

import numpy as np

from eutonia.measures.co_contraction import BLOCK_S, INPUTS, drawn, pair_sums, silent
from eutonia.measures.maximum import TOXIN, maxima, missing
from eutonia.measures.movers import agonist, tasks_with_agonist, why_no_muscle, why_not_known
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

MEASURE = Measure(
    id="emg.cci_kellis",
    version="1",
    title="Share of the antagonist",
    unit="%",
    tier="supportive",
    sources=(),
    method="100 · E_ant / (E_ag + E_ant) of the mean envelopes (20-450 Hz, rectified, below 6 Hz), "
    "each in % of its maximal contraction (best 0.5 s). Which of the two is the agonist follows "
    "from the task and its side (our table). A stand-in from EMG alone for a ratio of moments "
    "(our rule, unconfirmed).",
    needs=Needs(
        inputs=INPUTS,
        aux={"mvc": Aux(task="mvc")},
        target=Pairs("antagonist"),
        not_tasks=frozenset({"rest"}),
    ),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=2, hi=98, shown_by="docs/measures/emg.cci_kellis"),
    invariant=frozenset({"gain", "channel_order", "time_shift"}),
    caution="50 % means equal shares of maximum, not equal moments: levers and muscle lengths are "
    f"not in it. It holds for a movement in one direction. {TOXIN} Cross-talk from the agonist "
    "looks like antagonist activity.",
    figure="pairs",
    proofs=("simulated", "independent"),
)


def measure(x: Inputs) -> Result:
    """Sum both envelopes over blocks of two seconds, the antagonist first; see `MEASURE`."""
    if why := why_not_known(x.condition):
        raise CannotMeasure(why)
    pairs = [(x.channels["emg"][a], x.channels["emg"][b]) for a, b in x.targets]
    moves = [agonist(x.condition, pair) for pair in pairs]
    if all(m is None for m in moves):
        raise CannotMeasure(_none(x.condition, pairs[0]))
    scale = maxima(x)[:, None]
    blocks, span = pair_sums(x, scale)
    first = np.array([m == 0 for m in moves])[:, None]  # then the second is the antagonist
    ordered = np.where(first, blocks[..., [2, 1]], blocks[..., [1, 2]])
    unmoved = tuple(
        "" if m is not None else _none(x.condition, p) for m, p in zip(moves, pairs, strict=True)
    )
    found = zip(unmoved, missing(x, scale), silent(blocks.sum(axis=0)), strict=True)
    return Result(
        blocks=ordered,
        finish=_finish,
        reasons=tuple(next(filter(None, whys), "") for whys in found),
        span=span,
        evidence=drawn(x, scale),
    )


def _none(condition: Condition, pair: tuple[Channel, Channel]) -> str:
    """Return why there is no agonist, and what to do."""
    if why := why_no_muscle(pair[0]):
        return why
    did = condition.label.replace("_", " ")
    return (
        f"In {did}, neither or both of {pair[0].label} and {pair[1].label} move the joint, so "
        "there is no agonist. Tasks with one are "
        f"{tasks_with_agonist()}, on the side of the muscles."
    )


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * total[..., :1] / total.sum(axis=-1, keepdims=True)
    return share


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Wrist flexion at 30 % of maximum with the extensor at 6 %: the antagonist does a sixth."""
    from eutonia.simulate import emg
    from eutonia.simulate.visit import emg_channel, recording, visit

    rng = np.random.default_rng(seed)
    flexor, extensor = 0.30, 0.06
    channels = tuple(
        emg_channel(site, "right") for site in ("extensor_carpi_radialis", "flexor_carpi_radialis")
    )
    task = Condition.of(task="wrist_flexion", side="right")
    gain = np.array([[400.0], [250.0]])
    noise = emg.carrier(rng, 2, 32_000, rate_hz=1000, band_hz=(60.0, 250.0))
    signal = gain * np.array([[extensor], [flexor]]) * noise
    most = gain * emg.steady_tone(9_000, rate_hz=1000)
    made = visit(
        recording(signal, channels, rate_hz=1000, condition=task),
        recording(most, channels, rate_hz=1000, condition=Condition.of(task="mvc")),
    )
    label = " / ".join(c.label for c in channels)
    return made, {(label, task.label, ""): 100 * extensor / (flexor + extensor)}
