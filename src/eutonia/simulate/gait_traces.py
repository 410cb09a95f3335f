"""A walking figure as the channels that `derive.gait` would read from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from eutonia.model import Channel, Condition, Events, Floats, Recording, Side
from eutonia.simulate.gait import SHANK, SIDES, THIGH, Gait, Walk, walk
from eutonia.simulate.visit import recording
from eutonia.simulate.wander import wander

View = Literal["side", "front", "back"]
#: Toes down at the end of a walk to onset, and seconds until they are.
FULL_DEG, RAMP_S = 30.0, 6.0


def traces(
    rng: np.random.Generator,
    walked: Walk,
    *,
    view: View = "side",
    noise: float = 0.8,
    off: Mapping[str, float] | None = None,
) -> Recording:
    """Return the channels of `derive.gait` as a camera far away would give them.

    Parameters
    ----------
    rng : Generator
    walked : Walk
    view : {'side', 'front', 'back'}
    noise : float
        Spread of every picture: % of the leg, and for the long limbs degrees; the foot is short,
        so that its angles get twice that.
    off : mapping of str to float
        Spread, by site, of what the landmarks are off in all pictures alike.

    Returns
    -------
    Recording
        Channels that cannot be had from this view are left out.
    """
    p, gait = walked.points, walked.gait
    leg = (THIGH + SHANK) / 100
    hips = (p[:, 23] + p[:, 24]) / 2
    up = (p[:, 11] + p[:, 12]) / 2 - hips
    found: dict[tuple[str, Side], Floats] = {}
    sides = view == "side"
    for k, side in enumerate(SIDES):
        ankle, other, knee = p[:, 27 + k], p[:, 28 - k], p[:, 25 + k]
        heel, toe = p[:, 29 + k], p[:, 31 + k]
        lead, trail, way = (toe, heel, -1) if gait.backwards else (heel, toe, 1)
        foot, arm = toe - heel, p[:, 15 + k] - p[:, 11 + k]
        inwards = 1.0 if side == "left" else -1.0
        if sides:
            found["foot", side] = way * (lead - hips)[:, 0] / leg
            found["push_off", side] = way * (trail - hips)[:, 0] / leg
            found["foot_pitch", side] = np.degrees(np.arctan2(-foot[:, 1], foot[:, 0]))
            found["arm", side] = np.degrees(np.arctan2(arm[:, 0], -arm[:, 1]))
        else:
            found["foot", side] = (ankle - other)[:, 1] / leg
            end = (heel if view == "back" else toe) - ankle
            shank = ankle - knee
            found["foot_inversion", side] = inwards * np.degrees(
                np.arctan2(end[:, 2], -end[:, 1]) - np.arctan2(shank[:, 2], -shank[:, 1])
            )
    which, axis = ("trunk_sagittal", 0) if sides else ("trunk_lateral", 2)
    found[which, "midline"] = np.degrees(np.arctan2(up[:, axis], up[:, 1]))
    x = np.array(list(found.values()))
    scale = np.array([2.0 if s in ("foot_pitch", "foot_inversion") else 1.0 for s, _ in found])
    x += noise * scale[:, None] * rng.standard_normal(x.shape)
    x += [[(off or {}).get(s, 0.0) * rng.standard_normal()] for s, _ in found]
    codes = {
        "view": {"side": 0.0, "front": 1.0, "back": 2.0}[view],
        "travel": 1 - 2.0 * gait.backwards,
    }
    x = np.vstack([x, *(np.full((1, len(hips)), v) for v in codes.values())])
    names = [*found, *((n, "midline") for n in codes)]
    channels = tuple(channel(site, side) for site, side in names)
    task = "walking_backwards" if gait.backwards else "walking"
    return recording(x, channels, rate_hz=gait.rate_hz, condition=Condition.of(task=task))


def to_onset(
    rng: np.random.Generator, *, n_walks: int, onset_s: float, spread_s: float
) -> Recording:
    """Return walks of 24 s one after the other, in which the left toes slowly go down at last.

    Onset and speed of each walk are drawn around their means; each walk is marked.
    """
    seconds, rate = 24.0, 25.0
    walks = []
    for _ in range(n_walks):
        begins = float(np.clip(onset_s + spread_s * rng.standard_normal(), 7.0, 17.0))
        spec = Gait(
            seconds=seconds,
            rate_hz=rate,
            pitch_deg={"left": FULL_DEG, "right": 0.0},
            onset_s=begins,
            ramp_s=RAMP_S,
            speed_mps=1.2 + 0.1 * rng.standard_normal(),
        )
        walks.append(traces(rng, walk(rng, spec)))
    kept = [i for i, c in enumerate(walks[0].channels) if c.name != "right_foot_pitch"]
    marks = Events(
        onset_s=seconds * np.arange(n_walks, dtype=np.float64),
        duration_s=np.full(n_walks, seconds),
        name=("walking",) * n_walks,
    )
    x = np.hstack([w.signal.read(channels=tuple(kept)) for w in walks if w.signal is not None])
    return recording(
        x,
        tuple(walks[0].channels[i] for i in kept),
        rate_hz=rate,
        condition=Condition.of(task="walking"),
        events=marks,
    )


def standing(
    rng: np.random.Generator, *, lean_deg: float, off_deg: float, seconds: float = 60.0
) -> Recording:
    """Return the lean of somebody who stands, seen from the side at 30 pictures a second.

    The lean wanders around its mean (2 degrees, forgotten within half a second); landmarks and
    camera are off by a constant of spread `off_deg`.
    """
    n = round(30 * seconds)
    x = lean_deg + 2.0 * wander(rng, 1, n, rate_hz=30.0, time_s=0.5)
    x += 0.8 * rng.standard_normal(x.shape) + off_deg * rng.standard_normal()
    code = np.zeros((1, n))
    return recording(
        np.vstack([x, code]),
        (channel("trunk_sagittal", "midline"), channel("view", "midline")),
        rate_hz=30.0,
        condition=Condition.of(task="standing"),
    )


def channel(site: str, side: Side) -> Channel:
    """Return a channel as `derive.gait` names it."""
    unit = {"foot": "%", "push_off": "%", "view": "1", "travel": "1"}.get(site, "deg")
    name = site if side == "midline" else f"{side}_{site}"
    return Channel(name=name, kind="gait", unit=unit, site=site, side=side)
