"""The nod that the opening of the jaw can read as, beside the angles of the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.knowledge import table
from eutonia.model import Channel, Movement

#: Site and name of the channel.
SITE = "nod_of_jaw"


def with_jaw(of_head: Movement, of_mouth: Movement) -> Movement:
    """Return the head's movement with the nod that the jaw's opening can read as.

    The model of the face moves all of it with the jaw, also forehead and eyes, so that a still head
    nods by a little. By how much differs between people, and with the size of the opening: the
    pitch is left as it is, and measures that look for a rhythm take off what follows the jaw.

    Parameters
    ----------
    of_head, of_mouth : Movement
        Of the same pictures.

    Returns
    -------
    Movement
        With a channel more, ``nod_of_jaw``, degrees: the largest nod that such an opening reads as
        on rendered people (``knowledge/nod_of_jaw``), from its mean.
    """
    sites = [c.site for c in of_mouth.channels]
    if "jaw_opening" not in sites:
        return of_head
    row = sites.index("jaw_opening")
    opening, good = of_mouth.x[row], of_mouth.good[row]
    if not good.any():
        return of_head
    nod = table("nod_of_jaw")["deg_per_percent"] * (opening - opening[good].mean())
    added = Channel(name=SITE, kind="head", unit="deg", site=SITE, side="midline")
    return replace(
        of_head,
        channels=(*of_head.channels, added),
        x=np.vstack([of_head.x, np.where(good, nod, 0.0)]),
        good=np.vstack([of_head.good, good]),
    )
