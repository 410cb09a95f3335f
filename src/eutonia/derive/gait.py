"""Walking and standing: the body's 33 points become movements of feet, legs, trunk and arms.

From the side: each foot ahead of the hips, its pitch, knees, hips, arms and the trunk forwards or
backwards. From the front or back: the height of each foot above the other, and the trunk to the
side; from the front also inversion (from behind the heel hides the foot, and on rendered people
nothing of it was read). Between the two views no angle is read. Lengths are in % of the person's
own leg (hip to knee to ankle), angles are those in the picture, and vertical is the camera's.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.gait_repair import exchanged, jumped, swapped
from eutonia.derive.gait_seams import anew, beside, cuts
from eutonia.derive.gait_view import FROM_BACK, FROM_FRONT, View, smooth, view_of
from eutonia.model import Channel, Floats, Landmarks, Movement, Side

#: A point counts where the model thinks it is likelier seen than hidden. [D]
MIN_VISIBLE = 0.5
#: Seconds over which the leg's length in the picture is taken: it shortens while the knee bends.
_SCALE_S = 1.0
#: Seconds on each side of a cut that are left out: more than a stride may bridge. [D]
_BESIDE_CUT_S = 0.08
#: Leg lengths to each side of the near foot in which it hides a far foot: a foot is wider than the
#: line through its points. [D]
_BESIDE_FOOT = 0.05
#: Vertical is that of the camera, which nobody has checked.
CAMERA_VERTICAL = "vertical_of_camera"
#: Seen from the front, a foot that turns in cannot be told from one that tips over.
TURNED_IN = "inversion_or_turning_in"
#: Legs were named the wrong way round by the tracker in some pictures, and turned back.
REPAIRED = "legs_exchanged"

#: Points of each side: hip, knee, ankle, heel, toe, shoulder, wrist.
POINTS: dict[Side, tuple[int, ...]] = {
    "left": (23, 25, 27, 29, 31, 11, 15),
    "right": (24, 26, 28, 30, 32, 12, 16),
}
Mask = NDArray[np.bool_]
#: Values and where they may be used, by site.
Rows = dict[str, tuple[Floats, Mask]]


def gait(landmarks: Landmarks, *, segments_s: Iterable[float] = ()) -> Movement:
    """Return the movements of a walking or standing person.

    Parameters
    ----------
    landmarks : Landmarks
        With ``body``.
    segments_s : iterable of float
        When segments begin and end: which leg is which, and whether the person goes forwards, is
        told in each of them for itself.

    Returns
    -------
    Movement
        Kind ``gait``. For each side, by site: ``foot`` (%: from the side, its landing end ahead of
        the hips in the direction of travel; from front or back, the ankle above the other one),
        ``push_off`` (%: its leaving end), ``foot_pitch`` (deg, + toes down), ``foot_inversion``
        (deg, + turned inwards), ``knee`` and ``hip`` (deg, + flexion), ``arm`` (deg, +
        forwards). For the trunk ``trunk_sagittal`` (deg, + forwards) and ``trunk_lateral`` (deg, +
        to the person's right). And ``view`` (0 side, 1 front, 2 back) and ``travel`` (1 forwards,
        -1 backwards), which say what the others mean.

    Notes
    -----
    Legs that the tracker named the wrong way round are turned back; points that jump away, and
    those that are likely hidden, are not good. Nothing is smoothed. Where somebody turns round
    the feet are not good, from the side: they come down beside the way. Where the film was cut the
    pictures on both sides are not good, so that nothing is measured across it.
    """
    body = landmarks.parts["body"]
    raw = np.asarray(body.xyz[:, :, :2], dtype=np.float64)
    visible = np.ones(raw.shape[:2]) if body.visible is None else np.asarray(body.visible, float)
    scale = leg_length(raw, rate_hz=landmarks.rate_hz)
    hips = (raw[:, 23] + raw[:, 24]) / 2
    cut = cuts(raw, scale)
    begins = anew(landmarks.t_s, segments_s, cut)
    turned = swapped(raw - hips[:, None], scale, rate_hz=landmarks.rate_hz, begins=begins)
    points, visible = exchanged(raw, turned), exchanged(visible, turned)
    seen = np.isfinite(points[:, :, 0]) & (visible >= MIN_VISIBLE)
    seen &= ~jumped(points - hips[:, None], scale)
    seen &= ~beside(cut, int(np.ceil(_BESIDE_CUT_S * landmarks.rate_hz)))[:, None]
    view = view_of(points, scale, rate_hz=landmarks.rate_hz, begins=begins)
    mended = (REPAIRED,) if turned.any() else ()
    channels: list[Channel] = []
    rows: list[tuple[Floats, Mask]] = []
    for side in POINTS:
        found = _leg(points, seen, view, scale, side) | _arm(points, seen, view, side)
        for site, row in found.items():
            turned_in = (TURNED_IN,) if site == "foot_inversion" else ()
            flags = () if site == "arm" else (*mended, *turned_in)
            channels.append(_channel(site, side, flags))
            rows.append(row)
    for site, row in _trunk(points, seen, view).items():
        channels.append(_channel(site, "midline", (CAMERA_VERTICAL,)))
        rows.append(row)
    for site, values in (("view", view.code), ("travel", view.travel)):
        channels.append(_channel(site, "midline", ()))
        rows.append((values, np.isfinite(view.code)))
    good = np.array([g for _, g in rows]) & np.isfinite([x for x, _ in rows])
    x = np.where(good, [x for x, _ in rows], 0.0)
    return Movement(kind="gait", channels=tuple(channels), x=x, good=good)


def leg_length(points: Floats, *, rate_hz: float) -> Floats:
    """Return the length of the leg in pixels, the longer of the two, steadied over two seconds.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
    rate_hz : float

    Returns
    -------
    ndarray, shape (n_frames,)
    """
    from scipy.ndimage import maximum_filter1d

    def apart(a: int, b: int) -> Floats:
        gap: Floats = np.linalg.norm(points[:, a] - points[:, b], axis=1)
        return gap

    longest = np.maximum(apart(23, 25) + apart(25, 27), apart(24, 26) + apart(26, 28))
    around = max(1, round(_SCALE_S * rate_hz / 2))
    steady = smooth(longest, 1)  # single wild pictures would be the longest
    good = np.isfinite(steady)
    if not good.any():
        return steady
    at = np.arange(len(steady))
    filled = np.interp(at, at[good], steady[good])
    most = smooth(np.asarray(maximum_filter1d(filled, 2 * around + 1)), around)
    return np.where(good, most, np.nan)


def _leg(points: Floats, seen: Mask, view: View, scale: Floats, side: Side) -> Rows:
    """Return what one leg does."""
    hip, knee, ankle, heel, toe, *_ = POINTS[side]
    other = POINTS["right" if side == "left" else "left"][2]
    middle = (points[:, 23] + points[:, 24]) / 2
    lead, trail = (np.where(view.travel < 0, b, a) for a, b in ((heel, toe), (toe, heel)))
    every = np.arange(len(points))
    way = view.facing * np.where(view.travel < 0, -1.0, 1.0)

    def ahead(point: NDArray[np.intp]) -> Floats:
        out: Floats = 100 * way * (points[every, point, 0] - middle[:, 0]) / scale
        return out

    side_view, frontal = ~view.frontal() & np.isfinite(view.code) & ~view.turning, view.frontal()
    lift = 100 * (points[:, other, 1] - points[:, ankle, 1]) / scale
    of_foot = np.where(frontal, lift, ahead(lead))
    both = seen[:, 23] & seen[:, 24]
    thigh = _hanging(points[:, hip], points[:, knee], view.facing)
    shank = _hanging(points[:, knee], points[:, ankle], view.facing)
    lean = _lean(points, view.facing)
    foot = points[:, toe] - points[:, heel]
    pitch = np.degrees(np.arctan2(foot[:, 1], view.facing * foot[:, 0]))
    from_side = view.side()
    return {
        "foot": (
            of_foot,
            np.where(
                frontal, seen[:, ankle] & seen[:, other], seen[every, lead] & both & side_view
            ),
        ),
        "push_off": (ahead(trail), seen[every, trail] & both & side_view),
        "foot_pitch": (
            pitch,
            from_side & seen[:, heel] & seen[:, toe] & ~crossed(points, view, scale, side),
        ),
        "foot_inversion": _inversion(points, seen, view, side),
        "knee": (_wrapped(thigh - shank), from_side & seen[:, [hip, knee, ankle]].all(axis=1)),
        "hip": (_wrapped(thigh + lean), from_side & seen[:, [hip, knee, 11, 12]].all(axis=1)),
    }


def crossed(points: Floats, view: View, scale: Floats, side: Side) -> Mask:
    """Tell in which pictures this foot is the far one, stands, and the near one swings before it.

    There the tracker draws its heel and toes along the near foot, on rendered people up to 15
    degrees away on average, and mostly holds them for seen.

    Parameters
    ----------
    points : ndarray, shape (n_frames, 33, 2)
    view : View
    scale : ndarray, shape (n_frames,)
        Leg length in pixels.
    side : {'left', 'right'}

    Returns
    -------
    ndarray of bool, shape (n_frames,)
        Never of the near foot: whoever faces the right of the picture shows the right one.
    """
    own, other = (
        points[:, list(POINTS[one][2:5]), 0]
        for one in (side, "right" if side == "left" else "left")
    )
    margin = _BESIDE_FOOT * scale
    apart = np.maximum(own.min(axis=1) - other.max(axis=1), other.min(axis=1) - own.max(axis=1))
    way = view.facing * np.where(view.travel < 0, -1.0, 1.0)
    ahead = smooth(way * (other.mean(axis=1) - own.mean(axis=1)), 2)
    return np.asarray(view.far(side) & (apart < margin) & (np.diff(ahead, append=np.nan) > 0))


def _inversion(points: Floats, seen: Mask, view: View, side: Side) -> tuple[Floats, Mask]:
    """Return the angle of the foot against the shank, + where the toes go to the other foot."""
    _, knee, ankle, _, toe, *_ = POINTS[side]
    # From the front, the middle of the body is to the left of the person's left leg.
    inwards = np.full(len(points), -1.0 if side == "left" else 1.0)
    foot = _hanging(points[:, ankle], points[:, toe], inwards)
    shank = _hanging(points[:, knee], points[:, ankle], inwards)
    whole = seen[:, [knee, ankle, toe]].all(axis=1)
    return _wrapped(foot - shank), (view.code == FROM_FRONT) & whole


def _arm(points: Floats, seen: Mask, view: View, side: Side) -> Rows:
    """Return the swing of one arm: the line from shoulder to wrist against the vertical.

    Only while it is the near one: the trunk hides the far arm, and the tracker holds a wrist for
    seen that it draws in the air or on the near hand (of a rendered runner in 75 % of the pictures,
    whose swing of 41 degrees read as 15).
    """
    *_, shoulder, wrist = POINTS[side]
    swing = _hanging(points[:, shoulder], points[:, wrist], view.facing)
    near = ~view.far(side)
    return {"arm": (swing, view.side() & near & seen[:, shoulder] & seen[:, wrist])}


def _trunk(points: Floats, seen: Mask, view: View) -> Rows:
    """Return the lean of the line from mid-hip to mid-shoulder."""
    whole = seen[:, [11, 12, 23, 24]].all(axis=1)
    right = np.where(view.code == FROM_BACK, 1.0, -1.0)
    return {
        "trunk_sagittal": (_lean(points, view.facing), whole & view.side()),
        "trunk_lateral": (_lean(points, right), whole & view.frontal()),
    }


def _lean(points: Floats, towards: Floats) -> Floats:
    """Return the angle of the trunk to the vertical, + towards the given side of the picture."""
    up = (points[:, 11] + points[:, 12] - points[:, 23] - points[:, 24]) / 2
    out: Floats = np.degrees(np.arctan2(towards * up[:, 0], -up[:, 1]))
    return out


def _hanging(top: Floats, end: Floats, towards: Floats) -> Floats:
    """Return the angle of a limb to straight down, + towards the given side of the picture."""
    limb = end - top
    out: Floats = np.degrees(np.arctan2(towards * limb[:, 0], limb[:, 1]))
    return out


def _wrapped(angle: Floats) -> Floats:
    return (angle + 180) % 360 - 180


def _channel(site: str, side: Side, flags: tuple[str, ...]) -> Channel:
    unit = {"foot": "%", "push_off": "%", "view": "1", "travel": "1"}.get(site, "deg")
    name = site if side == "midline" else f"{side}_{site}"
    return Channel(name=name, kind="gait", unit=unit, site=site, side=side, flags=flags)
