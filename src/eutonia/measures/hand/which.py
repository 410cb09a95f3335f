"""Which finger curls more than the others, and when."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.hand.curl import SYSTEMATIC_DEG
from eutonia.measures.hand_curls import CURLS, alone, beyond, pairs
from eutonia.measures.hand_sight import (
    GUESSED,
    LEAST_BLOCKS,
    PALM,
    by_sight,
    fingers,
    first_of,
    too_short,
    unsure,
    within_percent,
)
from eutonia.measures.positions import BLOCK_S, Series, position_sums
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
from eutonia.stats.normal import HALF_95

#: A finger curls out of line from here beyond the others, degrees, for this long (our rule).
MORE_DEG, LEAST_S = 40.0, 0.2
#: The part of the error of a curl beyond the others that two conditions do not share, SD in degrees
#: as `SYSTEMATIC_DEG` (rendered hands, people 0 to 19). [D]
_NEW_DEG = {"": (13.0, 19.0), PALM: (16.0, 16.0), GUESSED: (27.5, 28.0)}

MEASURE = Measure(
    id="hand.which",
    version="7",
    title="Time a finger curls out of line",
    unit="%",
    tier="research",
    sources=(),
    method="Share of the time in which a finger's curl (MCP + PIP + DIP) is more than "
    f"{MORE_DEG:g} degrees beyond the mean of the hand's other fingers (2 to 5, but for hidden "
    f"ones) for at least {LEAST_S:g} s (our rule, unconfirmed). Each episode is kept with its "
    "times and its peak. A finger that is hidden behind two others, or whose bend is guessed, is "
    "not measured. The limits also hold what other limits of the curl give, 51 degrees to either "
    "side for a finger that is seen from its own side and 35 from the palm, because a curl beyond "
    "the others is read that much too large or too small in rendered hands (1.96 SD of 26 and 18); "
    "those of a contrast hold 37 and 31 degrees.",
    needs=Needs(inputs=fingers(), target=Each(sites=CURLS)),
    scale="difference",
    interval=BlockBootstrap(block_s=BLOCK_S, least=LEAST_BLOCKS),
    valid=Range(lo=0, hi=100, shown_by="docs/measures/hand.which"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="Some grips and passages ask for one curled finger: compare the same passage, with "
    "rest and with the other hand. The limit of 40 degrees is ours. The others may be guessed, and "
    "then follow the finger that curls: in a rendered film 9 % were read of 26 % in a finger that "
    "was seen. 0 % does not mean that no finger curled. Look at the overlay. Less than 18 s give "
    "no number.",
    history="Up to version 4 curls were read 2 to 21 degrees too straight; up to version 5 an "
    "index whose end was behind the thumb curled 10 degrees more; up to version 6 a little finger "
    "that points at the camera counted as seen from its side, hands taken for their mirror image "
    "gave more numbers, and overstretched ones fewer.",
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
    below, above = _between(x, blocks, SYSTEMATIC_DEG)
    found = np.array(episodes).reshape(len(episodes), 4)
    return Result(
        blocks=blocks,
        finish=_finish,
        span=span,
        limits=within_percent(below, above),
        varying=Varying(
            sd=np.maximum(*_between(x, blocks, _NEW_DEG)) / HALF_95,
            sides=np.maximum(below, above) / HALF_95,
        ),
        reasons=first_of(unsure(channels, rows), alone(channels, rows), too_short(blocks)),
        notes=pairs(channels, rows),
        details={"episodes": np.array([float((found[:, 0] == i).sum()) for i in range(len(rows))])},
        evidence={
            "episode_row": found[:, 0].astype(np.intp),
            "episode_start_s": found[:, 1],
            "episode_stop_s": found[:, 2],
            "episode_peak_deg": found[:, 3],
        },
    )


def _shares(x: Inputs, more_deg: Floats) -> Floats:
    """Return the blocks that another limit of each target's curl gives."""
    rows, channels = x.targets[:, 0], x.channels["finger"]
    series: list[Series] = []
    for block in x["finger"]:
        more, usable = beyond(block, channels, rows)
        out = np.zeros(more.shape)
        for target, (values, good) in enumerate(zip(more, usable, strict=True)):
            for a, b in _episodes(values, good, block.rate_hz, more_deg=float(more_deg[target])):
                out[target, a:b] = 1.0
        series.append((out, usable, block.rate_hz))
    return position_sums(series)[0]


def _between(
    x: Inputs, blocks: Floats, sd: Mapping[str, tuple[float, ...]]
) -> tuple[Floats, Floats]:
    """Return how much less and more time curls misread by so much may stand for, in percent.

    A share near 0 or 100 % hardly varies between blocks; those that the misread curl stands for may
    vary more: what that adds is held as well.
    """
    reach = HALF_95 * by_sight(x.channels["finger"], x.targets[:, 0], sd)[:, 1]
    value, chance = _finish(blocks.sum(axis=0)), _chance(blocks)
    found = []
    for more_deg in (MORE_DEG + reach, MORE_DEG - reach):
        other = _shares(x, more_deg)
        new = np.sqrt(np.maximum(_chance(other) ** 2 - chance**2, 0.0))
        found.append(np.hypot(_finish(other.sum(axis=0)) - value, new))
    return found[0], found[1]


def _chance(blocks: Floats) -> Floats:
    """Return half the interval of a share that its blocks' spread gives, ``(n_targets, 1)``."""
    share = np.where(blocks[..., 1:] > 0, _finish(blocks), 0.0)
    n = (blocks[..., 1:] > 0).sum(axis=0)
    mean = share.sum(axis=0) / np.maximum(n, 1)
    spread = np.where(blocks[..., 1:] > 0, (share - mean) ** 2, 0.0).sum(axis=0)
    df = np.maximum(n - 1, 1)
    half: Floats = student_quantile(0.975, df) * np.sqrt(spread / df / np.maximum(n, 1))
    return half


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


#: How far the example's finger is beyond the others when it curls, mean and SD, degrees: on both
#: sides of the limit, and of those that the camera's error moves it to.
_CURLED_DEG = (50.0, 25.0)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Simulate a little finger that curls now and then, more or less, and is read with an error."""
    from scipy.special import ndtr

    from eutonia.simulate.fingers import RATE_HZ, channel, on_and_off, posture
    from eutonia.simulate.visit import recording, visit

    rng = np.random.default_rng(seed)
    channels = tuple(channel(s, "right") for s in ("index_curl", "middle_curl", "little_curl"))
    x = posture(rng, np.array([60.0, 60.0, 60.0]), seconds=120, sd=1.0, noise=0.5)
    curled, share = on_and_off(rng, seconds=120, on_s=0.8, off_s=1.6)
    turn = np.cumsum(np.diff(curled, prepend=0.0) > 0)
    mean, sd = _CURLED_DEG
    x[2] += curled * rng.normal(mean, sd, turn[-1] + 1)[turn]
    x[2] += SYSTEMATIC_DEG[""][1] * rng.standard_normal()
    task = Condition.of(task="playing")
    made = visit(recording(x, channels, rate_hz=RATE_HZ, condition=task))
    truth = 100 * share * float(ndtr((mean - MORE_DEG) / sd))
    return made, {(channels[2].label, task.label, ""): truth}
