"""Simulated recordings of lids for the examples of the measures, and what they hold in the mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from eutonia.measures.lid_scale import BENT, BENT_SD, BENT_SIDES_SD
from eutonia.model import Condition, Floats, Visit
from eutonia.simulate import lids
from eutonia.simulate.lids import BLINK_S, LIDS, SPASM_S, Habit
from eutonia.simulate.visit import recording
from eutonia.simulate.visit import visit as together

TASK = Condition.of(task="rest")
GENTLE = Condition.of(task="closures")
BLINKS = Habit()
SPASMS = Habit(gap_s=3.0, spasms=0.35)
WINKS = Habit(gap_s=2.0, spasms=0.3, one_sided=0.25, other=0.3)
#: Gentle closures: about one in four seconds, all of them long.
CLOSURES = Habit(gap_s=2.5, gap_cv=0.3, spasms=1.0)
SECONDS = 60.0
RATE_HZ = 30.0
#: Standard deviation of each value of a lid, as `eutonia.simulate.lids.filmed` has it.
NOISE = 0.03


@dataclass(frozen=True, kw_only=True)
class Bend:
    """How much the scale of each eye between open and shut is bent: the log of its exponent.

    Parameters
    ----------
    mean, sd : float
        Of the eyes of many people.
    sides : float
        Standard deviation of what each of one person's two eyes has for itself; a part of `sd`.
    """

    mean: float = 0.0
    sd: float
    sides: float

    def draw(self, rng: np.random.Generator) -> Floats:
        """Return the exponents of the two eyes of somebody, shape ``(2, 1)``."""
        both = np.sqrt(self.sd**2 - self.sides**2) * rng.standard_normal()
        found: Floats = np.exp(self.mean + both + self.sides * rng.standard_normal((2, 1)))
        return found


#: Those of the people that the limits of shares of the time were taken from.
SCALES = Bend(mean=BENT, sd=BENT_SD, sides=BENT_SIDES_SD)


def labels() -> tuple[str, str]:
    """Return the names of the left and the right lid."""
    return LIDS[0].label, LIDS[1].label


def key(side: str, condition: Condition = TASK) -> tuple[str, str, str]:
    """Return the key of one eye's truth."""
    return labels()[0 if side == "left" else 1], condition.label, ""


def visit(
    seed: int,
    habit: Habit,
    *,
    rate_hz: float = RATE_HZ,
    seconds: float = SECONDS,
    bend: Bend | None = None,
) -> Visit:
    """Return somebody's lids, filmed for a minute; by default through a straight scale."""
    rng = np.random.default_rng(seed)
    closures = lids.draw(rng, seconds, habit)
    if bend is None:
        return _visit(lids.filmed(rng, closures, seconds=seconds, rate_hz=rate_hz), TASK, rate_hz)
    # The noise is that of the landmarks, after the scale: open lids do not tremble more for it.
    seen = lids.filmed(rng, closures, seconds=seconds, rate_hz=rate_hz, noise=0.0)
    x = np.maximum(seen, 0.0) ** bend.draw(rng)
    return _visit(x + NOISE * rng.standard_normal(x.shape), TASK, rate_hz)


def gentle(seed: int) -> Visit:
    """Return a minute of gentle closures, filmed at 30 pictures a second."""
    rng = np.random.default_rng(seed)
    closures = lids.draw(rng, SECONDS, CLOSURES)
    return _visit(lids.filmed(rng, closures, seconds=SECONDS, rate_hz=RATE_HZ), GENTLE, RATE_HZ)


def with_longest(seed: int) -> tuple[Visit, float]:
    """Return a minute with spasms, and how long the longest closure lasts above one half."""
    rng = np.random.default_rng(seed)
    closures = lids.draw(rng, SECONDS, SPASMS)
    x = lids.filmed(rng, closures, seconds=SECONDS, rate_hz=RATE_HZ)
    on, lasts = closures.above_half()
    begin, end = np.clip(on, 0, SECONDS), np.clip(on + lasts, 0, SECONDS)
    return _visit(x, TASK, RATE_HZ), float((end - begin).max())


def _visit(x: Floats, task: Condition, rate_hz: float) -> Visit:
    return together(recording(x, LIDS, rate_hz=rate_hz, condition=task))


@cache
def _many(kind: str, depth: float) -> tuple[Floats, Floats]:
    """Return the times of many closures of one kind, and how long each is above one half."""
    rng = np.random.default_rng(0)
    parts = np.stack(
        [m * np.exp(s * rng.standard_normal(1 << 20)) for m, s in _KINDS[kind]], axis=1
    )
    return parts, _above(parts, 0.5, depth)


_KINDS = {"blink": BLINK_S, "spasm": SPASM_S}


def _above(parts: Floats, level: float, depth: float) -> Floats:
    """Return seconds above a level: the ramps are half waves of a cosine."""
    share = np.arccos(1 - 2 * level / depth) / np.pi if level < depth else 1.0
    out: Floats = parts[:, 1] + (1 - share) * (parts[:, 0] + parts[:, 2])
    return out


@cache
def cycle_s(habit: Habit) -> float:
    """Return the mean time from the start of one closure to the next."""
    lasts = {k: float(_many(k, habit.depth)[0].sum(axis=1).mean()) for k in _KINDS}
    return habit.gap_s + habit.spasms * lasts["spasm"] + (1 - habit.spasms) * lasts["blink"]


@cache
def long_share(habit: Habit) -> float:
    """Return the share of the closures that last half a second or more."""
    shares = {k: float((_many(k, habit.depth)[1] >= 0.5).mean()) for k in _KINDS}
    return habit.spasms * shares["spasm"] + (1 - habit.spasms) * shares["blink"]


@cache
def closed_share(habit: Habit, level: float) -> float:
    """Return the share of the time above a closure."""
    means = {k: float(_above(_many(k, 1.0)[0], level, habit.depth).mean()) for k in _KINDS}
    mean = habit.spasms * means["spasm"] + (1 - habit.spasms) * means["blink"]
    return mean / cycle_s(habit)


@cache
def mean_blink_s(habit: Habit) -> float:
    """Return how long blinks are above one half in the mean."""
    _, lasts = _many("blink", habit.depth)
    return float(lasts[lasts < 0.5].mean())


@cache
def mean_reopening_s(shut: float, opened: float) -> float:
    """Return how long the opening half wave of gentle closures takes between two closures."""
    part = (np.arccos(2 * opened - 1) - np.arccos(2 * shut - 1)) / np.pi
    return float(part * _many("spasm", 1.0)[0][:, 2].mean())
