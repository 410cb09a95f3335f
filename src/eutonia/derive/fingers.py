"""Finger joints: landmarks of the hands become joint angles in degrees.

Every angle is taken in the hand's own frame, so that neither the camera nor the pose of the arm
enters it. A finger's frame has its *distal* axis along the metacarpal (wrist to knuckle), its
*radial* axis towards the thumb across the knuckles, and its *palmar* axis out of the palm. 0 is
straight, + is flexion, - is extension; abduction is + towards the thumb. The knuckle is turned by
flexion about the radial axis, then abducted; the two further joints flex about that same axis,
carried along. The thumb has no fixed plane: its two outer joints flex in the plane of its
metacarpal and the base of the little finger, + towards that.

A held tool is not seen by the model, which guesses what it hides. What can be seen is a thumb that
stays at a finger's tip: such a hand is flagged.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.finger_sight import (
    BACKWARDS_DEG,
    FLAGS,
    FREE,
    FRONT,
    GUESSED,
    HIDDEN,
    NEARLY_ALWAYS,
    PALM,
    PINCHED,
    best,
    flag,
    in_plane,
    sight,
)
from eutonia.derive.hand_frame import FINGERS, across, angle, dot, frame, norm, turn, unit, without
from eutonia.model import HAND_SMALL, Channel, Floats, Landmarks, Movement, Points, Side
from eutonia.tracking.arm import ARM, ends_at

#: What a wrist reads, degrees. Beyond these the arm was made up: with head, elbow and hand in the
#: picture 820 (778) pictures of wrists bent by up to 70 read -108 to 103 (-99 to 92) of flexion and
#: -27 to 55 (-32 to 53) of deviation (rendered people 0 to 39, by whom it was chosen; 40 to 79); of
#: a level hand whose upper arm was taken for the forearm 96 % lay beyond (an outside judge's film).
#: Where a tenth lie beyond, the others are no better. [D]
WRIST_DEG = {"wrist_flexion": (-110.0, 110.0), "wrist_deviation": (-45.0, 70.0)}
#: Longest time between two looks at the body over which the forearm is carried, seconds: it turns
#: slowly beside the hand, and where hands matter the body is looked at ten times a second. [D]
CARRIED_S = 0.25
#: A grip: the thumb's tip this near to that of index or middle finger, in % of the palm (wrist to
#: middle knuckle, about 90 mm), and the share of pictures from which a tool may be held. [D]
GRIP_PERCENT, OFTEN = 35.0, 0.5
_TIPS = ("index", "middle")
#: Degrees by which a knuckle, and the whole finger, are read too straight, by how the finger is
#: seen: means of rendered people 0 to 40. Knuckles from the palm: 12 to 17, 14 to 20, 15 to 18 and
#: 30 to 34 in light and dark skin, left and right hands, 0.45 to 1 m away; guessed ones 7 to 14.
#: Fingers from their own side: 9 to 15, 19 to 25, 13 to 16 and 0 to 5 in either skin and in three
#: sets of poses; from the palm 9 to 12 in flat, resting, curled and drawn hands, 1 to 3 in half
#: bent ones, -3 where two joints oppose each other; guessed 8 to 33, more the less they bend.
#: Behind the thumb the middle between an index at rest and in a pen grip in such films (people 0 to
#: 39; 40 to 79 alike): knuckles -3 and -22, fingers 11 and -1. From ahead 17 to 21, 20 and 21, 33
#: and 24, 29 and 20 in pen grips and free hands (medians, people 0 to 38). From
#: the palm fingers are read as spread too far from the thumb. [D]
KNUCKLE_DEG = {
    FREE: dict.fromkeys(FINGERS, 0.0),
    PALM: {"index": 12.0, "middle": 16.0, "ring": 16.0, "little": 32.0},
    PINCHED: dict.fromkeys(FINGERS, -8.0),
    FRONT: {"index": 4.0, "middle": 7.0, "ring": 5.0, "little": 8.0},
    GUESSED: dict.fromkeys(FINGERS, 10.0),
}
CURL_DEG = {
    FREE: {"index": 11.0, "middle": 21.0, "ring": 13.0, "little": 2.0},
    PALM: dict.fromkeys(FINGERS, 8.0),
    PINCHED: dict.fromkeys(FINGERS, 5.0),
    FRONT: {"index": 19.0, "middle": 20.0, "ring": 28.0, "little": 24.0},
    GUESSED: dict.fromkeys(FINGERS, 15.0),
}
SPREAD_PALM_DEG = {"index": 6.0, "middle": 6.0, "ring": 1.0, "little": 1.0}
#: An index that is curled far, or for which a pen is taken, may read as nearly straight from the
#: thumb's side; its metric points then lie nearer together than those of a straight finger. It is
#: not believed where it reads less than this, degrees, and is shorter than that from knuckle to
#: tip, palms; or reads so much straighter than the mean of the others and is shorter than that. Of
#: 1011 rendered hands whose index was seen so (people 0 to 79; pen grips, rest, pointing) 41 read
#: it too straight by more than 45 degrees, of which this finds 37; it also finds 18 % of those that
#: point while the others are bent, and 1 % of all others; of 250 of people 600 to 638, drawn
#: afterwards, 7 of 11 and none of the others. [D]
STRAIGHT_DEG, STRAIGHT_PALMS, POINTS_DEG, POINTS_PALMS = 75.0, 0.73, 80.0, 0.84
#: Flags of a finger that is seen from its own side.
_BESIDE = {FLAGS[PINCHED]}
MAY_HOLD = "may_hold_a_tool"
#: Least length of the palm in the picture as the model places it, pixels (a fifth less than true).
#: Of rendered hands seen from four sides in eleven sizes, people 0 to 7, 0.92 of the errors of curl
#: lay within what its interval holds from 40 to 45 pixels, 0.85 from 45 to 50 and 0.97 above, but
#: 0.81 from 25 to 35 and half below 20, where the curl is off by 100 degrees (people 20 to 27:
#: 0.97, 0.88, 0.98, 0.83). [D]
LEAST_PALM_PX = 40.0
#: Sine of the angle below which two directions span no plane (our rule, unconfirmed [D]).
_LEAST_SINE = 0.2
#: A curled finger: flexion of these joints summed.
CURL = {
    "thumb": ("thumb_mcp", "thumb_ip"),
    **{f: (f"{f}_mcp", f"{f}_pip", f"{f}_dip") for f in FINGERS},
}

Angles = dict[str, Floats]


def fingers(landmarks: Landmarks) -> Movement:
    """Return the joint angles of each hand that was seen, and of its wrist.

    Parameters
    ----------
    landmarks : Landmarks
        With ``left_hand`` or ``right_hand``; the wrist needs ``body`` with its metric points too.

    Returns
    -------
    Movement
        Kind ``finger``, in degrees, sites such as ``index_mcp``, ``index_mcp_abduction``,
        ``index_pip_dip`` (PIP + DIP), ``index_curl`` (MCP + PIP + DIP), ``thumb_cmc``,
        ``wrist_flexion``, ``wrist_deviation`` (+ towards the thumb). Angles are not good where the
        hand was not seen or a bone points so that its angle has no meaning, those of the wrist
        nor where no arm ends at the hand or they are such as no wrist has. And ``grip``: the
        thumb's tip from the nearer one of index and middle finger, in % of the palm;
        ``tip_index_x``, ``tip_index_y`` and so on, see `fingertips`; ``hand_hinge`` and
        ``hand_palm``, see `lie`. Flags:
        ``may_hold_a_tool``, where the thumb is at a finger's tip in most pictures; and of a finger
        that was not seen from its own side in nearly all ``bend_from_palm``, ``bend_pinched``,
        ``bend_guessed`` or ``bend_hidden`` (see `finger_sight`). ``grip`` has the flag of that of
        its two fingers that was seen better; a hidden one of them does not count; the wrist has
        that of a hand seen from ahead. And
        ``hand_small``, where the hand was too small in most pictures (see `legible`), in which
        nothing of it is good.

    Notes
    -----
    The points of the picture with their depth are used, and the model's metric points from the palm
    alone (see `read`): from other sides these read knuckles 20 to 30° too straight on rendered
    hands and sometimes bent the wrong way. Both guess the depth from one view:
    ``docs/video/accuracy`` shows what is left of a known angle.
    """
    channels: list[Channel] = []
    rows: list[Floats] = []
    for side in ("left", "right"):
        hand = landmarks.parts.get(f"{side}_hand")
        if hand is None or not hand.seen.any():
            continue
        xyz, small = legible(np.asarray(hand.xyz, dtype=np.float64))
        metric = None if hand.world is None else np.asarray(hand.world, dtype=np.float64)
        angles, bends = read(xyz, side=side, world=metric)
        if (body := landmarks.parts.get("body")) is not None:
            forearm = _forearm(body, landmarks, side, xyz)
            angles |= _of_a_wrist(_wrist(xyz, forearm, side))
        shows = np.isfinite(list(angles.values())).any(axis=0)
        beside = lie(xyz, side=side) | fingertips(xyz)
        angles |= {k: np.where(shows, v, np.nan) for k, v in beside.items()}
        bends["grip"] = best(bends[f] for f in _TIPS)
        ahead = any(FLAGS[FRONT] in bends[f] for f in FINGERS)
        bends["wrist"] = (FLAGS[FRONT],) if ahead else ()
        hides = FLAGS[HIDDEN] in bends["grip"]
        tips = [f for f in _TIPS if hides or FLAGS[HIDDEN] not in bends[f]]
        angles["grip"] = grip(xyz, tips)
        gripped = np.mean(angles["grip"][hand.seen] < GRIP_PERCENT)
        holds = (MAY_HOLD,) if gripped > OFTEN and not hides else ()
        flags = (*holds, *((HAND_SMALL,) if small[hand.seen].mean() > OFTEN else ()))
        for site in angles:
            bend = bends.get(site.split("_", 1)[0], ())
            channels.append(_channel(site, side, (*flags, *bend)))
        rows += list(angles.values())
    x = np.array(rows).reshape(len(rows), landmarks.n_frames)
    good = np.isfinite(x)
    return Movement(kind="finger", channels=tuple(channels), x=np.where(good, x, 0.0), good=good)


def legible(xyz: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the points of a hand without the pictures in which it is too small, and which are.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
        In pixels.

    Returns
    -------
    xyz : ndarray, shape (n_frames, 21, 3)
        NaN where the palm, wrist to middle knuckle, is shorter than `LEAST_PALM_PX`.
    small : ndarray of bool, shape (n_frames,)
    """
    palm = norm(xyz[:, 9] - xyz[:, 0])
    return np.where(palm[..., None] < LEAST_PALM_PX, np.nan, xyz), palm[:, 0] < LEAST_PALM_PX


