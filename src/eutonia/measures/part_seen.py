"""What the camera's landmarks show of a jaw's way: a part of it that differs between people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import Floats
from eutonia.stats.intervals import student_quantile
from eutonia.stats.misread import misread
from eutonia.stats.normal import HALF_95


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """Limits of a number that is its part seen, over the mean part that is seen of people.

    Parameters
    ----------
    spread : float or ndarray, shape (n_parts,)
        Standard deviation of the part that is seen, over its mean; 0: all of it is.
    sd : ndarray, broadcasts with the values
        Standard deviation of an error that blocks do not show, in the unit of the value.
    """

    spread: float | Floats
    sd: float | Floats = 0.0

    def __call__(self, value: Floats, error: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Return lower and upper limits; see `eutonia.model.Limits`."""
        of_blocks = student_quantile(0.975, df)[:, None] * error
        reach = np.hypot(of_blocks, HALF_95 * np.asarray(self.sd))
        return misread(value, reach, reach, HALF_95 * np.asarray(self.spread))
