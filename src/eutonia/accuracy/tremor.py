"""Head tremor of rendered people, filmed, tracked and measured again.

A person is rendered once at each of some angles about one axis; a film is put together from these
pictures, as in `eutonia.accuracy.eyes`. Frequencies cover the range evenly over people and axes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.accuracy.film import LIGHTS, SIZE, Picture, blended, blurred_at, scene_of, tracked
from eutonia.derive.head import head, zero_of
from eutonia.derive.video import evenly
from eutonia.dsp import tremor
from eutonia.model import Floats, Landmarks

AXES = ("yaw", "pitch", "roll")
#: Frequencies that are shown, as far as the pictures a second reach.
LOW_HZ, HIGH_HZ = 1.0, 10.0
BANDS_HZ = ((1.0, 2.5), (2.5, 5.0), (5.0, 7.5), (7.5, 10.0))
#: Half of peak to peak.
AMPLITUDE_DEG = 2.0
RATES_HZ = (30.0, 60.0, 15.0)
#: All people are filmed at the first rate, every second one at the others too.
FEWER = 2
#: Of each film, after the straight head that sets the zero.
SECONDS, ZERO_S = 10.0, 1.2
#: How far a telephone's pictures are from even times at most, seconds; 2 % are dropped anyway. [D]
JITTER_S = 0.004
UNEVENLY = "pictures a second, uneven by up to 4 ms"
_STEP_DEG = 0.25
_MOST_DEG = 2.25
_GOLDEN = 0.6180339887
#: Raised whenever scenes or films change: older caches are not used.
_VERSION = 1
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One tremor and how it came out.

    Parameters
    ----------
    identity : int
    rate_hz : float
    axis : str
    freq_hz : float
        As shown, with an amplitude of `AMPLITUDE_DEG`.
    found_hz, found_deg : float
        As measured, the amplitude on the axis that was shown; NaN where no rhythm was found.
    other_share : float
        Share of the power that lies on the other axes.
    uneven : bool
        Whether pictures were taken at uneven times, by up to `JITTER_S`.
    """

    identity: int
    rate_hz: float
    axis: str
    freq_hz: float
    found_hz: float
    found_deg: float
    other_share: float
    uneven: bool = False


def study(
    identities: Iterable[int],
    mesh: Path,
    *,
    cache: Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Row]:
    """Film, track and compare; needs the models and the mesh.

    Parameters
    ----------
    identities : iterable of int
        Below 100 for development; 100 and above judge.
    mesh : Path
        Folder of the mesh that people are made from.
    cache : Path, optional
        Folder in which what was tracked is kept.
    progress : callable, optional
        Called with each identity that is done.
    """
    found: list[Shown] = []
    for identity in identities:
        rates = RATES_HZ if identity % FEWER == 0 else RATES_HZ[:1]
        for axis in AXES:
            stills = Stills(identity, axis, mesh)
            found += [compared(stills, rate, cache) for rate in rates]
            found.append(compared(stills, RATES_HZ[0], cache, uneven=True))
        if progress:
            progress(identity)
    return report(found)


def frequency(identity: int, axis: str, rate_hz: float) -> float:
    """Return the frequency that is shown: evenly spread over people and axes."""
    high = min(HIGH_HZ, tremor.fastest_hz(rate_hz))
    share = (3 * identity + AXES.index(axis)) * _GOLDEN % 1
    return float(LOW_HZ + (high - LOW_HZ) * share)


def compared(stills: Stills, rate_hz: float, cache: Path | None, *, uneven: bool = False) -> Shown:
    """Film one tremor, track it, and measure it; the same film at uneven times on demand."""
    identity, axis = stills.identity, stills.axis
    freq = frequency(identity, axis, rate_hz)
    rng = np.random.default_rng([identity, AXES.index(axis), round(rate_hz)])
    name = f"tremor_{_VERSION}_{identity}_{axis}_{rate_hz:g}{'_uneven' * uneven}.npz"
    file = cache / name if cache else None
    jitter_s = JITTER_S * uneven
    filmed = tracked(
        identity,
        file,
        lambda: stills.film(rng, freq_hz=freq, rate_hz=rate_hz, jitter_s=jitter_s),
    )
    found_hz, found_deg, other = measured(filmed, axis, rate_hz)
    return Shown(
        identity=identity,
        rate_hz=rate_hz,
        axis=axis,
        freq_hz=freq,
        found_hz=found_hz,
        found_deg=found_deg,
        other_share=other,
        uneven=uneven,
    )


def measured(filmed: Landmarks, axis: str, rate_hz: float) -> tuple[float, float, float]:
    """Return frequency, amplitude on an axis, and share of the others; NaN without a rhythm."""
    movement = head(filmed, zero=zero_of(filmed, filmed.t_s < ZERO_S))
    # A little of the straight head goes with it: a dropped last picture must not cost a segment.
    even = evenly(movement, filmed.t_s, rate_hz)[:3, round((ZERO_S - 0.2) * rate_hz) :]
    good = np.isfinite(even)
    density, count = tremor.spectra(np.where(good, even, 0.0), good, rate_hz=rate_hz)
    limits = (tremor.RANGE_HZ[0], tremor.fastest_hz(rate_hz))
    found = tremor.steady_rhythm(density, count, within_hz=limits)
    if not found.found:
        return np.nan, np.nan, np.nan
    mean = density.sum(axis=0) / count.sum(axis=0)[:, None]
    at_hz, power = tremor.top(mean, np.array(found.freq_hz))
    own = float(power[AXES.index(axis)])
    return float(at_hz), float(np.sqrt(2 * own)), 1 - own / float(power.sum())