def read(
    xyz: Floats, *, side: Side, world: Floats | None = None
) -> tuple[Angles, dict[str, tuple[str, ...]]]:
    """Return the angles of a filmed hand, and the flag of each finger by how it was seen.

    Parameters
    ----------
    xyz, world : ndarray, shape (n_frames, 21, 3)
        As for `joint_angles`: of the picture with depth, and the model's metric points.
    side : {'left', 'right'}

    Returns
    -------
    dict of str to ndarray, shape (n_frames,)
        Degrees by site, NaN where an angle has no meaning, or where the hand was taken for its
        mirror image.
    dict of str to tuple of str
        By finger, see `finger_sight.flag`.

    Notes
    -----
    How a finger is read follows its flag. From its own side its outer bones are put into their
    plane (`finger_sight.in_plane`). From the palm flexion is the mean of what both kinds of points
    say: the picture's overstate a change and the metric ones understate it (root mean squares for
    curl on rendered hands: 24 and 21 degrees, of the mean 20). What is read too straight is then
    set right (`KNUCKLE_DEG`, `CURL_DEG`).
    """
    seen = sight(xyz, side=side)
    there = np.isfinite(xyz[:, 0, 0])
    flags = {finger: flag(how[there]) for finger, how in seen.items()}
    free = {finger: (how == FREE) & (not flags[finger]) for finger, how in seen.items()}
    angles = joint_angles(in_plane(xyz, free, side=side), side=side)
    mirrored = _mirrored(angles)
    metric = None if world is None else joint_angles(world, side=side)
    for finger, flagged in flags.items():
        how = next((k for k, name in FLAGS.items() if name in flagged), FREE)
        if how == HIDDEN:
            continue
        if how == PALM and metric is not None:
            angles |= {j: (angles[j] + metric[j]) / 2 for j in CURL[finger]}
        angles |= _set_right(angles, finger, how)
    if world is not None and _BESIDE.issuperset(flags["index"]):
        doubtful = _shorter_than_it_reads(angles, world)
        if np.mean(~doubtful[there]) < NEARLY_ALWAYS:
            flags["index"] = (FLAGS[HIDDEN],)
    return {site: np.where(mirrored, np.nan, x) for site, x in angles.items()}, flags


