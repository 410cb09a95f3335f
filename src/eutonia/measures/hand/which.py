"""Which finger curls more than the others, and when."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.hand_curls import CURLS, alone, beyond, pairs
from eutonia.measures.hand_sight import first_of, unsure, within_percent
from eutonia.measures.positions import BLOCK_S, Series, from_camera, position_sums
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
from eutonia.stats.normal import HALF_95

#: A finger curls out of line from here beyond the others, degrees, for this long (our rule).
MORE_DEG, LEAST_S = 40.0, 0.2
#: How far off that curl may be read from one pose to the next: the SD of `hand.curl` beyond the
#: others, of a finger that is seen from its own side and free. [D]
DOUBT_DEG = 19.0

MEASURE = Measure(
    id="hand.which",
    version="3",
    title="Time a finger curls out of line",
    unit="%",
    tier="research",
    sources=(),
    method="Share of the time in which a finger's curl (MCP + PIP + DIP) is more than "
    f"{MORE_DEG:g} degrees beyond the mean of the hand's other fingers (2 to 5, but for hidden "
    f"ones) for at least {LEAST_S:g} s (our rule, unconfirmed). Each episode is kept with its "
    "times and its peak. A finger that is hidden behind two others, or whose bend is guessed, is "
    f"not measured. The limits also hold what limits of {MORE_DEG - DOUBT_DEG:g} and "
    f"{MORE_DEG + DOUBT_DEG:g} degrees give, because a curl is read that much too large or too "
    "small in rendered hands (SD); so do those of a contrast.",
    needs=Needs(inputs=from_camera("finger"), target=Each(sites=CURLS)),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/hand.which"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Some grips and passages ask for one curled finger: compare the same passage, with "
    "rest and with the other hand. The limit of 40 degrees is ours. The others may be "
    "guessed, and then follow the finger that curls: in a rendered film 9 % were read of 26 % in a "
    "finger that was seen. 0 % does not mean that no finger curled. Look at the overlay.",
    figure="",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum time out of line over blocks of three seconds; see `MEASURE`."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    series: list[Series] = []
    episodes: list[tuple[float, ...]] = []
    for block in x["finger"]:
        more, usable = beyond(block, channels, rows)
        out = np.zeros(more.shape)
        for target, (values, good) in enumerate(zip(more, usable, strict=True)):
            for a, b in _episodes(values, good, block.rate_hz, more_deg=MORE_DEG):
                out[target, a:b] = 1.0
                start_s = block.start_s + a / block.rate_hz
                peak = float(values[a:b].max())
                episodes.append((target, start_s, start_s + (b - a) / block.rate_hz, peak))
        series.append((out, usable, block.rate_hz))
    blocks, span = position_sums(series)
    value, (most, fewest) = _finish(blocks.sum(axis=0)), _otherwise(x)
    doubt = np.maximum(most - value, value - fewest) / HALF_95
    found = np.array(episodes).reshape(len(episodes), 4)
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        limits=within_percent(value - fewest, most - value),
        varying=Varying(sd=doubt, sides=doubt),
        reasons=first_of(unsure(channels, rows), alone(channels, rows)),
        notes=pairs(channels, rows),
        details={"episodes": np.array([float((found[:, 0] == i).sum()) for i in range(len(rows))])},
        evidence={
            "episode_row": found[:, 0].astype(np.intp),
            "episode_start_s": found[:, 1],
            "episode_stop_s": found[:, 2],
            "episode_peak_deg": found[:, 3],
        },
    )


def _otherwise(x: Inputs) -> tuple[Floats, Floats]:
    """Return the shares that a lower and a higher limit of the curl give, ``(n_targets, 1)``."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    shares = []
    for limit in (MORE_DEG - DOUBT_DEG, MORE_DEG + DOUBT_DEG):
        series: list[Series] = []
        for block in x["finger"]:
            more, usable = beyond(block, channels, rows)
            out = np.zeros(more.shape)
            for target, (values, good) in enumerate(zip(more, usable, strict=True)):
                for a, b in _episodes(values, good, block.rate_hz, more_deg=limit):
                    out[target, a:b] = 1.0
            series.append((out, usable, block.rate_hz))
        shares.append(_finish(position_sums(series)[0].sum(axis=0)))
    lower, higher = shares
    return lower, higher


def _episodes(
    values: Floats, good: NDArray[np.bool_], rate_hz: float, *, more_deg: float
) -> list[tuple[int, int]]:
    """Return first and one after the last sample of each stretch out of line."""
    least = round(LEAST_S * rate_hz)
    out = np.concatenate([[0], (good & (values > more_deg)).astype(np.int8), [0]])
    turns = np.diff(out)
    begins, ends = np.flatnonzero(turns > 0), np.flatnonzero(turns < 0)
    return [(int(a), int(b)) for a, b in zip(begins, ends, strict=True) if b - a >= max(1, least)]


def _finish(total: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        share: Floats = 100 * total[..., :1] / total[..., 1:]
    return share


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a ring and a little finger that curl now and then while the others play."""
    from eutonia.simulate.fingers import RATE_HZ, channel, on_and_off, posture
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    channels = tuple(channel(s, "right") for s in ("index_curl", "middle_curl", "little_curl"))
    x = posture(rng, np.array([60.0, 65.0, 60.0]), seconds=120, sd=4.0, noise=1.0)
    curled, share = on_and_off(rng, seconds=120, on_s=0.8, off_s=1.6)
    x[2] += 85 * curled
    task = Condition.of(task="playing")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    return made, {(channels[2].label, task.label, ""): 100 * share}
