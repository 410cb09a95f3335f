"""How much the head moves about its mean posture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from eutonia.dsp.rotation import angles, turned
from eutonia.measures import face_at_work, head_noise, posture, squeezed_eyes, trick_hand
from eutonia.measures.head_tremor import CHANGE_SD, added_deg, added_share, gain_sd, gain_together
from eutonia.measures.head_tremor import GAIN_SD as AXES_SD
from eutonia.measures.rhythm import gain_of_sum
from eutonia.model import (
    Condition,
    Floats,
    Inputs,
    Jackknife,
    Measure,
    Range,
    Result,
    Varying,
    Visit,
)
from eutonia.stats.intervals import student_quantile
from eutonia.stats.normal import HALF_95

#: Share of the degrees of freedom that counts for a spread.
COUNTED = 0.15
#: The most that landmarks make a still head seem to move, root mean square, degrees: films of
#: still and of slightly swaying heads of rendered people 0 to 49, straight, turned, with blinks and
#: with a hand at the face (0.29 to 0.83, mean 0.47 and SD 0.13). And what is taken for nothing. [D]
NOISE_MOST_DEG, NOTHING_DEG = 0.8, 0.001
#: The same of a noisier film, times the root of its `head_noise.jitter`. [D]
NOISE_TIMES = 3.2
#: The same of the jitter itself, of more than 2.6 degrees of it: heads that kept still read 1.58 to
#: 1.78 times it (4 stretches of dark people 0 to 39, faces of 21 to 26 pixels between the outer
#: corners of the eyes, exposure 0.3 to 0.4); 4 of people 40 to 79 1.5 to 1.7 times, and a fifth,
#: lost in every sixth picture, 2.1. [D]
NOISE_AS_MUCH = 2.0
#: Least error of a movement for each degree of it, as of the way between postures
#: (`eutonia.measures.posture.APART_SHARE`), SD of the logarithm. That of one axis may be larger.
GAIN_SD = 0.12

MEASURE = Measure(
    id="head.variability",
    version="10",
    title="Movement of the head about its posture",
    unit="deg",
    tier="supportive",
    sources=(),
    method="Root mean square angle between the head and its mean posture in the condition, drift, "
    "jerks and tremor together; what a mean over few independent seconds hides of it is added. No "
    "limit lies above the largest angle to the mean posture that was seen, and where fewer than 3 "
    "seconds are independent (a drift, or one change of posture) it is what was seen, without an "
    "interval. An error of the zero cancels. The interval holds what the landmarks make of "
    "a movement, 12 % (SD) or the gain of a tremor on the axes that move (as head.tremor_pow), and "
    "the lower limit their noise, 0.8 degrees or more as read from the film, in quadrature: it is "
    "0 where all may be noise. Differences hold both. While the face works (speaking, counting, "
    "eating), the lower limit and differences hold what that makes a still head seem to move.",
    needs=posture.of_all_axes(),
    scale="ratio",
    interval=Jackknife(in_time=True),
    valid=Range(lo=0.5, hi=30, shown_by="docs/measures/head.variability"),
    invariant=frozenset({"channel_order", "time_shift"}),
    caution="A drift slower than the recording is not seen whole. Noise of the landmarks adds "
    "0.3 to 0.8 degrees, 1 to 2.3 where a face is small, dark and compressed, up to 9 in dim light "
    "besides: a small movement reads too large, and ratios of small ones too near 1. How much is "
    "read from the film, above 8 Hz, and held, as is the gain of each axis. A small face is held "
    "to add twice as much, and what glasses enlarge is held where the intake says that they were "
    "worn. " + posture.CAUTION,
    history="Up to version 2 a head that changed its posture moved too much in its number, by half "
    "as much again, and had limits that no head reaches, nor did these hold the face's part. "
    "Version 4 held a lower limit of 0.6 degrees, version 5 0.8 degrees and 12 % of all; up to "
    "version 6 a small face added no more than another, up to version 7 glasses nothing, and "
    "up to version 8 eyes that are squeezed shut nothing, and up to version 9 a very noisy film "
    "less than it does.",
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
    of_film = head_noise.most(x, least=NOISE_MOST_DEG, times=NOISE_TIMES, as_much=NOISE_AS_MUCH)
    added = float(np.hypot(np.hypot(most, squeezed_eyes.most_deg(x)), of_film))
    below = face_at_work.share(seen * lacks, most=added, noise=face_at_work.NOISE_DEG)
    furthest, power = _apart(x, total)
    gain = _gain(x, power, gain_sd(x))
    within = _Within(most=added, enough=enough, furthest=furthest, gain=gain)
    return Result(
        blocks=summed,
        finish=partial(finish, factor=lacks),
        span=span,
        limits=within,
        varying=Varying(sd=_gain(x, power, CHANGE_SD), further=(below, np.zeros_like(below))),
        no_interval="few_independent",
        notes=(
            *face_at_work.notes(x.condition, most),
            *squeezed_eyes.notes(x),
            *face_at_work.noise_notes(x.condition, seen, round(of_film, 2)),
            *trick_hand.notes(x),
        ),
    )


def finish(total: Floats, factor: Floats | float) -> Floats:
    """Return the root mean square angle to the mean rotation from sums of rotations."""
    return posture.mean_turn(total)[1][..., None] * factor


def _apart(x: Inputs, total: Floats) -> tuple[Floats, Floats]:
    """Return the largest angle to the mean rotation that was seen, and the power on each axis.

    Returns
    -------
    furthest : ndarray, shape (n_targets, 1)
    power : ndarray, shape (n_targets, 3)
        About the mean rotation, square degrees.
    """
    mean, _ = posture.mean_turn(total)
    furthest, power = np.zeros((len(x.targets), 1)), np.zeros((len(x.targets), 3))
    for target, rows in enumerate(x.targets):
        seen = [b.x[rows][:, b.mask[rows].all(axis=0)] for b in x["head"]]
        apart = mean[target].T @ turned(*np.concatenate(seen, axis=1))
        furthest[target] = posture.deviation(apart).max(initial=0.0)
        power[target] = (angles(apart) ** 2).sum(axis=0) / max(len(apart), 1)
    return furthest, power


def _gain(x: Inputs, power: Floats, each: Floats) -> Floats:
    """Return the relative SD of the gain, as of a tremor on the same axes, ``(n_targets, 1)``."""
    of_axes = np.hypot(each, np.minimum(added_share(power, added_deg(x)), 1.0))
    with np.errstate(invalid="ignore"):
        return np.fmax(gain_together(x, power, of_axes), GAIN_SD)[:, None]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Within:
    """Student's limits on the scale of the logarithm, as far as such a spread can go.

    A spread that comes out too small has an error that does so too, which plain limits ignore:
    counting only a part of the degrees of freedom makes up for it (our rule; `make validate`).

    Parameters
    ----------
    most : float
        What a working face and noise add at most, degrees: the lower limit is that without them.
    enough : ndarray of bool, shape (n_targets, 1)
        Whether enough seconds are independent.
    furthest : ndarray, shape (n_targets, 1)
        The largest angle to the mean that was seen: no root mean square is larger.
    gain : ndarray, shape (n_targets, 1)
        Relative SD of what the landmarks make of a movement.
    """

    most: float
    enough: NDArray[np.bool_]
    furthest: Floats
    gain: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        df = np.maximum(df * COUNTED, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            half = student_quantile(0.975, df)[:, None] * error / value
        of_face = HALF_95 * self.gain
        added = face_at_work.share(value, most=self.most, noise=NOTHING_DEG)
        lo = value * np.exp(-np.hypot(half, of_face) - added)
        furthest = self.furthest * np.exp(of_face)
        hi = np.maximum(value, np.minimum(value * np.exp(np.hypot(half, of_face)), furthest))
        return np.where(self.enough, lo, np.nan), np.where(self.enough, hi, np.nan)


def example(seed: int) -> tuple[Visit, dict[tuple[str, str, str], float]]:
    """Return a head that drifts and jerks for a minute; the truth is its spread in the long run."""
    from eutonia.measures.head_example import TARGET
    from eutonia.simulate.head import head_recording
    from eutonia.simulate.visit import visit

    rng = np.random.default_rng(seed)
    place, x = np.array(_CENTRE)[:, None], _moving(rng, 60.0)
    power = x.var(axis=1)
    # As held of a movement on these axes.
    gain = max(GAIN_SD, float(gain_of_sum(power, np.hypot(AXES_SD, added_share(power)))))
    x = place + np.exp(gain * rng.standard_normal()) * (x - place)
    x = x + posture.zero_drawn(rng, _CENTRE)
    x = x + _NOISE_DEG * rng.standard_normal(x.shape)
    made = visit(head_recording(x, rate_hz=_RATE_HZ, condition=Condition.of(task="let_go")))
    return made, {(TARGET, made.recordings[0].condition.label, ""): _true()}


_CENTRE = (24.0, 4.0, -11.0)
_RATE_HZ, _NOISE_DEG, _LONG_S = 30.0, 0.05, 7200.0
#: No head drifts or jerks faster; what does is read as noise of the landmarks.
_FASTEST_HZ = 6.0


def _moving(rng: np.random.Generator, seconds: float) -> Floats:
    """Draw the angles of that head without noise, ``(3, n_samples)``."""
    from scipy.signal import butter, sosfiltfilt

    from eutonia.simulate.head import Posture

    head = Posture(centre=_CENTRE, noise=(0.0, 0.0, 0.0))
    x = head.angles(rng, seconds=seconds, rate_hz=_RATE_HZ)
    return np.asarray(sosfiltfilt(butter(4, _FASTEST_HZ, fs=_RATE_HZ, output="sos"), x))


@cache
def _true() -> float:
    flat = turned(*_moving(np.random.default_rng(0), _LONG_S)).reshape(-1, 9)
    total = np.concatenate([flat.sum(axis=0), [float(len(flat))]])[None]
    return float(finish(total, 1.0)[0, 0])
