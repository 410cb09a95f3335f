"""Whether a film of a hand was taken from where, and so near, that its fingers' bends show."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eutonia.derive.finger_sight import FLAGS, FRONT, GUESSED, HIDDEN
from eutonia.derive.hand_frame import FINGERS
from eutonia.model import HAND_SMALL, Issue, Landmarks, Movement, Side

#: A hand that is seen in less than this share of the pictures is not what a film was made for. [D]
MOSTLY = 0.5
#: A palm (wrist to middle knuckle) of fewer pixels shows from ahead so little of a bend that none
#: may be read: fingers that curled by 40 to 80 degrees more than at rest read 42 too straight
#: with palms of 46 to 82 pixels, 26 with 120 and 21 with 180 (`eutonia.measures.hand.curl`). [D]
SMALL_PX = 100.0
_MIDDLE_KNUCKLE = 9
_SIDES: tuple[Side, ...] = ("left", "right")
_UNSEEN = {FLAGS[GUESSED], FLAGS[HIDDEN]}


def guessed_view(landmarks: Landmarks, movements: Iterable[Movement]) -> tuple[Issue, ...]:
    """Say of a film of the hand alone that no finger was seen so that its bend shows.

    Parameters
    ----------
    landmarks : Landmarks
        Of the film; with a face it is not one of the hand alone.
    movements : iterable of Movement
        What was seen in it.

    Returns
    -------
    tuple of Issue
        One for each hand that is large enough and was seen in most pictures.
    """
    if "face" in landmarks.parts:
        return ()
    curls = _curls(movements)
    issues = []
    for side in _SIDES:
        hand = landmarks.parts.get(f"{side}_hand")
        flags = curls[side]
        seen = hand is not None and hand.seen.mean() > MOSTLY
        if seen and flags and all(f & _UNSEEN and HAND_SMALL not in f for f in flags):
            issues.append(_issue(side))
    return tuple(issues)


def small_from_ahead(landmarks: Landmarks, movements: Iterable[Movement]) -> tuple[Issue, ...]:
    """Say of a hand that was seen from ahead that it is too small for a bend to show.

    Parameters
    ----------
    landmarks : Landmarks
        Of the film.
    movements : iterable of Movement
        What was seen in it.

    Returns
    -------
    tuple of Issue
        One for each such hand.
    """
    curls = _curls(movements)
    issues = []
    for side in _SIDES:
        hand = landmarks.parts.get(f"{side}_hand")
        if hand is None or not any(FLAGS[FRONT] in flags for flags in curls[side]):
            continue
        palm = hand.xyz[hand.seen][:, _MIDDLE_KNUCKLE, :2] - hand.xyz[hand.seen][:, 0, :2]
        pixels = float(np.median(np.hypot(*palm.T))) if len(palm) else np.inf
        if pixels < SMALL_PX:
            issues.append(_small(side, pixels))
    return tuple(issues)


def _curls(movements: Iterable[Movement]) -> dict[Side, list[set[str]]]:
    """Return the flags of each finger's curl, by hand."""
    sites = {f"{f}_curl" for f in FINGERS}
    fingers = [c for m in movements if m.kind == "finger" for c in m.channels]
    return {
        side: [set(c.flags) for c in fingers if c.side == side and c.site in sites]
        for side in _SIDES
    }


def _small(side: Side, pixels: float) -> Issue:
    return Issue(
        code="small_hand",
        severity="warning",
        message=f"Seen from ahead the {side} hand is small ({pixels:.0f} pixels from wrist to "
        f"knuckles, {SMALL_PX:.0f} are needed): a finger that curls or lifts may not show at all, "
        "and lines lie on the fingers nevertheless. Film with 1080 lines, the hand filling the "
        "picture.",
    )


def _issue(side: Side) -> Issue:
    return Issue(
        code="guessed_view",
        severity="warning",
        message=f"No finger of the {side} hand was seen so that its bend shows: all of them are "
        "guessed, and lines beside the fingers are to be expected, most of all where the camera "
        "looks level along them. Look at the pictures before any number. `eutonia protocols` says "
        "from where to film.",
    )
