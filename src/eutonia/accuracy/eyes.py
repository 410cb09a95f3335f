"""Blinks, spasms and winks of rendered people, filmed, tracked and found again.

A person's lids are rendered once at each of some closures; a film is then put together from these
pictures by a simulated trace, with the blur of the exposure, the sensor's noise, a head that sways
and pictures that are dropped. So thousands of pictures cost tens of renderings. What was tracked
is kept in a cache, so that a study goes on where it stopped; pictures are not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, SupportsFloat

import numpy as np
from numpy.typing import NDArray

from eutonia.accuracy.film import LIGHTS, SIZE, Picture, blended, blurred_at, scene_of, tracked
from eutonia.derive.lids import SIDES, LidRange, lids, range_of
from eutonia.derive.video import evenly
from eutonia.measures.eyes.reopening_latency import OPEN, reopenings
from eutonia.measures.lid_events import SHUT, Events, events
from eutonia.model import Floats, Landmarks
from eutonia.simulate.lids import Closures, Habit, draw

#: Closures at which lids are rendered.
LEVELS = np.linspace(0.0, 1.0, 15)
RATES_HZ = (30.0, 60.0, 15.0)
#: All people are filmed at the first rate, every second one at the others too.
FEWER = 2
#: Farthest that the same closure may lie from its truth, seconds.
SAME_S = 0.15
#: Closures nearer to the ends of a film than this do not count.
EDGE_S = 0.3
FILMED = Habit(gap_s=1.1, gap_cv=0.6, spasms=0.12, one_sided=0.12)
SECONDS = 20.0
#: Gentle closures that calibrate: every so many seconds, closing, shut and opening.
_EVERY_S, _GENTLE = 2.2, (0.25, 0.6, 0.35)
_GENTLE_S = 11.5
#: Raised whenever scenes or films change: older caches are not used.
_VERSION = 1
Row = dict[str, Any]


def gentle() -> Closures:
    """Return five gentle closures of both eyes."""
    start = np.asarray(0.8 + _EVERY_S * np.arange(5))
    return Closures(
        start_s=start,
        parts_s=np.tile(_GENTLE, (5, 1)),
        spasm=np.ones(5, dtype=bool),
        eyes=np.ones((5, 2), dtype=bool),
        depth=1.0,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Eye:
    """How the closures of one eye came out.

    Parameters
    ----------
    identity : int
    rate_hz : float
    calibrated : bool
        By gentle closures.
    spasm, hit : ndarray of bool, shape (n,)
        Of all closures that were there: which were spasms, and which were found.
    lasts_s, found_s : ndarray, shape (n,)
        How long each was closed by more than half, and as found; NaN where it was not.
    extra : int
        Closures that were found and were not there.
    closed, closed_found : float
        Share of the time closed.
    reopened_ms, reopened_found_ms : float
        Mean time to reopen after the gentle closures.
    """

    identity: int
    rate_hz: float
    calibrated: bool
    spasm: NDArray[np.bool_]
    hit: NDArray[np.bool_]
    lasts_s: Floats
    found_s: Floats
    extra: int
    closed: float
    closed_found: float
    reopened_ms: float
    reopened_found_ms: float


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
    found: list[Eye] = []
    for identity in identities:
        stills = Stills(identity, mesh)
        for rate in RATES_HZ if identity % FEWER == 0 else RATES_HZ[:1]:
            found += compared(identity, rate, stills, cache)
        if progress:
            progress(identity)
    return report(found)


def report(found: Iterable[Eye]) -> list[Row]:
    """Return how well closures were found, by everything that varies."""
    every = list(found)
    sure = [e for e in every if e.calibrated]
    usual = [e for e in sure if e.rate_hz == RATES_HZ[0]]
    rows = [
        _row("pictures a second", f"{rate:g}", [e for e in sure if e.rate_hz == rate])
        for rate in sorted(RATES_HZ)
    ]
    plain = [e for e in every if not e.calibrated and e.rate_hz == RATES_HZ[0]]
    rows.append(_row("without gentle closures", f"{RATES_HZ[0]:g}", plain))
    for what in ("face_px", "light", "background"):
        levels = sorted({str(scene_of(e.identity)[1][what]) for e in usual})
        for level in levels:
            chosen = [e for e in usual if str(scene_of(e.identity)[1][what]) == level]
            rows.append(_row(what, level, chosen))
    rows += [
        _row("person", str(identity), [e for e in usual if e.identity == identity])
        for identity in sorted({e.identity for e in usual})
    ]
    return [r for r in rows if r["people"]]


def _row(by: str, level: str, eyes: list[Eye]) -> Row:
    row: Row = {"by": by, "level": level, "people": len({e.identity for e in eyes})}
    if not eyes:
        return row
    hit, spasm = (np.concatenate([getattr(e, k) for e in eyes]) for k in ("hit", "spasm"))
    extra = sum(e.extra for e in eyes)
    hits = int(hit.sum())
    blink = hit & ~spasm
    error = np.concatenate([1000 * (e.found_s - e.lasts_s) for e in eyes])
    of_eye = [_mean_error(e) for e in eyes]
    closed = np.array([100 * (e.closed_found - e.closed) for e in eyes])
    reopened = np.array([e.reopened_found_ms - e.reopened_ms for e in eyes])
    return row | {
        "closures": len(hit),
        "f1": _round(2 * hits / (len(hit) + hits + extra), 4),
        "precision": _round(hits / max(1, hits + extra), 4),
        "recall": _round(hit.mean(), 4),
        "recall_spasms": _round(hit[spasm].mean(), 4) if spasm.any() else None,
        "blink_ms_bias": _round(error[blink].mean(), 1) if blink.any() else None,
        "blink_ms_sd_between_eyes": _round(np.nanstd(of_eye), 1),
        "closed_points_bias": _round(closed.mean(), 2),
        "closed_points_largest": _round(np.abs(closed).max(), 2),
        "reopening_ms_bias": _round(np.nanmean(reopened), 1),
        "reopening_ms_sd": _round(np.nanstd(reopened), 1),
    }


def _mean_error(eye: Eye) -> float:
    blinks = eye.hit & ~eye.spasm
    return float(1000 * (eye.found_s - eye.lasts_s)[blinks].mean()) if blinks.any() else np.nan


def _round(value: SupportsFloat, places: int) -> float:
    return round(float(value), places)


def compared(identity: int, rate_hz: float, stills: Stills, cache: Path | None) -> Iterator[Eye]:
    """Yield how both eyes came out in one film, with and without gentle closures."""
    seed = (identity, round(rate_hz))
    wild = draw(np.random.default_rng((*seed, 0)), SECONDS, FILMED)

    def filmed(closures: Closures, seconds: float, number: int) -> Landmarks:
        file = cache / f"eyes_{_VERSION}_{identity}_{rate_hz:g}_{number}.npz" if cache else None
        rng = np.random.default_rng((*seed, number))
        return tracked(
            identity, file, lambda: stills.film(rng, closures, seconds=seconds, rate_hz=rate_hz)
        )

    calm, shown = filmed(gentle(), _GENTLE_S, 1), filmed(wild, SECONDS, 2)
    limits = range_of(calm, np.ones(calm.n_frames, dtype=bool))
    for used in (limits, None):
        yield from _eyes(identity, rate_hz, calm, (shown, wild), used)


def _eyes(
    identity: int,
    rate_hz: float,
    calm: Landmarks,
    filmed: tuple[Landmarks, Closures],
    limits: LidRange | None,
) -> Iterator[Eye]:
    shown, truth = filmed
    movement, slow = lids(shown, limits=limits), lids(calm, limits=limits)
    even, gently = evenly(movement, shown.t_s, rate_hz), evenly(slow, calm.t_s, rate_hz)
    on, lasts = truth.above_half()
    every_s = np.arange(0, SECONDS, 0.002)
    for row, _ in enumerate(SIDES):
        good = np.isfinite(even[row])
        found = events(np.where(good, even[row], 0.0), good, rate_hz=rate_hz)
        mine = truth.eyes[:, row]
        pairs = matched(on[mine], lasts[mine], found, shown.t_s[0])
        inside = (on[mine] > EDGE_S) & (on[mine] + lasts[mine] < SECONDS - EDGE_S)
        found_s = np.full(len(inside), np.nan)
        found_s[pairs[:, 0]] = found.lasts_s[pairs[:, 1]]
        again = _reopened(gently[row], rate_hz)
        yield Eye(
            identity=identity,
            rate_hz=rate_hz,
            calibrated=limits is not None,
            spasm=truth.spasm[mine][inside],
            hit=np.isfinite(found_s)[inside],
            lasts_s=lasts[mine][inside],
            found_s=found_s[inside],
            extra=len(found.on_s) - len(pairs),
            closed=float((truth.at(every_s)[row] >= 0.5).mean()),
            closed_found=float((even[row][good] >= 0.5).mean()),
            reopened_ms=1000
            * _GENTLE[2]
            * (np.arccos(2 * OPEN - 1) - np.arccos(2 * SHUT - 1))
            / np.pi,
            reopened_found_ms=float(again.mean()) if len(again) else np.nan,
        )


def _reopened(trace: Floats, rate_hz: float) -> Floats:
    good = np.isfinite(trace)
    closure = np.where(good, trace, 0.0)
    return reopenings(closure, good, events(closure, good, rate_hz=rate_hz), rate_hz=rate_hz)


def matched(on_s: Floats, lasts_s: Floats, found: Events, start_s: float) -> NDArray[np.intp]:
    """Return pairs (true, found) of closures that overlap within `SAME_S`, each used once."""
    begin = start_s + found.on_s
    end = begin + found.lasts_s
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for i, (on, off) in enumerate(zip(on_s, on_s + lasts_s, strict=True)):
        near = np.flatnonzero((begin < off + SAME_S) & (end > on - SAME_S))
        free = [j for j in near.tolist() if j not in used]
        if free:
            best = min(free, key=lambda j: abs(begin[j] - on))
            used.add(best)
            pairs.append((i, best))
    return np.array(pairs, dtype=np.intp).reshape(-1, 2)


@dataclass(frozen=True)
class Stills:
    """Pictures of one person without noise, rendered when a film first needs them."""

    identity: int
    mesh: Path

    @cached_property
    def pictures(self) -> Picture:
        """Both eyes, the left, the right at every level: ``(3, n_levels, height, width, 3)``."""
        from eutonia.simulate.people.body import person
        from eutonia.simulate.people.pose import Pose
        from eutonia.simulate.people.render import render

        who = person(self.identity, folder=self.mesh)
        scene, _ = scene_of(self.identity)
        made = np.zeros((3, len(LEVELS), SIZE, SIZE, 3), dtype=np.uint8)
        for i, (left, right) in enumerate(((1, 1), (1, 0), (0, 1))):
            for k, level in enumerate(LEVELS):
                if k == 0 and i:
                    made[i, 0] = made[0, 0]
                    continue
                pose = Pose(lid_left=left * level, lid_right=right * level)
                made[i, k] = render(who, pose, scene, folder=self.mesh)[0]
        return made

    def film(
        self, rng: np.random.Generator, closures: Closures, *, seconds: float, rate_hz: float
    ) -> tuple[Floats, Iterator[Picture]]:
        """Return the times of the pictures that were not dropped, and the pictures."""
        noise = float(LIGHTS[str(scene_of(self.identity)[1]["light"])][1])
        n = round(seconds * rate_hz)
        instants = blurred_at(n, rate_hz)
        trace = closures.at(instants.ravel()).reshape(2, *instants.shape)
        return blended(rng, n, rate_hz, noise, lambda i: self._shares(trace[:, i]))

    def _shares(self, closure: Floats) -> list[tuple[float, Picture]]:
        """Return the stills that make up a picture with these closures (2, n_instants)."""
        out: dict[tuple[int, int], float] = {}
        each = 1 / closure.shape[1]
        for left, right in closure.T:
            kind = 1 if right == 0 else 2 if left == 0 else 0
            level = max(left, right) * (len(LEVELS) - 1)
            k = min(int(level), len(LEVELS) - 2)
            for place, share in ((k, 1 - (level - k)), (k + 1, level - k)):
                out[kind, place] = out.get((kind, place), 0.0) + each * share
        return [(share, self.pictures[key]) for key, share in out.items() if share > 0]
