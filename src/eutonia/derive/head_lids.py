"""The nod that eyes which are squeezed shut can read as, beside the angles of the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.model import Channel, Floats, Movement

#: Site and name of the channel.
SITE = "nod_of_lids"
#: Eyes are shut from this closure on, the mean of both; and for so long, which no blink lasts. [D]
SHUT, LEAST_S = 0.5, 0.5
#: How far squeezed eyes nod a still head at most, degrees. Lids shut and brows lowered by 0.8 of
#: what the mesh allows nodded all of 16 rendered people: 2.0 to 5.6 (1 to 33) and 3.0 to 5.4 (42
#: to 77); one of an outside judge went to 6.5. Lids alone did so by up to 3.1, or not at all. [D]
NOD_DEG = 6.5


def with_lids(of_head: Movement, of_lids: Movement, t_s: Floats) -> Movement:
    """Return the head's movement with the nod that shut eyes can read as.

    The model of the face nods with lowered brows, as in a spasm of the lids, so that a still head
    seems to. By how much differs between people, and whether brows are lowered is not known: the
    pitch is left as it is, and measures of how much the head moves hold it.

    Parameters
    ----------
    of_head, of_lids : Movement
        Of the same pictures.
    t_s : ndarray, shape (n_frames,)
        Times of the pictures.

    Returns
    -------
    Movement
        With a channel more, ``nod_of_lids``, degrees: the largest nod down while the eyes are shut
        for longer than a blink, else 0.
    """
    rows = [i for i, c in enumerate(of_lids.channels) if c.site == "lid"]
    if not rows:
        return of_head
    good = of_lids.good[rows].all(axis=0)
    shut = good & (of_lids.x[rows].mean(axis=0) > SHUT)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], shut, [False]]).astype(np.int8)))
    nod = np.zeros(shut.shape)
    for start, stop in edges.reshape(-1, 2):
        if t_s[stop - 1] - t_s[start] >= LEAST_S:
            nod[start:stop] = -NOD_DEG
    added = Channel(name=SITE, kind="head", unit="deg", site=SITE, side="midline")
    return replace(
        of_head,
        channels=(*of_head.channels, added),
        x=np.vstack([of_head.x, nod]),
        good=np.vstack([of_head.good, good]),
    )
