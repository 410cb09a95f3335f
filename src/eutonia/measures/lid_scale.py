"""The scale of a lid between open and shut: how it is bent, and what that makes of limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Floats, Varying
from eutonia.model.result import Limits
from eutonia.stats.normal import HALF_95

#: The scale of a lid is not straight: one that is closed by a share p reads p**e. Mean and standard
#: deviation, between lids, of log e after gentle closures: 0.3 and 0.3 (people 20 to 24, 40 to 60),
#: -0.01 and 0.39 (nine below 50, with light and with dark skin, straight and turned by 20 degrees).
#: These hold both: a lid that is half shut reads 0.17 to 0.69 then. [D]
BENT, BENT_SD = 0.15, 0.4
#: The same between the two lids of one person, for each (0.05 to 0.12), and from one condition to
#: another, as of a head that turns (0.24 of these nine with light skin, 0.31 with dark). [D]
BENT_SIDES_SD, BENT_ANEW_SD = 0.12, 0.28
#: How far log e lies below and above 0 in 95 % of lids.
_STEPS = (HALF_95 * BENT_SD - BENT, HALF_95 * BENT_SD + BENT)
#: Log e between which 95 % of lids lie.
BENT_FROM, BENT_TO = -_STEPS[0], _STEPS[1]
_NOTHING = (np.zeros((1, 1)), np.zeros((1, 1)))


@dataclass(frozen=True, kw_only=True, eq=False)
class Bent:
    """What the scale of each lid, which is not straight, makes of a share of the time.

    Parameters
    ----------
    below, above : ndarray, shape (n_targets, 1)
        How much lower and higher the share of a straight scale can be (95 %); 0 for eyes without
        gentle closures, of which less is known.
    slope : ndarray, shape (n_targets, 1)
        How much more it reads for each unit of log e; see `BENT`.
    rests : ndarray of bool, shape (n_targets, 1)
        Whether the lid is as far closed for half of the time as the level may lie.
    ends : tuple of ndarray, shape (n_targets, 1)
        How much lower than the lowest and higher than the highest it can be by chance (95 %).
    """

    below: Floats
    above: Floats
    slope: Floats
    rests: NDArray[np.bool_]
    ends: tuple[Floats, Floats]

    def times(self, by: float) -> Bent:
        """Return it in another unit."""
        lowest, highest = self.ends
        return replace(
            self,
            below=by * self.below,
            above=by * self.above,
            slope=by * self.slope,
            ends=(by * lowest, by * highest),
        )

    def around(self, limits: Limits) -> Limits:
        """Return limits that hold it too, besides an independent error."""
        return _Around(limits=limits, below=self.below, above=self.above)

    def varying(
        self, sides: Floats | float = 0.0, *, other: tuple[Floats, Floats] = _NOTHING
    ) -> Varying:
        """Return what of it does not cancel between conditions and between sides.

        A lid that rests near the level is above it, or is not, after a small change of its scale:
        no slope tells that. What it can be lower or higher beyond its slope is then held as it is.

        Parameters
        ----------
        sides : ndarray, shape (n_targets, 1)
            Standard deviation of what else is new in each side.
        other : tuple of ndarray, shape (n_targets, 1)
            How much lower and higher it can be of eyes without gentle closures; 0 for the others.
        """
        down, up = _STEPS
        below, above = self.below + other[0], self.above + other[1]
        straight = np.minimum(np.abs(self.slope), np.minimum(below / down, above / up))
        slope = np.where(self.rests, straight, self.slope)
        # Both lids are of one person: what their scales share moves each by its own slope.
        person = float(np.hypot(BENT, BENT_SD))
        unlike = np.sqrt(2) * person * (slope - slope.mean(axis=0)) * self.rests.any()
        # What a lid reads when it is shut is its own.
        own = np.where(self.rests, slope * (down + up) * (other[0] + other[1] > 0), sum(other))
        return Varying(
            sd=BENT_ANEW_SD * slope,
            share=person * np.ones_like(slope),
            place=slope,
            sides=np.sqrt(
                np.square(sides)
                + (BENT_SIDES_SD * slope) ** 2
                + unlike**2
                + (own / (2 * HALF_95)) ** 2
            ),
            further=(
                np.where(self.rests, below + self.ends[0] - down * slope, 0.0),
                np.where(self.rests, above + self.ends[1] - up * slope, 0.0),
            ),
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Around:
    """Limits that also hold an independent error."""

    limits: Limits
    below: Floats
    above: Floats

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        lo, hi = self.limits(value, error, df)
        return value - np.hypot(value - lo, self.below), value + np.hypot(hi - value, self.above)
