"""A trembling head moves the landmarks of a still jaw: what of a jaw's tremor it can be.

Eyes and nose of each picture are laid on the person's own mean, which takes the head's movement off
those of the jaw, but not quite: the model of the face draws all faces about as deep, and smooths.
What is left follows the head in step. Channels of the mouth's recording (sites `SITES`) hold how
eyes and nose were turned, so that a rhythm of the jaw is held against the head's at its frequency.
The reverse, what a jaw makes of the head, is `eutonia.measures.nod_of_jaw`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.knowledge import table
from eutonia.measures.nod_of_jaw import MOST_RMS_DEG, followed
from eutonia.model import Inputs

#: Sites of the channels that `eutonia.derive.mouth` adds to the mouth's.
SITES = ("head_yaw", "head_pitch", "head_roll")
_OPENING, _PITCH = "jaw_opening", "head_pitch"
#: Movement of the jaw over that of the head, root mean squares, % per degree. Up to here a still
#: jaw follows the head: 0.1 to 0.75 on rendered people whose head nodded, shook or tilted by 1 to 4
#: degrees at 3 to 7 Hz; with 0.4 degrees, near the least size of a rhythm, up to 1.5. [D]
MOST_OF_HEAD = 0.8
#: From here on the jaw's own rhythm is most of it: jaws that trembled with a still head had 2.1 and
#: more, for the model of the face nods with them; one of 29 had less. [D]
LEAST_OF_JAW = 2.0
#: Noted where both may be in it.
SAME = (
    "head: the head seems to tremble at the same frequency, in step with the jaw: part of the "
    "jaw's rhythm may be the head's, or part of the head's the jaw's"
)
_REASON = (
    "The head trembles by {deg:.2g} degrees (root mean square) in step with the jaw, at {hz:.1f} "
    f"Hz, and a still jaw seems to move by up to {MOST_OF_HEAD:g} % for each degree: {{pct:.2g}} % "
    "is no more than that, and a tremor of the jaw that is hidden in it cannot be told."
)


@dataclass(frozen=True, kw_only=True)
class OfHead:
    """A rhythm of the jaw held against the head's at its frequency.

    Parameters
    ----------
    freq_hz, size_pct : float
        Of the jaw's rhythm.
    head_deg : float
        Root mean square of the head in step with it, over all axes; 0 where it is not.
    own_deg : float
        The same without a nod that is no more than a trembling jaw makes of a still head.
    """

    freq_hz: float
    size_pct: float
    head_deg: float
    own_deg: float

    @property
    def reason(self) -> str:
        """Why this is not told from the head's tremor; empty where it is."""
        if self.size_pct > MOST_OF_HEAD * self.head_deg:
            return ""
        return _REASON.format(deg=self.head_deg, hz=self.freq_hz, pct=self.size_pct)

    @property
    def both(self) -> bool:
        """Whether the rhythm is the jaw's, but may hold some of the head's."""
        return not self.reason and self.size_pct <= LEAST_OF_JAW * self.own_deg


def of_head(x: Inputs, row: int, *, freq_hz: float, size_pct: float) -> OfHead:
    """Hold the rhythm of one channel of the mouth against the head's.

    Parameters
    ----------
    x : Inputs
        With ``mouth``; without the channels at `SITES` nothing is known of the head.
    row : int
        The channel.
    freq_hz, size_pct : float
        Of its rhythm; NaN where it has none.
    """
    sites = [c.site for c in x.channels["mouth"]]
    head = own = 0.0
    for axis in [i for i, s in enumerate(sites) if s in SITES] if np.isfinite(freq_hz) else ():
        # The gains of either after the other: their ratio is that of the powers.
        after = abs(followed(x["mouth"], (row, axis), freq_hz))
        before = abs(followed(x["mouth"], (axis, row), freq_hz))
        deg = float(size_pct * np.sqrt(before / after)) if after else 0.0
        head = float(np.hypot(head, deg))
        nod = (sites[row], sites[axis]) == (_OPENING, _PITCH)
        own = own if nod and _of_jaw(deg, size_pct) else float(np.hypot(own, deg))
    return OfHead(freq_hz=freq_hz, size_pct=size_pct, head_deg=head, own_deg=own)


def _of_jaw(deg: float, size_pct: float) -> bool:
    """Tell whether a nod is no more than an opening makes, as `nod_of_jaw` takes it off."""
    most = abs(float(table("nod_of_jaw")["deg_per_percent"])) * size_pct
    return deg <= min(MOST_RMS_DEG, most)
