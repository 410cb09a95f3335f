"""A simulated diary, and what is true of it: which triggers are followed by how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from eutonia.model import DiaryEntry, Floats

_FIRST_DAY = datetime(2026, 1, 5)
_WAKES_H, _AWAKE_H = 8.0, 14.0
_STRESS, _SLEEP_H, _SHARE = 4.0, 7.0, 0.35  # means: stress, hours slept, share observed or cold


@dataclass(frozen=True, kw_only=True)
class World:
    """How severity comes about in a simulated person.

    Parameters
    ----------
    effects : mapping of str to float
        Points of severity that follow: per point of ``stress`` at the entry before, per hour of
        ``sleep_hours`` the night before, and with ``observed`` or ``trigger:cold`` at the entry
        before. Those not named have no effect.
    asks : tuple of str
        What the diary asks beside severity: any of the four.
    stress_follows, stress_with : float
        Points of stress per point of severity above the mean: at the entry before, so that severity
        comes first; and at the same entry.
    toxin_cycle_days : float
        Days from one injection to the next; 0: no toxin. `toxin_points` is the most that severity
        falls, `toxin_stress` the points of stress that come back as it wears off; `toxin_noted`
        whether the diary tells the day.
    memory_h, spread : float
        Time constant and standard deviation of what lasts in severity and stress.
    rhythm : float
        Points by which severity rises and falls over the day.
    """

    effects: Mapping[str, float] = field(default_factory=dict)
    asks: tuple[str, ...] = ("stress", "sleep_hours", "observed", "trigger:cold")
    stress_follows: float = 0.0
    stress_with: float = 0.0
    toxin_cycle_days: float = 0.0
    toxin_points: float = 2.5
    toxin_stress: float = 0.0
    toxin_noted: bool = True
    memory_h: float = 8.0
    spread: float = 1.2
    rhythm: float = 0.4


@dataclass(frozen=True)
class DiaryTruth:
    """Points of severity that follow each trigger, per unit of it; 0 where none does."""

    effects: Mapping[str, float]


def simulate_diary(
    seed: int,
    *,
    days: int = 28,
    prompts_per_day: int = 4,
    missing: float = 0.15,
    world: World | None = None,
) -> tuple[tuple[DiaryEntry, ...], DiaryTruth]:
    """Simulate a diary of ratings that remember, at uneven hours.

    Parameters
    ----------
    seed : int
        The same seed gives the same diary.
    days, prompts_per_day : int
    missing : float
        Share of the prompts that are not answered; what follows a trigger follows at the next
        answered entry of the same day.
    world : World, optional
        How severity comes about; by default nothing has an effect.

    Returns
    -------
    entries : tuple of DiaryEntry
        In order of time, whole ratings from 0 to 10.
    truth : DiaryTruth
    """
    world = world or World()
    rng = np.random.default_rng(seed)
    t_hours, day = _times(rng, days, prompts_per_day, missing)
    sleep = np.round(2 * (_SLEEP_H + 1.1 * rng.standard_normal(days))) / 2
    observed, cold = (rng.random((2, len(day))) < _SHARE).astype(np.float64)
    said = {"sleep_hours": sleep[day], "observed": observed, "trigger:cold": cold}
    severity, stress = _ratings(rng, world, t_hours=t_hours, day=day, said=said)
    said |= {"stress": stress, "severity": severity}
    noted = world.toxin_cycle_days > 0 and world.toxin_noted
    entries = tuple(
        _entry(
            world,
            {key: float(values[i]) for key, values in said.items()},
            t_hours=t,
            toxin=float(_toxin_day(t, world)) if noted else None,
        )
        for i, t in enumerate(t_hours)
    )
    return entries, DiaryTruth({key: world.effects.get(key, 0.0) for key in world.asks})


def _times(
    rng: np.random.Generator, days: int, prompts: int, missing: float
) -> tuple[Floats, NDArray[np.int64]]:
    slot = _AWAKE_H * (np.arange(prompts) + rng.random((days, prompts))) / prompts
    day = np.repeat(np.arange(days), prompts)
    t_hours = np.round(60 * (24 * day + _WAKES_H + slot.ravel())) / 60  # to the minute
    answered = rng.random(days * prompts) >= missing
    return t_hours[answered], day[answered]


def _ratings(
    rng: np.random.Generator,
    world: World,
    *,
    t_hours: Floats,
    day: NDArray[np.int64],
    said: Mapping[str, Floats],
) -> tuple[Floats, Floats]:
    """Return severity and stress, each entry after the one before it."""
    lasting = [_lasting(rng, t_hours, world.memory_h) for _ in range(2)]
    toxin = _benefit(t_hours, world)
    mean = 5.0 + world.rhythm * np.cos(2 * np.pi * (t_hours - 20) / 24) - world.toxin_points * toxin
    mean = mean + world.effects.get("sleep_hours", 0.0) * (said["sleep_hours"] - _SLEEP_H)
    severity, stress = np.empty(len(day)), np.empty(len(day))
    for i in range(len(day)):
        follows = i > 0 and day[i] == day[i - 1]
        value = mean[i] + world.spread * lasting[0][i]
        if follows:
            value += world.effects.get("stress", 0.0) * (stress[i - 1] - _STRESS)
            for key in ("observed", "trigger:cold"):
                value += world.effects.get(key, 0.0) * (said[key][i - 1] - _SHARE)
        severity[i] = max(0.0, min(10.0, round(value)))
        felt = _STRESS + world.spread * lasting[1][i] + world.stress_with * (value - 5.0)
        felt += world.stress_follows * (severity[i - 1] - 5.0) if follows else 0.0
        felt -= world.toxin_stress * toxin[i]
        stress[i] = max(0.0, min(10.0, round(felt)))
    return severity, stress


def _lasting(rng: np.random.Generator, t_hours: Floats, memory_h: float) -> Floats:
    """Return a process of spread 1 that forgets with one time constant."""
    keep = np.exp(-np.diff(t_hours, prepend=-np.inf) / memory_h)
    new = np.sqrt(1 - keep**2) * rng.standard_normal(len(t_hours))
    found = np.empty(len(t_hours))
    last = 0.0
    for i in range(len(t_hours)):
        found[i] = last = keep[i] * last + new[i]
    return found


def _toxin_day(t_hours: Floats, world: World) -> Floats:
    """Return days since the injection; the diary begins in the middle of a cycle."""
    return (t_hours / 24 + world.toxin_cycle_days / 2) % world.toxin_cycle_days


def _benefit(t_hours: Floats, world: World) -> Floats:
    """Return the effect of the toxin, 0 to 1: after days it comes, after weeks it goes."""
    if not world.toxin_cycle_days:
        return np.zeros(len(t_hours))
    day = _toxin_day(t_hours, world)
    benefit: Floats = 1 / (1 + np.exp(-(day - 10) / 2.5)) / (1 + np.exp((day - 75) / 8))
    return benefit


def _entry(
    world: World, said: Mapping[str, float], *, t_hours: float, toxin: float | None = None
) -> DiaryEntry:
    rated = [k for k in ("severity", "stress", "sleep_hours") if k in (*world.asks, "severity")]
    time = _FIRST_DAY + timedelta(minutes=round(60 * t_hours))
    return DiaryEntry(
        time=time.isoformat(timespec="minutes"),
        ratings=tuple((key, said[key]) for key in rated),
        triggers=("cold",) if said["trigger:cold"] and "trigger:cold" in world.asks else (),
        observed=bool(said["observed"]) if "observed" in world.asks else None,
        toxin_day=toxin,
    )