def joint_angles(xyz: Floats, *, side: Side) -> Angles:
    """Return the angles of one hand from its 21 points.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
        x to the right of the picture, y down, z away from the camera, in any unit.
    side : {'left', 'right'}
        The person's own.

    Returns
    -------
    dict of str to ndarray, shape (n_frames,)
        Degrees by site, NaN where an angle has no meaning.
    """
    angles = _thumb(xyz, side)
    for finger, first in FINGERS.items():
        angles |= _finger(finger, xyz[:, [0, *range(first, first + 4)]], across(xyz), side)
    angles |= {f"{f}_pip_dip": sum_of(angles, CURL[f][1:]) for f in FINGERS}
    return angles | {f"{f}_curl": sum_of(angles, joints) for f, joints in CURL.items()}


def _mirrored(angles: Angles) -> NDArray[np.bool_]:
    """Tell in which pictures thumb and fingers lie on the back of the hand, ``(n_frames,)``."""
    backwards = np.mean([angles[f"{f}_curl"] for f in FINGERS], axis=0) < BACKWARDS_DEG
    return np.asarray(backwards & (angles["thumb_cmc_abduction"] < 0))


def _shorter_than_it_reads(angles: Angles, world: Floats) -> NDArray[np.bool_]:
    """Tell in which pictures the index is too short to be as straight as it reads, ``(n,)``."""
    curl = angles["index_curl"]
    others = np.mean([angles[f"{f}_curl"] for f in FINGERS if f != "index"], axis=0)
    bones = np.diff(world[:, FINGERS["index"] : FINGERS["index"] + 4], axis=1)
    long = norm(bones).sum(axis=1)[:, 0] / norm(world[:, 9] - world[:, 0])[:, 0]
    with np.errstate(invalid="ignore"):
        straight = (curl < STRAIGHT_DEG) & (long < STRAIGHT_PALMS)
        points = (others - curl >= POINTS_DEG) & (long < POINTS_PALMS)
    doubtful: NDArray[np.bool_] = straight | points
    return doubtful


