"""A walking figure whose steps, feet, trunk and arms are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from eutonia.model import Floats, Side

SIDES: tuple[Side, Side] = ("left", "right")
#: Lengths in metres of a person 1.7 m tall: common proportions, drawn by us.
THIGH, SHANK, FOOT, TRUNK, ARM = 0.42, 0.42, 0.20, 0.50, 0.55
HIPS, SHOULDERS, ANKLE = 0.20, 0.36, 0.08
#: Pitch of the foot (deg, + toes down) at landing and when it leaves the ground.
LANDS, LEAVES = -18.0, 55.0
#: Seconds in which a swinging foot gains and loses its speed.
EDGE_S = 0.12
#: Shares of stance between which the foot is flat.
_FLAT = (0.15, 0.60)


def of(*, left: float, right: float) -> dict[Side, float]:
    """Return a number for each side."""
    return {"left": left, "right": right}


@dataclass(frozen=True, kw_only=True)
class Gait:
    """How somebody walks.

    Parameters
    ----------
    seconds, rate_hz : float
        Length of the walk, and pictures a second.
    stride_s : float
        Mean stride time.
    cv_percent : float
        Its coefficient of variation; strides of one foot are independent of each other.
    stance : mapping of side to float
        Share of a stride that the foot stands, and its spread from stride to stride.
    limp : float
        Share of the mean step by which a left step (right to left landing) lasts longer.
    inversion_deg, pitch_deg, arm_deg : mapping of side to float
        Inversion of the foot in swing, toes down added in all of swing, range of arm swing.
    stance_inversion_deg : mapping of side to float
    spread_deg : float
        Spread of these angles from stride to stride.
    lean_deg : tuple of float
        Trunk forwards and to the right.
    sway_deg : float
        Range of the lean forwards within a stride.
    onset_s : float
        Time at which inversion and toes down begin; the swing before is straight.
    ramp_s : float
        Seconds in which they then grow to their full size.
    backwards : bool
    """

    seconds: float = 30.0
    rate_hz: float = 60.0
    stride_s: float = 1.1
    cv_percent: float = 2.5
    stance: dict[Side, float] = field(default_factory=lambda: of(left=0.62, right=0.62))
    stance_spread: float = 0.012
    limp: float = 0.0
    inversion_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 0.0))
    stance_inversion_deg: dict[Side, float] = field(
        default_factory=lambda: dict.fromkeys(SIDES, 0.0)
    )
    pitch_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 0.0))
    arm_deg: dict[Side, float] = field(default_factory=lambda: dict.fromkeys(SIDES, 40.0))
    spread_deg: float = 2.0
    lean_deg: tuple[float, float] = (0.0, 0.0)
    sway_deg: float = 0.0
    onset_s: float = 0.0
    ramp_s: float = 0.0
    speed_mps: float = 1.2
    backwards: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Walk:
    """A walk: where each point of the body is, and when the feet land and leave.

    Parameters
    ----------
    gait : Gait
    t_s : ndarray, shape (n_frames,)
    points : ndarray, shape (n_frames, 33, 3)
        Metres: the way that the person faces, up, and the person's right.
    lands, leaves : mapping of side to ndarray
        Times; a foot leaves between two landings.
    """

    gait: Gait
    t_s: Floats
    points: Floats
    lands: dict[Side, Floats]
    leaves: dict[Side, Floats]


def walk(rng: np.random.Generator, gait: Gait) -> Walk:
    """Draw the steps of a walk and place the body at each picture."""
    t = np.arange(round(gait.seconds * gait.rate_hz)) / gait.rate_hz
    lands, leaves = _steps(rng, gait)
    # Backwards is forwards with time reversed: what was a landing is a leaving.
    clock = gait.seconds - t if gait.backwards else t
    points = _figure(rng, gait, clock, lands, leaves)
    if gait.backwards:
        lands, leaves = (
            {s: np.sort(gait.seconds - leaves[s]) for s in SIDES},
            {s: np.sort(gait.seconds - lands[s]) for s in SIDES},
        )
    return Walk(gait=gait, t_s=t, points=points, lands=lands, leaves=leaves)


def _steps(rng: np.random.Generator, gait: Gait) -> tuple[dict[Side, Floats], dict[Side, Floats]]:
    """Return the times of landing and leaving from two strides before to two after the walk."""
    n = 2 * int(gait.seconds / gait.stride_s) + 16
    spread = gait.cv_percent / 100 * gait.stride_s / np.sqrt(2)
    step = gait.stride_s / 2 + spread * rng.standard_normal(n)
    step += np.resize([-0.5, 0.5], n) * gait.limp * gait.stride_s / 2
    first = -3 * gait.stride_s - rng.uniform(0, gait.stride_s)
    at = first + np.cumsum(step)
    lands: dict[Side, Floats] = {"right": at[0::2], "left": at[1::2]}
    leaves: dict[Side, Floats] = {}
    for side in SIDES:
        stride = np.diff(lands[side], append=lands[side][-1] + gait.stride_s)
        share = gait.stance[side] + gait.stance_spread * rng.standard_normal(len(stride))
        leaves[side] = lands[side] + share * stride
    return lands, leaves


def _figure(
    rng: np.random.Generator,
    gait: Gait,
    t: Floats,
    lands: dict[Side, Floats],
    leaves: dict[Side, Floats],
) -> Floats:
    """Place the 33 points."""
    points = np.zeros((len(t), 33, 3))
    hips = np.stack([gait.speed_mps * t, np.full(len(t), 0.0), np.zeros(len(t))], axis=1)
    bob = np.cos(4 * np.pi * (t - np.interp(t, lands["left"], lands["left"])) / gait.stride_s)
    hips[:, 1] = 0.97 * (THIGH + SHANK) + ANKLE - 0.02 + 0.01 * bob
    sway = gait.sway_deg / 2 * np.sin(_phase(t, lands["left"]))
    forward, right = np.radians(gait.lean_deg[0] + sway), np.radians(gait.lean_deg[1])
    up = np.stack([np.tan(forward), np.ones(len(t)), np.full(len(t), np.tan(right))], axis=1)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    chest = hips + TRUNK * up
    for place, side in enumerate(SIDES):
        out = np.array([0.0, 0.0, -1.0 if side == "left" else 1.0])
        hip = hips + HIPS / 2 * out
        shoulder = chest + SHOULDERS / 2 * out
        points[:, 11 + place], points[:, 23 + place] = shoulder, hip
        foot = _foot(rng, gait, t, lands[side], leaves[side], side)
        foot += (hip * [0, 0, 1])[:, None]
        points[:, [27 + place, 29 + place, 31 + place]] = foot
        points[:, 25 + place] = _knee(hip, foot[:, 0])
        ranges = gait.arm_deg[side] + gait.spread_deg * rng.standard_normal(len(lands["left"]))
        which = np.searchsorted(lands["left"], t, side="right") - 1
        swing = ranges[which] / 2 * np.cos(_phase(t, lands[side]) + np.pi)
        arm = np.radians(swing + 5.0)
        down = np.stack([np.sin(arm), -np.cos(arm), 0 * arm], axis=1)
        points[:, 13 + place] = shoulder + 0.55 * ARM * down
        for hand in (15, 17, 19, 21):
            points[:, hand + place] = shoulder + ARM * down
    _head(points, chest, up)
    return points


def _foot(
    rng: np.random.Generator, gait: Gait, t: Floats, lands: Floats, leaves: Floats, side: Side
) -> Floats:
    """Return ankle, heel and toe, ``(n, 3, 3)``, the hip's distance from the midline left out."""
    stride = np.clip(np.searchsorted(lands, t, side="right") - 1, 0, len(lands) - 2)
    stance = leaves[stride] - lands[stride]
    u = (t - lands[stride]) / stance  # 0 to 1 standing
    swing = lands[stride + 1] - leaves[stride]
    w = np.clip((t - leaves[stride]) / swing, 0, 1)  # 0 to 1 swinging
    begun = np.clip((t - gait.onset_s) / max(gait.ramp_s, 1e-9), 0, 1)
    added, tips, stands = (
        mean + gait.spread_deg * rng.standard_normal(len(lands))
        for mean in (
            gait.pitch_deg[side],
            gait.inversion_deg[side],
            gait.stance_inversion_deg[side],
        )
    )
    more = added[stride] - (1 - begun) * gait.pitch_deg[side]
    tilt = tips[stride] - (1 - begun) * gait.inversion_deg[side]
    pitch = np.interp(u, [0, _FLAT[0], _FLAT[1], 1], [LANDS, 0, 0, LEAVES])
    pitch += np.clip(1 - u / _FLAT[0], 0, 1) * more  # what is added in swing is there at landing
    ease = 0.5 - 0.5 * np.cos(np.pi * np.clip(w / 0.6, 0, 1))
    pitch = np.where(u < 1, pitch, LEAVES + (LANDS - LEAVES + more) * ease)
    # In the world: the heel stands until it rises, then the toes.
    reach = gait.speed_mps * gait.stride_s * 0.62 / 2
    here = gait.speed_mps * lands + reach
    lying, cosine, sine = FOOT, np.cos(np.radians(pitch)), np.sin(np.radians(pitch))
    landing = np.cos(np.radians(LANDS + more))
    goal = here[stride + 1] + lying * landing
    toe_x = np.where(u < _FLAT[1], here[stride] + lying * cosine, here[stride] + lying)
    moved = here[stride] + lying + (goal - here[stride] - lying) * _swung(t - leaves[stride], swing)
    toe_x = np.where(u < 1, toe_x, moved)
    toe_y = np.where(u < _FLAT[1], np.maximum(-lying * sine, 0), 0.0)
    ends_y = np.maximum(-lying * np.sin(np.radians(LANDS + more)), 0)
    toe_y = np.where(u < 1, toe_y, 0.05 * np.sin(np.pi * w) ** 2 + w**3 * ends_y)
    toe = np.stack([toe_x, toe_y, 0 * t], axis=1)
    along = np.stack([cosine, -sine, 0 * t], axis=1)
    above = np.stack([sine, cosine, 0 * t], axis=1)
    ankle = toe - 0.8 * lying * along + ANKLE * above
    heel = toe - lying * along
    share = np.interp(u, [0, 0.1, 0.85, 1], [1, 0, 0, 1])  # 1 in swing, 0 standing
    turn = np.radians(
        np.where(u < 1, share, 1) * tilt + np.where(u < 1, 1 - share, 0) * stands[stride]
    )
    inwards = 1.0 if side == "left" else -1.0
    out = np.stack([ankle, heel, toe], axis=1)
    rel = out - ankle[:, None]
    out[:, :, 1] = ankle[:, None, 1] + rel[:, :, 1] * np.cos(turn)[:, None]
    out[:, :, 2] = -inwards * rel[:, :, 1] * np.sin(turn)[:, None]
    return out


