"""How much the head moves about its mean posture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import turned
from eutonia.measures import face_at_work, posture, trick_hand
from eutonia.model import Floats, Inputs, Jackknife, Measure, Range, Result, Varying, Visit
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: Share of the degrees of freedom that counts for a spread.
COUNTED = 0.15
#: The most that landmarks make a still head seem to move, root mean square, degrees: films of
#: still and of slightly swaying heads of rendered people 0 to 49, straight, turned, with blinks and
#: with a hand at the face (0.29 to 0.83, mean 0.47 and SD 0.13). And what is taken for nothing. [D]
NOISE_MOST_DEG, NOTHING_DEG = 0.8, 0.001
#: Error of a movement for each degree of it, as of the way between postures
#: (`eutonia.measures.posture.APART_SHARE`), SD of the logarithm.
GAIN_SD = 0.12

MEASURE = Measure(
    id="head.variability",
    version="5",
    title="Movement of the head about its posture",
    unit="deg",
    tier="supportive",
    sources=(),
    method="Root mean square angle between the head and its mean posture in the condition, drift, "
    "jerks and tremor together; what a mean over few independent seconds hides of it is added. No "
    "limit lies above the largest angle to the mean posture that was seen, and where fewer than 3 "
    "seconds are independent (a drift, or one change of posture) it is what was seen, without an "
    "interval. An error of the zero cancels. The interval holds 12 % (SD) for what the landmarks "
    "make of a movement, and the lower limit 0.8 degrees of their noise, in quadrature: it is 0 "
    "where all may be noise. Differences hold both. While the face works (speaking, counting, "
    "eating), the lower limit and differences hold what that makes a still head seem to move.",
    needs=posture.of_all_axes(),
    scale="ratio",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0.5, hi=30, shown_by="docs/measures/head.variability"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A drift slower than the recording is not seen whole. Noise of the landmarks adds "
    "0.3 to 0.8 degrees, up to 1 on small and dim films of rendered people: a small movement reads "
    "too large, and ratios of small ones too near 1. The lower limit and differences hold 0.8 "
    "since version 5 (the lower limit 0.6 in version 4). The face's part is in the limits since "
    "version 2. Up to version 2 a head that changed its posture moved too much in its "
    "number, by half as much again, and had limits that no head reaches. " + posture.CAUTION,
    figure="bars",
    proofs=("simulated",),
)


def measure(x: Inputs) -> Result:
    """Sum rotations over blocks of a second; see `MEASURE`."""
    summed, span = posture.rotation_sums(x)
    total = summed.sum(axis=0)
    pieces, wander = posture.independent(summed, span)
    # Where too few are independent, what was seen stands as it is, without an interval.
    enough = pieces >= posture.LEAST_INDEPENDENT
    error = np.where(enough, wander / np.sqrt(np.where(enough, pieces, np.inf) - 1), 0.0)
    seen = finish(total, 1.0)
    # The spread about the mean of the recording lacks the spread of that mean itself.
    with np.errstate(divide="ignore", invalid="ignore"):
        lacks = np.sqrt(1 + (error / seen) ** 2)
    most = face_at_work.MOST_DEG if face_at_work.works(x.condition) else 0.0
    below = _added(seen * lacks, most, noise=face_at_work.NOISE_DEG)
    within = _Within(most=most, enough=enough, furthest=_furthest(x, total))
    return Result(
        blocks=summed,
        finish=partial(finish, factor=lacks),
        span=span,
        limits=within,
        varying=Varying(sd=np.full_like(below, GAIN_SD), further=(below, np.zeros_like(below))),
        no_interval="few_independent",
        notes=(
            *face_at_work.notes(x.condition, most),
            *face_at_work.noise_notes(x.condition, seen, NOISE_MOST_DEG),
            *trick_hand.notes(x),
        ),
    )


def finish(total: Floats, factor: Floats | float) -> Floats:
    """Return the root mean square angle to the mean rotation from sums of rotations."""
    return posture.mean_turn(total)[1][..., None] * factor


def _furthest(x: Inputs, total: Floats) -> Floats:
    """Return the largest angle to the mean rotation that was seen, ``(n_targets, 1)``."""
    mean, _ = posture.mean_turn(total)
    found = np.zeros((len(x.targets), 1))
    for block in x["head"]:
        for target, rows in enumerate(x.targets):
            seen = block.x[rows][:, block.mask[rows].all(axis=0)]
            apart = posture.deviation(mean[target].T @ turned(*seen))
            found[target] = max(found[target, 0], apart.max(initial=0.0))
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Within:
    """Student's limits on the scale of the logarithm, as far as such a spread can go.

    A spread that comes out too small has an error that does so too, which plain limits ignore:
    counting only a part of the degrees of freedom makes up for it (our rule; `make validate`).

    Parameters
    ----------
    most : float
        What a working face adds at most, degrees: the lower limit is that without it and noise.
    enough : ndarray of bool, shape (n_targets, 1)
        Whether enough seconds are independent.
    furthest : ndarray, shape (n_targets, 1)
        The largest angle to the mean that was seen: no root mean square is larger.
    """

    most: float
    enough: NDArray[np.bool_]
    furthest: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        df = np.maximum(df * COUNTED, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            half = student_quantile(0.975, df)[:, None] * error / value
        of_face = HALF_95 * GAIN_SD
        lo = value * np.exp(-np.hypot(half, of_face) - _added(value, self.most, noise=NOTHING_DEG))
        furthest = self.furthest * np.exp(of_face)
        hi = np.maximum(value, np.minimum(value * np.exp(np.hypot(half, of_face)), furthest))
        return np.where(self.enough, lo, np.nan), np.where(self.enough, hi, np.nan)


def _added(value: Floats, of_face: float, *, noise: float) -> Floats:
    """Return how much lower the logarithm is without what face and landmarks add at most."""
    most = float(np.hypot(of_face, NOISE_MOST_DEG))
    return face_at_work.share(value, most=most, noise=noise)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for a minute; the truth is its spread in the long run."""
    from eutonia.measures.head_example import TARGET, let_go

    made, task = let_go(seed, seconds=60.0, gain_sd=GAIN_SD)
    return made, {(TARGET, task, ""): _true()}


@cache
def _true() -> float:
    from eutonia.measures.head_example import long_sums

    return float(finish(long_sums(), 1.0)[0, 0])
