"""Hands with known joint angles: points of a jointed hand, and traces of angles."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from eutonia.model import Channel, Condition, Floats, Recording, Side
from eutonia.simulate.visit import recording
from eutonia.simulate.wander import wander

#: Frames a second of a hand video as the protocols ask for it.
RATE_HZ = 60.0
#: Time constant of movements around a posture, seconds.
FORGETS_S = 0.15
#: Knuckle from the wrist (metres; radial, distal, palmar) and lengths of the three bones: a hand of
#: common proportions, drawn by us.
_HAND = {
    "index": ((0.025, 0.090, 0.000), (0.045, 0.026, 0.020)),
    "middle": ((0.004, 0.092, -0.004), (0.050, 0.030, 0.021)),
    "ring": ((-0.015, 0.086, -0.002), (0.046, 0.028, 0.021)),
    "little": ((-0.033, 0.077, 0.004), (0.036, 0.020, 0.019)),
}
_THUMB_BASE, _THUMB_BONES = (0.022, 0.022, 0.008), (0.045, 0.034, 0.027)


def hand_points(angles: Mapping[str, float], *, side: Side = "right") -> Floats:
    """Place the 21 points of a hand with these joint angles, by forward kinematics.

    Parameters
    ----------
    angles : mapping of str to float
        Degrees by site as ``derive.fingers`` names them; what is missing is 0. Flexion comes before
        abduction at a knuckle.
    side : {'left', 'right'}

    Returns
    -------
    ndarray, shape (21, 3)
        Metres; the right palm faces the camera, fingers up (x to the right of the picture, y down,
        z away from the camera). The left hand is its mirror image.
    """
    points = np.zeros((21, 3))
    for place, (name, (base, bones)) in enumerate(_HAND.items()):
        points[5 + 4 * place : 9 + 4 * place] = _finger(name, np.array(base), bones, angles)
    points[1:5] = _thumb(points, angles)
    # Radial, distal, palmar: seen from the palm, the right thumb points to the picture's right.
    turn = np.array([[1, 0, 0], [0, -1, 0], [0, 0, -1]], dtype=np.float64)
    mirror = np.array([1.0 if side == "right" else -1.0, 1, 1])
    return np.asarray((points @ turn) * mirror)


def _finger(
    name: str, base: Floats, bones: tuple[float, ...], angles: Mapping[str, float]
) -> Floats:
    """Return a finger's four points: each joint turns all that lies beyond it."""
    distal = base / np.linalg.norm(base)
    across = np.array(_HAND["index"][0]) - np.array(_HAND["little"][0])
    radial = across - (across @ distal) * distal
    radial /= np.linalg.norm(radial)
    palmar = np.cross(radial, distal)
    frame = np.stack([radial, distal, palmar], axis=1)
    pose = frame @ _about_x(angles.get(f"{name}_mcp", 0.0))
    pose = pose @ _about_z(-angles.get(f"{name}_mcp_abduction", 0.0))
    points = [base]
    for joint, length in zip(("", "_pip", "_dip"), bones, strict=True):
        if joint:
            pose = pose @ _about_x(angles.get(name + joint, 0.0))
        points.append(points[-1] + length * pose[:, 1])
    return np.array(points)


def _thumb(points: Floats, angles: Mapping[str, float]) -> Floats:
    """Return the thumb's four points; its outer joints flex towards the little finger's base."""
    distal = points[5] / np.linalg.norm(points[5])
    across = points[5] - points[17]
    radial = across - (across @ distal) * distal
    radial /= np.linalg.norm(radial)
    palmar = np.cross(radial, distal)
    turn, out = (np.radians(angles.get(s, 0.0)) for s in ("thumb_cmc", "thumb_cmc_abduction"))
    bone = np.cos(out) * (np.cos(turn) * distal - np.sin(turn) * radial) + np.sin(out) * palmar
    base = np.array(_THUMB_BASE)
    chain = [base, base + _THUMB_BONES[0] * bone]
    hinge = np.cross(bone, points[17] - chain[1])
    hinge /= np.linalg.norm(hinge)
    for joint, length in zip(("thumb_mcp", "thumb_ip"), _THUMB_BONES[1:], strict=True):
        bone = _about(hinge, angles.get(joint, 0.0)) @ bone
        chain.append(chain[-1] + length * bone)
    return np.array(chain)


