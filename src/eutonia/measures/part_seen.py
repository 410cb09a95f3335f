"""What landmarks show of the way of a jaw or a corner: a part that differs between people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.measures.positions import apart as mean_of
from eutonia.model import Floats, Inputs, Varying
from eutonia.stats.intervals import student_quantile
from eutonia.stats.misread import misread
from eutonia.stats.normal import HALF_95

#: Of a pulled corner 0.54 to 0.9 is shown in the mean of ways of pulling, SD between people 0.1 to
#: 0.2, to 0.4 outwards in turned heads: one less what is shown, over two standard deviations. Light
#: and dark skin differ by 0.02 to 0.07. 25 people (even ones to 48) in each. [D]
OF_CORNER = 0.28
#: What a corner seems to go outwards, SD in %, for each % by which it is pulled up or down. [D]
OUT_OF_UP = 0.35


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


def out_of_up(x: Inputs, rows: NDArray[np.intp]) -> Floats:
    """Return how far corners seem to go outwards by standing higher or lower than the other's, SD.

    Parameters
    ----------
    x : Inputs
        With ``mouth``.
    rows : ndarray of int, shape (n_targets,)
        A channel of each target.

    Returns
    -------
    ndarray, shape (n_targets,)
        In %, with sign; 0 for other sites.
    """
    outwards = [x.channels["mouth"][row].site == "corner_out" for row in rows]
    return OUT_OF_UP * mean_of(x, "corner_up") * np.array(outwards)


def with_part(varying: Varying, x: Inputs, rows: NDArray[np.intp]) -> Varying:
    """Return an error of the camera's that also holds how much of a corner's way is shown.

    Parameters
    ----------
    varying : Varying
        With a share above 0 that is the same in all parts of a target.
    x, rows
        As of `out_of_up`.
    """
    assert varying.share is not None and varying.place is not None
    by_height = out_of_up(x, rows)[:, None] / varying.share[:, :1]
    return replace(
        varying,
        place=np.concatenate([varying.place, by_height], axis=1),
        gain=np.full(varying.sd.shape, OF_CORNER),
    )