def _set_right(angles: Angles, finger: str, how: int) -> Angles:
    """Return the angles of a finger without what is misread where it is seen so."""
    joints, apart = CURL[finger], f"{finger}_mcp_abduction"
    knuckle = KNUCKLE_DEG[how][finger]
    outer = (CURL_DEG[how][finger] - knuckle) / 2
    more = zip(joints, (knuckle, outer, outer), strict=True)
    right = {site: angles[site] + degrees for site, degrees in more}
    return right | {
        apart: angles[apart] + (SPREAD_PALM_DEG[finger] if how == PALM else 0.0),
        f"{finger}_pip_dip": sum_of(right, joints[1:]),
        f"{finger}_curl": sum_of(right, joints),
    }


def sum_of(angles: Angles, joints: tuple[str, ...]) -> Floats:
    """Return the sum of some joints' angles."""
    total: Floats = np.sum([angles[j] for j in joints], axis=0)
    return total


def _finger(name: str, chain: Floats, radially: Floats, side: Side) -> Angles:
    """Return the angles of a finger from the wrist and its four points, ``(n, 5, 3)``."""
    metacarpal, proximal, middle, distal = np.moveaxis(np.diff(chain, axis=1), 1, 0)
    along, radial, palmar = frame(metacarpal, radially, side)
    bone = unit(proximal)
    # Flexion turns about this axis once the knuckle has been abducted.
    hinge = turn(side) * unit(without(radial, bone))
    return {
        f"{name}_mcp": angle(dot(bone, palmar), dot(bone, along)),
        f"{name}_mcp_abduction": np.degrees(np.arcsin(np.clip(dot(bone, radial), -1, 1))),
        f"{name}_pip": _bend(proximal, middle, hinge),
        f"{name}_dip": _bend(middle, distal, hinge),
    }


def _thumb(xyz: Floats, side: Side) -> Angles:
    """Return the thumb's angles; its base is held against the metacarpal of the index."""
    along, radial, palmar = frame(xyz[:, 5] - xyz[:, 0], across(xyz), side)
    metacarpal, proximal, distal = np.moveaxis(np.diff(xyz[:, 1:5], axis=1), 1, 0)
    bone = unit(metacarpal)
    normal = np.cross(bone, unit(xyz[:, 17] - xyz[:, 2]))
    hinge = unit(np.where(norm(normal) > _LEAST_SINE, normal, np.nan))
    return {
        "thumb_cmc": -angle(dot(bone, radial), dot(bone, along)),
        "thumb_cmc_abduction": np.degrees(np.arcsin(np.clip(dot(bone, palmar), -1, 1))),
        "thumb_mcp": _bend(metacarpal, proximal, hinge),
        "thumb_ip": _bend(proximal, distal, hinge),
    }


