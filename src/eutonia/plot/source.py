"""What a figure is drawn from, and on: arrays or a finding, and axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from eutonia.model import EutoniaError, Evidence, Finding, Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Arrays = Mapping[str, NDArray[np.generic]]


class CannotDraw(EutoniaError):  # noqa: N818 - named after the situation
    """The arrays of a figure are missing, or do not suffice."""


@dataclass(frozen=True)
class Drawn:
    """The arrays of a figure, and which row of them is drawn; `finding` where one was given."""

    arrays: Arrays
    row: int
    finding: Finding | None = None

    @property
    def title(self) -> str:
        """What the row is about; empty where neither the finding nor the arrays say so."""
        if self.finding is not None:
            return self.finding.estimate.target.label
        return str(self.arrays["labels"][self.row]) if "labels" in self.arrays else ""

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

    def floats(self, name: str) -> Floats:
        """Return an array as it is."""
        return np.asarray(self.arrays[name], dtype=np.float64)

    def of_row(self, name: str) -> Floats:
        """Return the row of an array; of a single number: the number."""
        whole = self.floats(name)
        return np.asarray(whole[self.row] if whole.ndim else whole)


def drawn(
    source: Finding | Arrays, evidence: Evidence | None, row: int, needed: tuple[str, ...]
) -> Drawn:
    """Return what is drawn.

    Raises
    ------
    CannotDraw
        If a needed array or the row is missing; says which there are.
    """
    finding = source if isinstance(source, Finding) else None
    if finding is not None:
        if evidence is None or finding.estimate.evidence not in evidence:
            raise CannotDraw(
                f"The arrays behind {finding.estimate.measure} are missing: give `evidence`, as "
                "`eutonia.formats.assessment.load` returns it."
            )
        arrays: Arrays = evidence[finding.estimate.evidence]
        row = finding.estimate.row
    elif isinstance(source, Mapping):
        arrays = source
    else:
        raise CannotDraw(f"Give a Finding or a mapping of arrays, not {type(source).__name__}.")
    missing = [name for name in needed if name not in arrays]
    if missing:
        raise CannotDraw(
            f"This figure needs the arrays {', '.join(needed)}; {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing. There are: {', '.join(arrays)}."
        )
    n = len(np.atleast_1d(arrays[needed[0]]))
    if not 0 <= row < n:
        raise CannotDraw(f"Row {row} does not exist: `{needed[0]}` has {n}, counted from 0.")
    return Drawn(arrays, row, finding)


def own_axes(width_in: float = 5.0, height_in: float = 2.6) -> Axes:
    """Return axes on a new figure that needs neither a window nor pyplot.

    Parameters
    ----------
    width_in, height_in : float
        Size of the figure in inches.

    Returns
    -------
    Axes
        ``axes.figure.savefig`` writes it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure.add_subplot()
