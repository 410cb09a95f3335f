"""What landmarks show of the way of a jaw or a corner: a part that differs between people."""

from __future__ import annotations

from collections.abc import Mapping
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

#: Root mean square of a jaw's tremor that shows as 1 %, %, by site, and the power by which it grows
#: with what is shown: the smaller a tremor, the smaller the part of it that landmarks show. Of jaws
#: of 11 rendered people (1 to 31), five in light and six in dark skin, straight and turned by 15
#: degrees, at 3 to 7.5 Hz, compressed as films are, 0.07 to 0.63 of 0.5 % is shown, 0.21 to 0.91 of
#: 1.5 % and 0.23 to 0.8 of 3 %; of jaws that tremble to the sides by 2 and 4 %, 0.07 to 0.34. [D]
OF_ONE: Mapping[str, float] = {"jaw_opening": 1.95, "jaw_deviation": 4.3}
GROWS = 0.7
#: The most that is shown in the mean: as of slow jaws (`mouth.jaw_excursion`, `jaw_deviation`).
MOST_SHOWN: Mapping[str, float] = {"jaw_opening": 0.68, "jaw_deviation": 0.335}
#: SD of the logarithm of such a size between people, films and sizes (0.26 of those where 0.2 % and
#: more is shown: 0.25 smaller than it is read in light skin, 0.12 larger in dark), and between
#: conditions of one person. [D]
OF_TREMOR, OF_TREMOR_ANEW = 0.3, 0.16


def tremor_whole(shown: Floats, site: str) -> Floats:
    """Return the size of a jaw's tremor from that which landmarks show, root mean squares in %.

    Examples
    --------
    >>> np.round(tremor_whole(np.array([0.2, 0.4, 1.0, 2.0]), "jaw_opening"), 2)
    array([0.63, 1.03, 1.95, 3.17])
    """
    with np.errstate(invalid="ignore"):
        small = OF_ONE[site] * np.asarray(shown) ** GROWS
        return np.asarray(np.fmax(small, shown / MOST_SHOWN[site]))


def tremor_shown(whole: Floats | float, site: str) -> Floats:
    """Return what landmarks show of the size of a jaw's tremor in the mean, as `tremor_whole`."""
    small = (np.asarray(whole) / OF_ONE[site]) ** (1 / GROWS)
    return np.asarray(np.fmin(small, np.asarray(whole) * MOST_SHOWN[site]))


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