def grip(xyz: Floats, fingers: Sequence[str]) -> Floats:
    """Return how far the thumb's tip is from the nearest tip of some fingers, % of the palm.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
    fingers : sequence of str
    """
    tips = norm(xyz[:, [FINGERS[f] + 3 for f in fingers]] - xyz[:, [4]])[..., 0].min(axis=1)
    near: Floats = 100 * tips / norm(xyz[:, 9] - xyz[:, 0])[:, 0]
    return near


def fingertips(xyz: Floats) -> Angles:
    """Return where the fingertips are in the picture, to its right and down, % of the palm.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
    """
    palm = norm(xyz[:, 9] - xyz[:, 0])[:, 0]
    # One length for all pictures: a palm that is read longer or shorter moves no fingertip.
    usual = np.median(palm[np.isfinite(palm)]) if np.isfinite(palm).any() else np.nan
    return {
        f"tip_{finger}_{axis}": 100 * xyz[:, first + 3, k] / usual
        for finger, first in FINGERS.items()
        for k, axis in enumerate("xy")
    }


def lie(xyz: Floats, *, side: Side) -> Angles:
    """Return how the hand lies to the camera: where it looks from, not how the picture is turned.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
    side : {'left', 'right'}

    Returns
    -------
    dict of str to ndarray, shape (n_frames,)
        ``hand_hinge`` and ``hand_palm``: degrees by which the axis towards the thumb and that out
        of the palm point away from the camera (-90: at it).
    """
    _, radial, palmar = frame(xyz[:, 9] - xyz[:, 0], across(xyz), side)
    return {
        site: np.degrees(np.arcsin(np.clip(axis[:, 2], -1, 1)))
        for site, axis in (("hand_hinge", radial), ("hand_palm", palmar))
    }


def _wrist(xyz: Floats, forearm: Floats, side: Side) -> Angles:
    """Return flexion and deviation of the wrist where the forearm is seen."""
    along, radial, palmar = frame(xyz[:, 9] - xyz[:, 0], across(xyz), side)
    return {
        "wrist_flexion": angle(-dot(forearm, palmar), dot(forearm, along)),
        "wrist_deviation": np.degrees(np.arcsin(np.clip(-dot(forearm, radial), -1, 1))),
    }


def _of_a_wrist(angles: Angles) -> Angles:
    """Return a wrist's angles, none of them where many pictures show what no wrist does."""
    read = np.isfinite(angles["wrist_flexion"])
    beyond = [(angles[k] < least) | (angles[k] > most) for k, (least, most) in WRIST_DEG.items()]
    beyond_any = np.any(beyond, axis=0)
    none = read.any() and np.mean(~beyond_any[read]) < NEARLY_ALWAYS
    return {site: np.where(beyond_any | none, np.nan, x) for site, x in angles.items()}


def _forearm(body: Points, landmarks: Landmarks, side: Side, hand: Floats) -> Floats:
    """Return the direction from elbow to wrist, ``(n, 3)``, carried over short times unseen."""
    _, elbow, wrist = ARM[side]
    metric = np.asarray(body.xyz if body.world is None else body.world, dtype=np.float64)
    found, t_s = unit(metric[:, wrist] - metric[:, elbow]), landmarks.t_s
    size = (landmarks.width, landmarks.height)
    seen = np.isfinite(found).all(axis=1)
    seen &= ends_at(hand, body, side=side, size=size)
    there = t_s[seen]
    if not len(there):
        return np.full(found.shape, np.nan)
    after = np.searchsorted(there, t_s)
    between = (after > 0) & (after < len(there))
    apart = there[np.minimum(after, len(there) - 1)] - there[np.maximum(after - 1, 0)]
    usable = seen | (between & (apart <= CARRIED_S))
    carried = np.stack([np.interp(t_s, there, axis) for axis in found[seen].T], axis=1)
    return unit(np.where(usable[:, None], carried, np.nan))


def _bend(before: Floats, after: Floats, hinge: Floats) -> Floats:
    """Return the angle from one bone to the next about an axis, degrees."""
    return angle(dot(np.cross(before, after), hinge), dot(before, after))


def _channel(site: str, side: Side, flags: tuple[str, ...]) -> Channel:
    unit = "%" if site == "grip" or site.startswith("tip_") else "deg"
    name = f"{side}_{site}"
    return Channel(name=name, kind="finger", unit=unit, site=site, side=side, flags=flags)
