"""What eyes that are squeezed shut make of how much a still head seems to move.

The tracker's model of the face nods with lowered brows: a head that keeps still seems to nod with
every spasm of the lids, and no choice of points helps (see `eutonia.measures.nod_of_jaw`). The
derivation of the head says when the eyes are shut, as the largest nod that this can read as.
"""

from __future__ import annotations

import numpy as np

from eutonia.model import Floats, Inputs

#: Site of the channel that holds that nod, degrees.
SITE = "nod_of_lids"
#: Below this share of the time nothing is held. [D]
LEAST_SHARE = 0.02
NOTE = (
    "the eyes were shut for longer than a blink in {share:.0%} of the time, and eyes that are "
    "squeezed shut nod a still head by up to {nod:g} degrees in what the camera shows: the lower "
    "limit and differences hold it"
)


def _nod(x: Inputs) -> Floats:
    """Return the nod in all samples, empty where it is not known or the eyes are hardly shut."""
    rows = [i for i, c in enumerate(x.channels["head"]) if c.site == SITE]
    if not rows:
        return np.zeros(0)
    read = np.abs(np.concatenate([b.x[rows[0]][b.mask[rows[0]]] for b in x["head"]]))
    # The curve that is laid through pictures swings about the steps of eyes that shut and open.
    shut = read > read.max(initial=0.0) / 2
    if not len(read) or shut.mean() < LEAST_SHARE:
        return np.zeros(0)
    return np.where(shut, np.median(read[shut]), 0.0)


def most_deg(x: Inputs) -> float:
    """Return how much squeezed eyes make a still head seem to move at most, root mean square."""
    nod = _nod(x)
    return float(nod.std()) if len(nod) else 0.0


def notes(x: Inputs) -> tuple[str, ...]:
    """Return what is said beside a movement that may be made by squeezed eyes."""
    nod = _nod(x)
    if not len(nod):
        return ()
    said = NOTE.format(share=(nod != 0).mean(), nod=nod.max())
    return (f"{x.condition.label}: {said}",)
