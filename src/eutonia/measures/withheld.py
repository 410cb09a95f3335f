"""What the measures withhold as hidden, taken off what is shown of a film beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eutonia.measures.covered_mouth import at_mouthpiece
from eutonia.model import Floats, Movement, Span

#: Sites of the mouth that a mouthpiece hides, so that nothing is said about them.
BEHIND_MOUTHPIECE = frozenset({"jaw_opening", "lip_gap", "lip_height"})


def without_hidden(
    movements: Sequence[Movement], t_s: Floats, spans: Sequence[Span]
) -> tuple[Movement, ...]:
    """Return movements without what is guessed behind a mouthpiece, as no measure gives it either.

    Parameters
    ----------
    movements : sequence of Movement
        Of the same pictures; what is not the mouth's stays as it is.
    t_s : ndarray, shape (n_frames,)
    spans : sequence of Span
        Of the film.
    """
    behind = np.zeros(len(t_s), dtype=bool)
    for span in spans:
        if at_mouthpiece(span.condition):
            behind |= (t_s >= span.start_s) & (t_s < span.stop_s)

    def seen(movement: Movement) -> Movement:
        covers = np.array([c.site in BEHIND_MOUTHPIECE for c in movement.channels], dtype=bool)
        return replace(movement, good=movement.good & ~(covers[:, None] & behind))

    return tuple(seen(m) if m.kind == "mouth" else m for m in movements)