def _swung(t: Floats, lasts: Floats) -> Floats:
    """Return the share of its way that a swinging foot has gone after `t` seconds.

    Its speed rises and falls within `EDGE_S`, as that of a heel beside a force plate does.
    """

    def edge(x: Floats) -> Floats:
        out: Floats = x / 2 - EDGE_S / (2 * np.pi) * np.sin(np.pi * x / EDGE_S)
        return out

    begun, left = np.clip(t, 0, EDGE_S), np.clip(lasts - t, 0, EDGE_S)
    way = edge(begun) + np.clip(t - EDGE_S, 0, lasts - 2 * EDGE_S) + EDGE_S / 2 - edge(left)
    return way / (lasts - EDGE_S)


def _knee(hip: Floats, ankle: Floats) -> Floats:
    """Return the knee between hip and ankle, bent forwards; the leg is stretched if too short."""
    line = ankle - hip
    length = np.linalg.norm(line, axis=1, keepdims=True)
    along = line / length
    a = (THIGH**2 - SHANK**2 + length**2) / (2 * length)
    bent = np.sqrt(np.maximum(THIGH**2 - a**2, 0))
    front = np.stack([-along[:, 1], along[:, 0], 0 * along[:, 0]], axis=1)
    knee: Floats = hip + a * along + bent * front
    return knee


