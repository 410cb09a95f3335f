"""Whether the hand that was seen is the one that the segments of a film name."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from eutonia.model import Issue, Landmarks, Side, Span

#: The named hand is missed where it is seen in less than this share of its segments, and the other
#: one is taken for it where that is seen in more than half of them. [D]
SELDOM, MOSTLY = 0.1, 0.5
_OTHER: dict[Side, Side] = {"left": "right", "right": "left"}


def named_otherwise(landmarks: Landmarks, spans: Iterable[Span]) -> tuple[Issue, ...]:
    """Say where a segment names one hand and the other one was seen in its place.

    Parameters
    ----------
    landmarks : Landmarks
        With ``left_hand`` or ``right_hand``.
    spans : iterable of Span
        Segments of the film; those with a ``side`` of left or right are looked at.

    Returns
    -------
    tuple of Issue
        One for each side that was named.
    """
    wrong: dict[Side, list[Span]] = {}
    for span in spans:
        for side, other in _OTHER.items():
            if span.condition.get("side") == side and (
                _share(landmarks, side, span) < SELDOM and _share(landmarks, other, span) > MOSTLY
            ):
                wrong.setdefault(side, []).append(span)
    return tuple(_issue(side, found) for side, found in wrong.items())


def _share(landmarks: Landmarks, side: Side, span: Span) -> float:
    """Return the share of a segment's pictures in which a hand was seen."""
    hand = landmarks.parts.get(f"{side}_hand")
    inside = (landmarks.t_s >= span.start_s) & (landmarks.t_s < span.stop_s)
    return float(np.mean(hand.seen[inside])) if hand is not None and inside.any() else 0.0


def _issue(side: Side, found: list[Span]) -> Issue:
    names = ", ".join(dict.fromkeys(f"'{span.condition.label}'" for span in found))
    return Issue(
        code="other_hand",
        severity="warning",
        message=f"The segment {names} names the {side} hand, and a {_OTHER[side]} one was seen: "
        f"its numbers stand under the {_OTHER[side]} hand. Where the film is a mirror image, say "
        "so with --mirrored; where the segment is wrong, correct it; else the tracker took one "
        "hand for the other, and its numbers are not to be used.",
    )
