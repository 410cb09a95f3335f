"""Without a hand that was no more than a glimpse: the other one, taken for it for a moment.

A tracker that has just found a hand may not know yet whose it is. A second hand of a tenth of a
second would make a hundred sentences of what could not be measured of it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.model import Landmarks, Points
from eutonia.tracking.hands import LEFT, RIGHT

#: A hand that was seen for less than this, and in less than this share of a film, was not filmed.
LEAST_S, LEAST_SHARE = 1.0, 0.1
#: Longest pause for which a look stands: beside a face hands are looked for four times a second.
LONGEST_S = 0.3


def without_fleeting(landmarks: Landmarks) -> Landmarks:
    """Return landmarks in which a hand that was only glimpsed is never seen.

    Parameters
    ----------
    landmarks : Landmarks
        As tracked, or stored.

    Returns
    -------
    Landmarks
        The same, where nothing was taken out.
    """
    hands = {name: landmarks.parts[name] for name in (LEFT, RIGHT) if name in landmarks.parts}
    glimpsed = {name: _unseen(hand) for name, hand in hands.items() if _fleeting(hand, landmarks)}
    return replace(landmarks, parts={**landmarks.parts, **glimpsed}) if glimpsed else landmarks


def _fleeting(hand: Points, landmarks: Landmarks) -> bool:
    """Tell whether a hand was seen, but so shortly that it was not what was filmed."""
    there = landmarks.t_s[hand.seen]
    if not len(there) or landmarks.n_frames < 2:
        return False
    picture = 1 / landmarks.rate_hz
    pause = min(float(np.median(np.diff(there))), LONGEST_S) if len(there) > 1 else picture
    lasted, filmed = len(there) * pause, float(np.ptp(landmarks.t_s)) + picture
    return lasted < LEAST_S and lasted < LEAST_SHARE * filmed


def _unseen(hand: Points) -> Points:
    """Return points that are not seen in any picture."""
    return replace(
        hand,
        xyz=np.full(hand.xyz.shape, np.nan, dtype=np.float32),
        score=np.zeros(len(hand.score), dtype=np.float32),
        world=None if hand.world is None else np.full(hand.world.shape, np.nan, dtype=np.float32),
    )