def _phase(t: Floats, lands: Floats) -> Floats:
    """Return the angle of the stride cycle, 0 where the foot lands."""
    return 2 * np.pi * np.interp(t, lands, np.arange(len(lands)))


def _head(points: Floats, chest: Floats, up: Floats) -> None:
    """Place nose, eyes, ears and mouth above the shoulders."""
    middle = chest + 0.25 * up
    for place, (ahead, above, aside) in {
        0: (0.11, 0.0, 0.0),
        1: (0.09, 0.03, -0.02),
        2: (0.09, 0.03, -0.03),
        3: (0.08, 0.03, -0.05),
        4: (0.09, 0.03, 0.02),
        5: (0.09, 0.03, 0.03),
        6: (0.08, 0.03, 0.05),
        7: (0.0, 0.0, -0.08),
        8: (0.0, 0.0, 0.08),
        9: (0.09, -0.04, -0.03),
        10: (0.09, -0.04, 0.03),
    }.items():
        points[:, place] = middle + np.array([ahead, above, aside])


def moving_back(gait: Gait, side: Side) -> float:
    """Return how long a foot moves backwards under the hips, in seconds of a mean stride.

    From where a swinging foot is as fast as the hips until the next time: the edges of
    `_swung` are half a cosine, so that this is found by hand.
    """
    stance = gait.stance[side] * gait.stride_s
    swing = gait.stride_s - stance
    share = (swing - EDGE_S) / gait.stride_s  # of the swing's top speed at which the hips go
    early = EDGE_S / np.pi * np.arccos(1 - 2 * share)
    return float(stance + 2 * early)