def _about_x(degrees: float) -> Floats:
    return _about(np.array([1.0, 0, 0]), degrees)


def _about_z(degrees: float) -> Floats:
    return _about(np.array([0, 0, 1.0]), degrees)


def _about(axis: Floats, degrees: float) -> Floats:
    """Return the rotation about a unit axis (Rodrigues)."""
    x, y, z = axis
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(a) * k + (1 - np.cos(a)) * (k @ k))


def channel(site: str, side: Side) -> Channel:
    """Return a channel as ``derive.fingers`` makes it."""
    unit = "%" if site == "grip" else "deg"
    return Channel(name=f"{side}_{site}", kind="finger", unit=unit, site=site, side=side)


def angles_recording(
    x: Floats, channels: tuple[Channel, ...], *, condition: Condition, rate_hz: float = RATE_HZ
) -> Recording:
    """Return a recording of joint angles, as it comes from a video."""
    return recording(x, channels, rate_hz=rate_hz, condition=condition)


def posture(
    rng: np.random.Generator, means: Floats, *, seconds: float, sd: float, noise: float
) -> Floats:
    """Draw angles that wander around their means, as seen by a camera.

    Parameters
    ----------
    rng : numpy.random.Generator
    means : ndarray, shape (n_channels,)
        Degrees.
    seconds : float
        Length.
    sd, noise : float
        Degrees of the movement (time constant `FORGETS_S`) and of the landmarks' noise.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
    """
    n = round(seconds * RATE_HZ)
    moved = sd * wander(rng, len(means), n, rate_hz=RATE_HZ, time_s=FORGETS_S)
    seen: Floats = means[:, None] + moved + noise * rng.standard_normal((len(means), n))
    return seen


def on_and_off(
    rng: np.random.Generator, *, seconds: float, on_s: float, off_s: float
) -> tuple[Floats, float]:
    """Draw a state that is on and off by turns, for lengths that vary (log-normal, SD 0.6).

    Returns
    -------
    state : ndarray, shape (n_samples,)
        1 or 0.
    share : float
        Of the time that it is on, of the process.
    """
    n = round(2 * seconds / (on_s + off_s)) + 20
    varied = np.exp(0.6 * rng.standard_normal((n, 2))) * [on_s, off_s]
    edges = np.cumsum(varied.ravel()) - rng.uniform(0, 5 * (on_s + off_s))
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.searchsorted(edges, t, side="right") % 2 == 0).astype(float), on_s / (on_s + off_s)


#: How much the share by which a finger follows varies from turn to turn, SD of its logarithm.
VARIES = 0.2


def one_by_one(
    rng: np.random.Generator, follows: Floats, *, seconds: float, noise: float
) -> Floats:
    """Draw fingers that move one at a time, the others following by known shares.

    Parameters
    ----------
    rng : numpy.random.Generator
    follows : ndarray, shape (n_fingers, n_fingers)
        Mean movement of finger j for 1 of finger i; 1 on the diagonal. It varies from turn to turn
        by `VARIES` (log-normal).
    seconds : float
        Whole turns of three seconds; which finger moves is drawn.
    noise : float
        Of the landmarks, degrees.

    Returns
    -------
    ndarray, shape (n_fingers, n_samples)
        Degrees around 0: two seconds of movement at about 2 Hz, one second of rest.
    """
    per_turn = round(3 * RATE_HZ)
    t = np.arange(per_turn) / RATE_HZ
    turns = []
    for _ in range(round(seconds / 3)):
        size = 20 * np.exp(0.2 * rng.standard_normal())
        wave = size * np.sin(2 * np.pi * rng.uniform(1.6, 2.4) * t) * (t < 2)
        # How closely the others follow varies from turn to turn, around the known share.
        mover = int(rng.integers(len(follows)))
        varied = np.exp(VARIES * rng.standard_normal(len(follows)) - VARIES**2 / 2)
        varied[mover] = 1.0
        turns.append((follows[mover] * varied)[:, None] * wave)
    x = np.concatenate(turns, axis=1)
    seen: Floats = x + noise * rng.standard_normal(x.shape)
    return seen
