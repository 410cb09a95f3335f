"""What a camera can see of a finger's bend, from the landmarks alone.

One camera sees a bend where the finger's hinge points at it and nothing lies before the finger:
then the bend lies in the picture. The model's own depth is good enough to tell the direction of the
hand (correlation 0.97 with the truth on rendered hands), not to tell a bend that points at the
camera, and where a finger is hidden the model lets it follow those that are seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from eutonia.derive.hand_frame import FINGERS, across, frame, norm, unit, without
from eutonia.model import Floats, Side

#: How a finger is seen: from its own side and free; from the palm; from its own side with its end
#: behind the thumb, as around a pen; from ahead over the hand's back; so that its bend is guessed;
#: or behind two other fingers, so that nothing is known.
FREE, PALM, PINCHED, FRONT, GUESSED, HIDDEN = range(6)
Sight = NDArray[np.int8]
#: Flags of a finger for all but `FREE`.
FLAGS = {
    PALM: "bend_from_palm",
    PINCHED: "bend_pinched",
    FRONT: "bend_from_front",
    GUESSED: "bend_guessed",
    HIDDEN: "bend_hidden",
}
#: Cosine of the angle between the hand's hinge and the line of sight from which it is seen from its
#: side (45 degrees), and of that between the palm's direction and it for the palm (26). Beyond
#: these, errors on rendered hands (people 0 to 19) begin to grow. [D]
SIDE_ON, PALM_ON = 0.7, 0.9
#: Cosines of the angles from the line of sight to the back of the hand (63 degrees at most) and to
#: the fingers' direction (76) from which a bend is seen from ahead: the picture then shows how far
#: a fingertip comes down. A change of curl shows there as 0.8 to 1.0 of it, straight from above as
#: 0.4, and straight along the fingers the hand is often misplaced (rendered people 0 to 78). [D]
BACK_ON, AHEAD_ON = 0.45, 0.25
#: Width of a finger, share of the palm (wrist to middle knuckle; about 18 of 90 mm). [D]
WIDTH = 0.2
#: And from which the little finger's side does not show that finger: fingers that point at the
#: camera by this (cosine; 66 degrees). Its limits held 77 (78) % of 228 (232) little fingers there,
#: as guessed ones 99 (100) %, and 96 (97) % of the others (level films, people 0 to 39; 40 to 79);
#: of the other three fingers they held 93 to 98 % there. [D]
TOWARDS = 0.4
#: A hand is one that the model took for its mirror image where its four fingers bend backwards by
#: this on average, degrees of curl, and its thumb lies behind the palm too. Such a hand lies turned
#: by 60 degrees and more, mostly half round, most often in films that look level along the fingers.
#: Of 83 (95) hands so misplaced in level films this finds 87 (83) %, of 59 (54) in others 90 (91);
#: of 3982 (3440) other hands it loses none (0.1 %), and of 86 (73) whose fingers were overstretched
#: by 15 to 30 degrees 1 % (none; people 0 to 39, by whom it was chosen; 40 to 79). -40 degrees
#: without the thumb found 75 (76) and 86 (91) %, and lost 9 (12) % of those overstretched. [D]
BACKWARDS_DEG = -5.0
#: Share of pictures in which a finger must be seen well, because a channel's flag holds for all
#: conditions of a film; and above which a hidden one is not used at all. [D]
NEARLY_ALWAYS, OFTEN = 0.9, 0.5
#: First point of the thumb.
_THUMB = 1
#: Sign of the hinge's depth where the finger is on the camera's half of the hand.
_NEAR = {"index": -1, "middle": -1, "ring": 1, "little": 1}


def sight(xyz: Floats, *, side: Side) -> dict[str, Sight]:
    """Return how each finger is seen.

    A finger is seen *from its side* where the hinge of the hand points within 45 degrees of the
    camera, the finger is one of the two on that side (index and middle seen from the thumb's,
    ring and little from the little finger's), and none of its points beyond the knuckle lies
    within a finger's width behind a nearer finger or the thumb; the little finger, where they do
    not point at the camera (`TOWARDS`). It is *pinched* where only the thumb covers it, and that
    beyond its middle joint. The other two are *hidden*.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
        x to the right of the picture, y down, z away from the camera, in any unit.
    side : {'left', 'right'}

    Returns
    -------
    dict of str to ndarray of int8, shape (n_frames,)
        By finger: `FREE`, `PALM`, `PINCHED`, `FRONT`, `GUESSED` or `HIDDEN`. Where the hand
        was not seen: `GUESSED`.
    """
    along, radial, palmar = frame(xyz[:, 9] - xyz[:, 0], across(xyz), side)
    hinge, palm = radial[:, 2], palmar[:, 2]
    front = (palm >= BACK_ON) & (along[:, 2] <= -AHEAD_ON)
    found = {}
    for finger, near in _NEAR.items():
        others = [k for k in FINGERS.values() if k != FINGERS[finger]]
        beside = (near * hinge >= SIDE_ON) & ~_covered(xyz, finger, others).any(axis=1)
        if finger == "little":
            beside &= along[:, 2] > -TOWARDS
        thumb = _covered(xyz, finger, [_THUMB])
        free, pinched = beside & ~thumb.any(axis=1), beside & ~thumb[:, 0]
        hidden = near * hinge <= -SIDE_ON
        which = np.select(
            [free, pinched, hidden, palm <= -PALM_ON, front],
            [FREE, PINCHED, HIDDEN, PALM, FRONT],
            GUESSED,
        )
        found[finger] = which.astype(np.int8)
    return found


def flag(seen: Sight) -> tuple[str, ...]:
    """Return the flag of a finger, if any, from how the pictures that show the hand see it."""
    if not len(seen):
        return (FLAGS[GUESSED],)
    if np.mean(seen == HIDDEN) > OFTEN:
        return (FLAGS[HIDDEN],)
    if np.mean(seen == FREE) >= NEARLY_ALWAYS:
        return ()
    for how in (PALM, PINCHED, FRONT):
        if np.mean((seen == FREE) | (seen == how)) >= NEARLY_ALWAYS:
            return (FLAGS[how],)
    return (FLAGS[GUESSED],)


def best(flags: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the flag of that of some fingers that was seen best."""
    order = [(), *((FLAGS[how],) for how in (PALM, PINCHED, FRONT, GUESSED, HIDDEN))]
    return min(flags, key=order.index)


def in_plane(xyz: Floats, free: Mapping[str, NDArray[np.bool_]], *, side: Side) -> Floats:
    """Return the points with the outer two bones of free fingers put into their plane of bending.

    The outer joints are hinges: their bones lie at right angles to the hinge. Where it points at
    the camera that says their depth better than the model does, so that it replaces it: on rendered
    hands 0.92 of a change of curl is then read, in place of 0.85.

    Parameters
    ----------
    xyz : ndarray, shape (n_frames, 21, 3)
    free : mapping of str to ndarray of bool, shape (n_frames,)
        By finger, in which pictures to do so.
    side : {'left', 'right'}

    Returns
    -------
    ndarray, shape (n_frames, 21, 3)
        What obeys this already, as an ideal hand does, is not changed.
    """
    flat = xyz.copy()
    for finger, first in FINGERS.items():
        rows = free[finger]
        chain = xyz[rows, first : first + 4]
        _, radial, _ = frame(xyz[rows, first] - xyz[rows, 0], across(xyz[rows]), side)
        hinge = unit(without(radial, unit(chain[:, 1] - chain[:, 0])))
        bones = np.diff(chain[:, 1:], axis=1)
        depth = -np.einsum("nbk,nk->nb", bones[..., :2], hinge[:, :2]) / hinge[:, 2:]
        flat[rows, first + 2 : first + 4, 2] = chain[:, 1:2, 2] + np.cumsum(depth, axis=1)
    return flat


def _covered(xyz: Floats, finger: str, others: Iterable[int]) -> NDArray[np.bool_]:
    """Tell which points beyond the knuckle lie in the picture behind others, ``(n_frames, 3)``.

    `others` are the first points of nearer fingers.
    """
    first = FINGERS[finger]
    mine = xyz[:, first + 1 : first + 4, None]
    width = WIDTH * norm(xyz[:, 9] - xyz[:, 0])[:, 0]
    covered = np.zeros((len(xyz), 3), dtype=bool)
    for other in others:
        start, bone = xyz[:, None, other : other + 3], np.diff(xyz[:, other : other + 4], axis=1)
        bone = bone[:, None]
        long = np.maximum((bone[..., :2] ** 2).sum(axis=-1), 1e-12)
        along = ((mine - start)[..., :2] * bone[..., :2]).sum(axis=-1) / long
        away = mine - start - np.clip(along, 0, 1)[..., None] * bone
        beside = np.linalg.norm(away[..., :2], axis=-1) < width[:, None, None]
        covered |= (beside & (away[..., 2] > 0)).any(axis=2)
    return covered
