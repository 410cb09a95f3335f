"""What time and speed to onset share: the stride in which the foot's posture leaves its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.gait import per_stride as per
from eutonia.measures.gait import strides as st
from eutonia.model import Block, Floats, Inputs

#: Strides that say how the foot starts, and strides in a row that must leave that. [D]
FIRST, IN_A_ROW = 5, 3
#: The posture has left its start beyond this many SD of the first strides, and this angle. [D]
BEYOND_SD, BEYOND_DEG = 3.0, 8.0
#: Shares of a stride in which the posture is read: just before landing. [D]
WINDOW = (0.85, 0.97)
#: Shares of a stance in which the foot surely stands still. [D]
STANDING = (0.25, 0.7)
SITES = ("foot_pitch",)
RULE = (
    f"The first {FIRST} strides of a walk say how the foot starts (mean and SD of its pitch just "
    "before landing, seen from the side). Its posture has "
    f"begun with the first of {IN_A_ROW} strides in a row beyond {BEYOND_SD:g} SD and "
    f"{BEYOND_DEG:g} degrees of that, to the same side (our rule)."
)
#: Pictures in that share of each stance that say how fast it goes back. [D]
PICTURES = 2
#: Runs that a value needs no less than one of; with three there is an interval.
MIN_RUN_STRIDES = FIRST + IN_A_ROW


@dataclass(frozen=True, kw_only=True)
class Run:
    """One walk: seconds to onset (NaN: it never came), speed then, and what was watched."""

    onset_s: float = np.nan
    speed: float = np.nan
    watched_s: float = 0.0
    n_strides: int = 0


def runs(x: Inputs, target: NDArray[np.intp]) -> list[Run]:
    """Return every walk of one foot's posture."""
    return [_run(block, x, int(target[0]), st.sides_of(x, target)) for block in x[st.INPUT]]


def _run(block: Block, x: Inputs, row: int, side: str) -> Run:
    channels = x.channels[st.INPUT]
    found = st.strides(x, block, side)
    found = found.only(found.side_view)
    parts = [st.window(found, i, *WINDOW) for i in range(len(found))]
    posture = np.array([per.mean_in(block, row, p) for p in parts])
    there = np.isfinite(posture)
    found, posture = found.only(there), posture[there]
    if len(posture) < MIN_RUN_STRIDES:
        return Run(n_strides=len(posture))
    watched = (found.stop[-1] - found.start[0]) / block.rate_hz
    first = left_start(posture)
    if first is None:
        return Run(watched_s=watched, n_strides=len(posture))
    middle = found.start[first] + np.mean(WINDOW) * (found.stop[first] - found.start[first])
    foot = st.row_of(channels, "foot", side)
    return Run(
        onset_s=float((middle - found.start[0]) / block.rate_hz),
        speed=_speed(block, foot, found, first),
        watched_s=watched,
        n_strides=len(posture),
    )


def left_start(posture: Floats) -> int | None:
    """Return the stride with which the posture has left that of the first strides."""
    start = posture[:FIRST]
    limit = max(BEYOND_SD * float(start.std(ddof=1)), BEYOND_DEG)
    away = posture - start.mean()
    for beyond in (away > limit, away < -limit):
        row = np.convolve(beyond[FIRST:], np.ones(IN_A_ROW, dtype=int), mode="valid")
        if (row == IN_A_ROW).any():
            return int(np.argmax(row == IN_A_ROW)) + FIRST
    return None


def _speed(block: Block, foot: int | None, found: st.Strides, first: int) -> float:
    """Return how fast the standing foot goes back under the hips, in leg lengths a second.

    One slope for the strides of the rule together: a runner's stance holds few pictures.
    """
    if foot is None:
        return np.nan
    t: list[Floats] = []
    ahead: list[Floats] = []
    for i in range(first, min(first + IN_A_ROW, len(found))):
        touch, leave = found.touch[i], found.leave[i]
        if not (found.side_view[i] and np.isfinite(leave)):
            continue
        begin, end = (touch + share * (leave - touch) for share in STANDING)
        part = slice(int(np.ceil(begin)), int(np.floor(end)) + 1)
        good = np.flatnonzero(block.mask[foot, part])
        if len(good) >= PICTURES:
            seen = block.x[foot, part][good]
            t.append(good - good.mean())
            ahead.append(seen - seen.mean())
    if len(t) < IN_A_ROW:
        return np.nan
    along = np.concatenate(t)
    slope = float(along @ np.concatenate(ahead) / (along @ along))
    return -slope * block.rate_hz / 100


def why_not(found: list[Run]) -> str:
    """Return a sentence where the onset cannot be given; empty where it can."""
    long = [r for r in found if r.n_strides >= MIN_RUN_STRIDES]
    if not long:
        most = max((r.n_strides for r in found), default=0)
        return (
            f"At most {most} whole strides were seen in a row of one walk; at least "
            f"{MIN_RUN_STRIDES} are needed to tell the start from what comes later."
        )
    never = [r for r in long if not np.isfinite(r.onset_s)]
    if len(never) == len(long):
        watched = max(r.watched_s for r in never)
        return f"The foot's posture did not leave that of the first strides in {watched:.0f} s."
    if never:
        return (
            f"It came in {len(long) - len(never)} of {len(long)} walks; the others ended after "
            f"{min(r.watched_s for r in never):.0f} s or more without it, so that a mean would be "
            "too short."
        )
    return ""