def report(found: Iterable[Shown]) -> list[Row]:
    """Return the errors by everything that varies."""
    films = list(found)
    every, shaken = ([s for s in films if s.uneven == uneven] for uneven in (False, True))
    usual = [s for s in every if s.rate_hz == RATES_HZ[0]]
    rows = [
        _row("pictures a second", f"{rate:g}", [s for s in every if s.rate_hz == rate])
        for rate in sorted(RATES_HZ)
    ]
    rows.append(_row(UNEVENLY, f"{RATES_HZ[0]:g}", shaken))
    rows += [
        _row("frequency, Hz", f"{low:g} to {high:g}", [s for s in usual if low <= s.freq_hz < high])
        for low, high in BANDS_HZ
    ]
    rows += [_row("axis", axis, [s for s in usual if s.axis == axis]) for axis in AXES]
    for what in ("face_px", "light", "background"):
        of = {s.identity: str(scene_of(s.identity)[1][what]) for s in usual}
        rows += [
            _row(what, level, [s for s in usual if of[s.identity] == level])
            for level in sorted(set(of.values()))
        ]
    rows += [
        _row("person", str(identity), [s for s in usual if s.identity == identity])
        for identity in sorted({s.identity for s in usual})
    ]
    return [r for r in rows if r["films"]]


def _row(by: str, level: str, shown: list[Shown]) -> Row:
    row: Row = {"by": by, "level": level, "films": len(shown)}
    seen = [s for s in shown if np.isfinite(s.found_hz)]
    row["found"] = len(seen)
    if not seen:
        return row
    hz = np.array([s.found_hz - s.freq_hz for s in seen])
    size = np.array([100 * (s.found_deg / AMPLITUDE_DEG - 1) for s in seen])
    other = np.array([100 * s.other_share for s in seen])
    figures = {
        "hz_mean_error": (np.abs(hz).mean(), 3),
        "hz_largest": (np.abs(hz).max(), 3),
        "amplitude_percent_bias": (size.mean(), 1),
        "amplitude_percent_mean_error": (np.abs(size).mean(), 1),
        "amplitude_percent_p95": (np.quantile(np.abs(size), 0.95), 1),
        "amplitude_percent_largest": (np.abs(size).max(), 1),
        "within_15_percent": ((np.abs(size) <= 15).mean(), 3),
        "other_axes_percent": (other.mean(), 1),
    }
    return row | {name: round(float(value), places) for name, (value, places) in figures.items()}


@dataclass(frozen=True)
class Stills:
    """Pictures of one person without noise about one axis, rendered when first needed."""

    identity: int
    axis: str
    mesh: Path

    @cached_property
    def pictures(self) -> Picture:
        """At angles `_STEP_DEG` apart, ``(n_angles, height, width, 3)``."""
        from eutonia.simulate.people.body import person
        from eutonia.simulate.people.pose import Pose, bones
        from eutonia.simulate.people.render import render

        who = person(self.identity, folder=self.mesh)
        scene = scene_of(self.identity)[0].aimed(who, bones(who, Pose(), folder=self.mesh))
        angles = np.arange(-_MOST_DEG, _MOST_DEG + _STEP_DEG / 2, _STEP_DEG)
        made = np.zeros((len(angles), SIZE, SIZE, 3), dtype=np.uint8)
        for k, angle in enumerate(angles):
            turn = dict.fromkeys(AXES, 0.0) | {self.axis: float(angle)}
            pose = Pose(yaw=turn["yaw"], pitch=turn["pitch"], roll=turn["roll"])
            made[k] = render(who, pose, scene, folder=self.mesh)[0]
        return made

    def film(
        self, rng: np.random.Generator, *, freq_hz: float, rate_hz: float, jitter_s: float = 0.0
    ) -> tuple[Floats, Any]:
        """Return the times of the pictures that were not dropped, and the pictures.

        They are taken when their stamps say: at even times, or up to `jitter_s` beside them.
        """
        noise = LIGHTS[str(scene_of(self.identity)[1]["light"])][1]
        phase = float(rng.uniform(0, 2 * np.pi))
        n = round((ZERO_S + SECONDS) * rate_hz)
        # Drawn apart, so that noise and sway are those of the even film.
        beside = rng.spawn(1)[0].uniform(-jitter_s, jitter_s, n)
        at = blurred_at(n, rate_hz) + beside[:, None]
        angle = np.where(at < ZERO_S, 0.0, AMPLITUDE_DEG * np.sin(2 * np.pi * freq_hz * at + phase))
        # The nearest still: half-transparent mixtures of two positions are not what a camera sees.
        nearest = np.rint((angle + _MOST_DEG) / _STEP_DEG).astype(np.intp)
        each = 1 / at.shape[1]
        t_s, pictures = blended(
            rng, n, rate_hz, noise, lambda i: [(each, self.pictures[k]) for k in nearest[i]]
        )
        return t_s + beside[np.rint(t_s * rate_hz).astype(np.intp)], pictures
