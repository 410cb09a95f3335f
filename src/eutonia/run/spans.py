"""Which stretch of which recording holds which condition."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from eutonia.model import Condition, Recording, Span, Visit
from eutonia.read import spans


def visit_spans(visit: Visit) -> tuple[Span, ...]:
    """Return the spans of all recordings, repeats numbered over the visit for each kind.

    Recordings count in the order of their clock's offset, then of their id.
    """
    seen: Counter[tuple[str, Condition]] = Counter()
    numbered = []
    ordered = sorted(visit.recordings, key=lambda r: (r.clock.offset_s, r.id))
    for recording in ordered:
        for span in spans(recording):
            key = (_stream(recording), span.condition)
            seen[key] += 1
            numbered.append(replace(span, repeat=seen[key]))
    return tuple(numbered)


def _stream(recording: Recording) -> str:
    """Return what makes two recordings repeats of each other: kind and channels."""
    return recording.kind + "|" + "|".join(c.label for c in recording.channels)
