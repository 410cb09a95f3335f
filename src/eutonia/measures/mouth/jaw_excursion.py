"""How far and how often the jaw opens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.positions import BLOCK_S, NECK, from_camera
from eutonia.measures.quantiles import distribution, edges_of, quantile
from eutonia.model import (
    Block,
    BlockBootstrap,
    Condition,
    Each,
    Floats,
    Inputs,
    Measure,
    Needs,
    Range,
    Result,
    Visit,
)

#: The range leaves out the lowest and highest 5 % of the time (our rule).
TAIL = 0.05
#: An opening passes upwards this share of the range after having been below the lower one (ours).
CLOSED, OPEN = 0.25, 0.5
#: Less is no opening but noise, % (our rule).
LEAST_RANGE = 3.0
#: Fewest openings for a rate.
LEAST_OPENINGS = 9

MEASURE = Measure(
    id="mouth.jaw_excursion",
    version="1",
    title="Jaw excursion",
    unit={"range": "%", "rate": "/min"},
    tier="clinical",
    sources=(),
    method="Distance of the chin below the base of the nose in the head's own frame, in % of that "
    "between the outer corners of the eyes: from its 5 % to its 95 % quantile (range), and "
    "openings a minute, an opening being a rise above half of that range after less than a quarter "
    "(our rule). The rate is one over the mean time from opening to opening.",
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
    "seen. On rendered people the tracker shows about 0.6 of the way of the chin, more or less as "
    "the head nods: compare the same view. Syllables and bites count alike.",
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Cut at openings, then count positions, openings and time of each piece; see `MEASURE`."""
    rows = x.targets[:, 0]
    series = [(b.x[rows], b.mask[rows], b.rate_hz) for b in x["mouth"]]
    edges = edges_of(series)
    limits = _limits(series, edges)
    blocks, span = [], []
    for place, block in enumerate(x["mouth"]):
        parts = [
            np.array(list(_pieces(block, row, edge, limit)))
            for row, edge, limit in zip(rows, edges, limits, strict=True)
        ]
        longest = max(len(p) for p in parts)
        padded = [np.pad(p, ((0, longest - len(p)), (0, 0))) for p in parts]
        blocks.append(np.stack(padded, axis=1))
        span += [place] * longest
    everything = np.concatenate(blocks)
    openings = everything[..., 0].sum(axis=0)
    few = tuple(_few(n, *limit) for n, limit in zip(openings, limits, strict=True))
    return Result(
        blocks=everything,
        finish=partial(_finish, edges=edges),
        span=np.array(span, dtype=np.intp),
        part_reasons={"rate": few},
        details={"rate.openings": openings},
    )


def _limits(series: list[tuple[Floats, NDArray[np.bool_], float]], edges: Floats) -> Floats:
    """Return the closed and the open level of each target, ``(n_targets, 2)``."""
    total = np.array(
        [
            np.sum([distribution(x[i], m[i], edges[i]) for x, m, _ in series], axis=0)
            for i in range(len(edges))
        ]
    )
    low, high = quantile(total, edges, TAIL), quantile(total, edges, 1 - TAIL)
    return np.stack([low + share * (high - low) for share in (CLOSED, OPEN)], axis=-1)


def _few(n: float, closed: float, opened: float) -> str:
    """Return why there is no rate."""
    if not opened - closed >= (OPEN - CLOSED) * LEAST_RANGE:
        return f"The jaw moved by less than {LEAST_RANGE:g} %: no opening can be counted."
    if n < LEAST_OPENINGS:
        return f"Only {n:.0f} openings; at least {LEAST_OPENINGS} are needed for a rate."
    return ""


def _pieces(block: Block, row: int, edges: Floats, limits: Floats) -> Iterator[Floats]:
    """Yield number and seconds of the openings, and the distribution, of each piece of a block."""
    x, usable = block.x[row], block.mask[row]
    onsets = _onsets(x, *limits)
    cuts = [0, *_apart(onsets, round(BLOCK_S * block.rate_hz)), len(x)]
    for i, (a, b) in enumerate(pairwise(cuts)):
        # Only what lies between two openings, all of it seen, tells how long they take.
        whole = 0 < i < len(cuts) - 2 and usable[a:b].all()
        n = np.count_nonzero((onsets >= a) & (onsets < b)) if whole else 0
        seconds = (b - a) / block.rate_hz if whole else 0.0
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
