"""Whether a film of a hand was taken from where a camera sees how its fingers bend."""

from __future__ import annotations

from collections.abc import Iterable

from eutonia.derive.finger_sight import FLAGS, GUESSED, HIDDEN
from eutonia.derive.hand_frame import FINGERS
from eutonia.model import HAND_SMALL, Issue, Landmarks, Movement, Side

#: A hand that is seen in less than this share of the pictures is not what a film was made for. [D]
MOSTLY = 0.5
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
    fingers = [c for m in movements if m.kind == "finger" for c in m.channels]
    issues = []
    for side in _SIDES:
        hand = landmarks.parts.get(f"{side}_hand")
        sites = {f"{f}_curl" for f in FINGERS}
        flags = [set(c.flags) for c in fingers if c.side == side and c.site in sites]
        seen = hand is not None and hand.seen.mean() > MOSTLY
        if seen and flags and all(f & _UNSEEN and HAND_SMALL not in f for f in flags):
            issues.append(_issue(side))
    return tuple(issues)


def _issue(side: Side) -> Issue:
    return Issue(
        code="guessed_view",
        severity="warning",
        message=f"No finger of the {side} hand was seen so that its bend shows: all of them are "
        "guessed, and lines beside the fingers are to be expected, most of all where the camera "
        "looks level along them. Look at the pictures before any number. `eutonia protocols` says "
        "from where to film.",
    )
