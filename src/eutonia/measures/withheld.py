"""What the measures withhold as hidden, taken off what is shown of a film beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eutonia.measures.covered_mouth import at_mouthpiece
from eutonia.measures.hand_sight import FRONT, PALM
from eutonia.model import Floats, Movement, Span

#: Sites of the mouth that a mouthpiece hides, so that nothing is said about them.
BEHIND_MOUTHPIECE = frozenset({"jaw_opening", "lip_gap", "lip_height"})
#: Joints of a finger that a film does not tell apart, and channels that only measures use.
_NOT_EACH, _INNER = ("pip", "dip"), "tip_"
#: What of a hand reads wrong from ahead.
_BESIDE_ONLY = ("wrist", "grip")


def tells(site: str, flags: Sequence[str]) -> bool:
    """Tell whether a channel of a hand says something by itself, as `hand.posture` holds it."""
    joint = site.partition("_")[2]
    spread = joint == "mcp_abduction" and PALM not in flags
    ahead = site.startswith(_BESIDE_ONLY) and FRONT in flags
    return not (site.startswith(_INNER) or joint in _NOT_EACH or spread or ahead)


def without_hidden(
    movements: Sequence[Movement], t_s: Floats, spans: Sequence[Span]
) -> tuple[Movement, ...]:
    """Return movements without what no measure gives: behind a mouthpiece, and single joints.

    Parameters
    ----------
    movements : sequence of Movement
        Of the same pictures; what is neither the mouth's nor a hand's stays as it is.
    t_s : ndarray, shape (n_frames,)
    spans : sequence of Span
        Of the film.
    """
    behind = np.zeros(len(t_s), dtype=bool)
    for span in spans:
        if at_mouthpiece(span.condition):
            behind |= (t_s >= span.start_s) & (t_s < span.stop_s)

    def seen(movement: Movement) -> Movement:
        if movement.kind == "finger":
            rows = [i for i, c in enumerate(movement.channels) if tells(c.site, c.flags)]
            channels = tuple(movement.channels[i] for i in rows)
            return replace(
                movement, channels=channels, x=movement.x[rows], good=movement.good[rows]
            )
        covers = np.array([c.site in BEHIND_MOUTHPIECE for c in movement.channels], dtype=bool)
        return replace(movement, good=movement.good & ~(covers[:, None] & behind))

    return tuple(seen(m) if m.kind in ("mouth", "finger") else m for m in movements)
