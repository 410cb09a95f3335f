"""What the joints do over a stride of a walk and of a run.

All figures are drawn by us [D]; no recording stands behind them. Those of the walk are round ones
of a usual adult. Those of the run were chosen so that a leg of common proportions carries the body
as a run must: while a foot stands it goes back under the hips at an even speed, the hips sink and
rise by what the flights ask for, and the foot that swings keeps off the ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

#: Shares of the stride from a foot's landing (0) to its next (1), and degrees.
Knots = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """The joints over one stride of a foot.

    Parameters
    ----------
    toe_off : float
        Share of the stride at which the foot leaves the ground.
    legs : mapping of str to CubicSpline
        By joint, from the share of the stride to degrees: flexion of hip and knee, dorsiflexion of
        the ankle.
    arm_forward, elbow : float
        Middle of the arm's swing, and what is added to the elbow's slight bend at rest, degrees.
    """

    toe_off: float
    legs: Mapping[str, CubicSpline]
    arm_forward: float
    elbow: float


def _legs(**knots: Knots) -> dict[str, CubicSpline]:
    return {
        joint: CubicSpline(np.asarray(at), np.asarray(degrees), bc_type="periodic")
        for joint, (at, degrees) in knots.items()
    }


WALKING = Course(
    toe_off=0.62,
    legs=_legs(
        hip_forward=((0, 0.1, 0.3, 0.5, 0.62, 0.75, 0.87, 1), (17, 15, 3, -12, -8, 12, 19, 17)),
        knee=((0, 0.12, 0.38, 0.5, 0.62, 0.72, 0.87, 1), (-3, 9, -2, 5, 33, 56, 20, -3)),
        ankle=((0, 0.07, 0.25, 0.45, 0.62, 0.75, 0.9, 1), (0, -5, 4, 10, -14, -2, 1, 0)),
    ),
    arm_forward=0.0,
    elbow=-12.0,
)

_RUN = (0, 0.05, 0.11, 0.18, 0.25, 0.31, 0.36, 0.43, 0.52, 0.64, 0.78, 0.88, 0.95, 1)
RUNNING = Course(
    toe_off=0.36,
    legs=_legs(
        hip_forward=(_RUN, (24, 24, 21, 11, -2, -12, -19, -22, -11, 16, 40, 35, 27, 24)),
        knee=(_RUN, (18, 30, 40, 40, 34, 26, 21, 29, 54, 84, 74, 36, 17, 18)),
        ankle=(_RUN, (6, 8, 18, 28, 24, 12, -1, -13, -15, -2, 12, 9, 7, 6)),
    ),
    arm_forward=-22.0,
    elbow=68.0,
)
