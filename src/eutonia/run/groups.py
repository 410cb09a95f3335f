"""Which spans belong together: one condition, one montage, one clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from eutonia.model import Condition, Input, Measure, Recording, Span

Piece = tuple[Recording, Span]
Groups = dict[tuple[Condition, tuple[str, ...]], list[dict[str, Piece]]]


def groups(measure: Measure, by_id: dict[str, Recording], spans: tuple[Span, ...]) -> Groups:
    """Group spans by condition and montage; several inputs must overlap on one clock."""
    inputs = measure.needs.inputs
    spans = _for_events(measure, by_id, spans)
    found: Groups = {}
    for span in spans:
        name, *others = inputs
        recording = by_id[span.recording]
        if not recording.indices(inputs[name].kind) or recording.rate_hz is None:
            continue
        for piece in _overlapping({name: (recording, span)}, others, inputs, (by_id, spans)):
            montage = tuple(
                f"{n}:{c.kind}:{c.label}"
                for n, (r, _) in piece.items()
                for c in r.channels
                if c.kind == inputs[n].kind
            )
            found.setdefault((span.condition, montage), []).append(piece)
    return found


def common_time(pieces: Iterable[Piece]) -> tuple[float, float]:
    """Return start and stop, on the visit's clock, of the time that all pieces cover."""
    starts, stops = zip(
        *((r.clock.visit_time(s.start_s), r.clock.visit_time(s.stop_s)) for r, s in pieces),
        strict=True,
    )
    return max(starts), min(stops)


#: What is recorded where a movement is read from a video; other kinds are written as they are.
_SEEN = {
    "head": "video of the head",
    "lid": "video of the eyes",
    "mouth": "video of the mouth",
    "finger": "video of a hand",
    "gait": "video of the whole body",
}


def kind_words(kind: str) -> str:
    """Return a kind of channel in words."""
    return _SEEN.get(kind, kind.upper())


def why_not_together(measure: Measure) -> str:
    """Return a sentence that says why no span was found, and what to do."""
    kinds = " and ".join(kind_words(i.kind) for i in measure.needs.inputs.values())
    if len(measure.needs.inputs) < 2:
        return f"No {kinds} with an even sampling rate was recorded."
    return (
        f"{kinds} were not recorded at the same time in the same condition on one clock. If they "
        "were, give the offset in a corrections file (clock: offset_s)."
    )


COARSE = (
    "The two recordings are aligned too coarsely (as by start times known only to the second, or "
    "by a sampling rate that wanders) to compare them wave by wave. Align them by a trigger or "
    "give the offset in a corrections file (clock: align_to or offset_s), or record both into one "
    "file."
)


def coarse(piece: dict[str, Piece]) -> bool:
    """Tell whether simultaneous recordings of different files are aligned only to the second."""
    return coarsely_aligned(*(r for r, _ in piece.values()))


def coarsely_aligned(*recordings: Recording) -> bool:
    """Tell whether recordings of different files are aligned only to the second.

    Two streams are also too coarse where the rate of one wanders about its even time axis.
    """
    files = {r.sources[0].path for r in recordings if r.sources}
    codes = {i.code for r in recordings for i in r.issues}
    return (len(files) > 1 and "clock_coarse" in codes) or (
        len({r.id for r in recordings}) > 1 and "rate_wanders" in codes
    )


def _for_events(
    measure: Measure, by_id: dict[str, Recording], spans: tuple[Span, ...]
) -> tuple[Span, ...]:
    """Return the spans, but whole recordings where the measure looks around events."""
    if not any(i.event for i in measure.needs.inputs.values()):
        return spans
    return tuple(
        Span(recording=r.id, start_s=0.0, stop_s=r.duration_s, condition=r.condition)
        for r in by_id.values()
    )


def _overlapping(
    piece: dict[str, Piece],
    others: list[str],
    inputs: Mapping[str, Input],
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> Iterator[dict[str, Piece]]:
    """Yield the piece with every simultaneous span of the other inputs in the same condition."""
    if not others:
        yield piece
        return
    by_id, spans = known
    recording, span = next(iter(piece.values()))
    for other in spans:
        candidate = by_id[other.recording]
        kind = inputs[others[0]].kind
        if (
            not candidate.indices(kind)
            or candidate.clock.id != recording.clock.id
            or other.condition != span.condition
            or candidate.rate_hz is None
        ):
            continue
        extended = {**piece, others[0]: (candidate, other)}
        start, stop = common_time(extended.values())
        if stop - start > 0:
            yield from _overlapping(extended, others[1:], inputs, known)
