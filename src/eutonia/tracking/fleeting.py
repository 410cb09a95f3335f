"""Without a hand that was no more than a glimpse: the other one, or a face, taken for it.

A tracker that has just found a hand may not know yet whose it is, and now and then a face looks
like a palm. A second hand of a tenth of a second would make a hundred sentences of what could not
be measured of it, and one that seems to lie over the lips would hide them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Landmarks, Points
from eutonia.tracking.hands import LEFT, RIGHT

#: A hand that was seen for less than this, and in less than this share of a film, was not filmed.
LEAST_S, LEAST_SHARE = 1.0, 0.1
#: A hand of a lower score is one only if it was seen so often within so long before and after: in a
#: dark face without hands 14 of 200 looks found one, with scores of 0.5 to 0.84, mostly by itself;
#: hands that are there score 0.9 and more, or are seen all the time. [D]
SURE, NEAR_S, BESIDE = 0.9, 0.6, 2
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
    kept = {}
    for name in (LEFT, RIGHT):
        if name not in landmarks.parts:
            continue
        hand = landmarks.parts[name]
        alone = _alone(hand, landmarks.t_s)
        less = hand.without(alone) if alone.any() else hand
        kept[name] = less.without(less.seen) if _fleeting(less, landmarks) else less
    if all(hand is landmarks.parts[name] for name, hand in kept.items()):
        return landmarks
    return replace(landmarks, parts={**landmarks.parts, **kept})


def _alone(hand: Points, t_s: Floats) -> NDArray[np.bool_]:
    """Tell in which pictures an unsure hand was seen with too few beside it, ``(n_frames,)``."""
    there = t_s[hand.seen]
    near = np.searchsorted(there, t_s + NEAR_S, "right") - np.searchsorted(there, t_s - NEAR_S)
    return np.asarray(hand.seen & (hand.score < SURE) & (near - 1 < BESIDE))


def _fleeting(hand: Points, landmarks: Landmarks) -> bool:
    """Tell whether a hand was seen, but so shortly that it was not what was filmed."""
    there = landmarks.t_s[hand.seen]
    if not len(there) or landmarks.n_frames < 2:
        return False
    picture = 1 / landmarks.rate_hz
    pause = min(float(np.median(np.diff(there))), LONGEST_S) if len(there) > 1 else picture
    lasted, filmed = len(there) * pause, float(np.ptp(landmarks.t_s)) + picture
    return lasted < LEAST_S and lasted < LEAST_SHARE * filmed
