"""Gathering what a measure is given: the blocks of one condition, checked and masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from eutonia.derive import DerivedSignal, derive
from eutonia.knowledge import table
from eutonia.model import (
    Block,
    Channel,
    Condition,
    Cross,
    Events,
    Floats,
    Input,
    Inputs,
    Measure,
    Needs,
    NotMeasurable,
    Pairs,
    Recording,
    Span,
    Target,
    Visit,
)
from eutonia.run.crosstalk import FLAG as CROSSTALK
from eutonia.run.crosstalk import SECONDS, correlated
from eutonia.run.targets import resolve, why_no_target

#: Most bytes of samples that one input may hold in memory.
MAX_BYTES = 1_500_000_000


@dataclass
class Memo:
    """Derived samples that were read already, the oldest forgotten beyond `limit` bytes."""

    limit: int = 400_000_000
    kept: dict[tuple[object, ...], tuple[Floats, NDArray[np.bool_]]] = field(default_factory=dict)

    def read(
        self, recording: Recording, derivation: str, start: int, stop: int, rows: tuple[int, ...]
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Return derived samples and their mask, read once."""
        key = (recording.id, derivation, start, stop, rows)
        if key not in self.kept:
            signal = cast("DerivedSignal", derive(recording, derivation).signal)
            self.kept[key] = signal.read_masked(start, stop, rows)
            while len(self.kept) > 1 and sum(x.nbytes for x, _ in self.kept.values()) > self.limit:
                del self.kept[next(iter(self.kept))]
        return self.kept[key]


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """The inputs of one condition and montage, and what had to be left out."""

    condition: Condition
    inputs: Inputs
    targets: tuple[Target, ...]
    flags: tuple[tuple[str, ...], ...]
    recordings: tuple[str, ...]
    repeats: tuple[int, ...]
    device: str = ""
    short: tuple[str, ...] = ()


def gather(
    measure: Measure, visit: Visit, spans: tuple[Span, ...], memo: Memo
) -> Iterator[Gathered | NotMeasurable]:
    """Yield what the measure needs, condition by condition, or why it cannot be had."""
    say = Sayer(measure)
    by_id = {r.id: r for r in visit.recordings}
    kinds = {i.kind for i in measure.needs.inputs.values()}
    for kind in sorted(kinds):
        if not any(c.kind == kind for r in visit.recordings for c in r.channels):
            yield say("no_input", f"No {kind.upper()} was recorded.")
            return
    aux_tasks = {a.task for a in measure.needs.aux.values()}
    groups = _groups(measure, by_id, _for_events(measure, by_id, spans))
    if not groups:
        yield say("no_clock", _not_together(measure))
    for (condition, _), combined in groups.items():
        if condition.get("task") in aux_tasks:
            continue
        yield from _one(measure, combined, say.within(condition), memo, (by_id, spans))


@dataclass(frozen=True)
class Sayer:
    """Builds the NotMeasurable of one measure and condition."""

    measure: Measure
    condition: Condition = Condition()

    def __call__(self, code: str, reason: str, target: str = "") -> NotMeasurable:
        """Return the sentence with all that it is about."""
        m = self.measure
        return NotMeasurable(
            measure=m.id,
            version=m.version,
            title=m.title,
            tier=m.tier,
            code=code,
            reason=reason,
            condition=self.condition,
            target=target,
        )

    def within(self, condition: Condition) -> Sayer:
        """Return one that speaks about a condition."""
        return replace(self, condition=condition)


Piece = tuple[Recording, Span]
Groups = dict[tuple[Condition, tuple[str, ...]], list[dict[str, Piece]]]


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


def _groups(measure: Measure, by_id: dict[str, Recording], spans: tuple[Span, ...]) -> Groups:
    """Group spans by condition and montage; several inputs must overlap on one clock."""
    inputs = measure.needs.inputs
    groups: Groups = {}
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
            groups.setdefault((span.condition, montage), []).append(piece)
    return groups


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


def common_time(pieces: Iterable[Piece]) -> tuple[float, float]:
    """Return start and stop, on the visit's clock, of the time that all pieces cover."""
    starts, stops = zip(
        *((r.clock.visit_time(s.start_s), r.clock.visit_time(s.stop_s)) for r, s in pieces),
        strict=True,
    )
    return max(starts), min(stops)


def _not_together(measure: Measure) -> str:
    kinds = " and ".join(i.kind.upper() for i in measure.needs.inputs.values())
    if len(measure.needs.inputs) < 2:
        return f"No {kinds} with an even sampling rate was recorded."
    return (
        f"{kinds} were not recorded at the same time in the same condition on one clock. If they "
        "were, give the offset in a corrections file (clock: offset_s)."
    )


def _one(
    measure: Measure,
    pieces: list[dict[str, Piece]],
    say: Sayer,
    memo: Memo,
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> Iterator[Gathered | NotMeasurable]:
    """Check the needs of one condition and montage, and load it."""
    needs = measure.needs
    if _coarse(pieces[0]):
        yield say("no_clock", _COARSE)
        return
    kept: dict[str, tuple[int, ...]] = {}
    for name, need in needs.inputs.items():
        problem, kept[name], left_out = _usable_channels(name, need, pieces)
        for channel, why in left_out:
            yield say("channel", why, channel)
        if problem:
            yield say(*problem)
            return
    channels = {n: tuple(pieces[0][n][0].channels[i] for i in kept[n]) for n in needs.inputs}
    rows, targets = resolve(needs.target, channels)
    if not targets:
        yield say("no_target", why_no_target(needs.target, channels))
        return
    blocks = {n: tuple(_block(n, needs, p, kept[n], memo) for p in pieces) for n in needs.inputs}
    if problem := _event_problem(measure, blocks):
        yield say(*problem)
        return
    aux = {}
    for name, declared in needs.aux.items():
        first = next(iter(needs.inputs))
        aux[name] = _aux_blocks(declared.task, needs.inputs[first], channels[first], memo, known)
        if not aux[name] and not declared.optional:
            yield say("no_aux", f"No recording of the task {declared.task!r} was made.")
            return
    yield Gathered(
        condition=say.condition,
        inputs=Inputs(blocks=blocks, targets=rows, aux=aux),
        targets=targets,
        flags=_flags(needs.target, channels, rows, _shared(needs, pieces[0], kept, rows, memo)),
        recordings=tuple(dict.fromkeys(r.id for p in pieces for r, _ in p.values())),
        repeats=tuple(next(iter(p.values()))[1].repeat for p in pieces),
        device=next((r.device for p in pieces for r, _ in p.values() if r.device), ""),
        short=_short(needs.target, rows, blocks, needs.inputs),
    )


_COARSE = (
    "The start times of the two recordings are known only to the second, which is too coarse to "
    "compare them wave by wave. Give the offset in a corrections file (clock: offset_s), or record "
    "both into one file."
)


def _coarse(piece: dict[str, Piece]) -> bool:
    """Tell whether simultaneous recordings of different files are aligned only to the second."""
    recordings = [r for r, _ in piece.values()]
    files = {r.sources[0].path for r in recordings if r.sources}
    return len(files) > 1 and any(i.code == "clock_coarse" for r in recordings for i in r.issues)


def _usable_channels(
    name: str, need: Input, pieces: list[dict[str, Piece]]
) -> tuple[tuple[str, str] | None, tuple[int, ...], list[tuple[str, str]]]:
    """Return what prevents the measure, the rows that it may use, and those it may not."""
    recordings = [p[name][0] for p in pieces]
    rate = min(r.rate_hz or 0.0 for r in recordings)
    kind = need.kind.upper()
    if rate < need.min_rate_hz:
        why = f"{kind} was sampled at {rate:g} Hz; at least {need.min_rate_hz:g} Hz are needed."
        return ("rate", why), (), []
    seconds = sum(stop - start for start, stop in (common_time(p.values()) for p in pieces))
    if seconds < need.min_s:
        why = f"Only {seconds:.1f} s of {kind} in this condition; at least {need.min_s:g} s needed."
        return ("too_short", why), (), []
    rows, left_out = [], []
    for row in recordings[0].indices(need.kind):
        flags = {f for r in recordings for f in r.channels[row].flags} & need.not_flags
        channel = recordings[0].channels[row]
        if flags:
            left_out.append((channel.label, f"The channel is {' and '.join(sorted(flags))}."))
        else:
            rows.append(row)
    if not rows:
        return ("no_channel", f"No {kind} channel can be used."), (), left_out
    n_bytes = 8 * len(rows) * seconds * rate
    if n_bytes > MAX_BYTES:
        why = (
            f"{seconds / 60:.0f} minutes of {len(rows)} channels are more than fits into memory "
            "at once; mark the stretches of interest as conditions in events.tsv."
        )
        return ("too_long", why), (), left_out
    return None, tuple(rows), left_out


def _block(
    name: str, needs: Needs, piece: dict[str, Piece], rows: tuple[int, ...], memo: Memo
) -> Block:
    """Read one input of one span, cut to the time that all its inputs cover."""
    recording, _ = piece[name]
    return _read(recording, needs.inputs[name], common_time(piece.values()), rows, memo)


def _read(
    recording: Recording,
    need: Input,
    during: tuple[float, float],
    rows: tuple[int, ...],
    memo: Memo,
) -> Block:
    """Read samples between two times of the visit's clock."""
    rate = recording.rate_hz or 0.0
    start_s, stop_s = (recording.clock.recording_time(t) for t in during)
    start = max(0, round(start_s * rate))
    stop = min(recording.n_samples, round(stop_s * rate))
    x, mask = memo.read(recording, need.derive, start, stop, rows)
    return Block(
        x=x,
        mask=mask,
        rate_hz=rate / (1 + recording.clock.drift_ppm * 1e-6),
        events=_named(recording.events.between(start_s, stop_s), need.event),
        start_s=recording.clock.visit_time(start / rate),
    )


def _named(events: Events, canonical: str) -> Events:
    if not canonical:
        return events
    synonyms = {canonical, *table("events").get(canonical, ())}
    return events.named(*(n for n in set(events.name) if n.strip().lower() in synonyms))


def _event_problem(
    measure: Measure, blocks: dict[str, tuple[Block, ...]]
) -> tuple[str, str] | None:
    for name, need in measure.needs.inputs.items():
        if need.event and not any(len(b.events) for b in blocks[name]):
            return "no_events", (
                f"No event {need.event!r} is marked in this recording; mark them in events.tsv "
                f"(trial_type {need.event})."
            )
    return None


def _aux_blocks(
    task: str,
    need: Input,
    channels: tuple[Channel, ...],
    memo: Memo,
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> tuple[Block, ...]:
    """Read the auxiliary condition from the same muscles; missing channels are masked."""
    by_id, spans = known
    blocks = []
    for span in spans:
        recording = by_id[span.recording]
        place = {recording.channels[i].label: i for i in recording.indices(need.kind)}
        if span.condition.get("task") != task or not recording.rate_hz:
            continue
        rows = [place.get(c.label, -1) for c in channels]
        present = tuple(r for r in rows if r >= 0)
        if not present or recording.rate_hz < need.min_rate_hz:
            continue
        during = recording.clock.visit_time(span.start_s), recording.clock.visit_time(span.stop_s)
        block = _read(recording, need, during, present, memo)
        x = np.zeros((len(rows), block.x.shape[1]))
        mask = np.zeros(x.shape, dtype=bool)
        there = np.array(rows) >= 0
        x[there], mask[there] = block.x, block.mask
        blocks.append(replace(block, x=x, mask=mask))
    return tuple(blocks)


def _shared(
    needs: Needs,
    piece: dict[str, Piece],
    kept: dict[str, tuple[int, ...]],
    rows: NDArray[np.intp],
    memo: Memo,
) -> NDArray[np.bool_]:
    """Tell which pairs of EMG channels hear the same muscle, from the first span."""
    name, need = next(iter(needs.inputs.items()))
    recording, span = piece[name]
    if not isinstance(needs.target, Pairs) or need.kind != "emg":
        return np.zeros(len(rows), dtype=bool)
    rate = recording.rate_hz or 0.0
    start = round(span.start_s * rate)
    stop = min(round(span.stop_s * rate), start + round(SECONDS * rate))
    x, _ = memo.read(recording, "emg.filtered", start, stop, kept[name])
    return correlated(x, rows, rate_hz=rate)


def _flags(
    rule: object,
    channels: dict[str, tuple[Channel, ...]],
    rows: NDArray[np.intp],
    shared: NDArray[np.bool_],
) -> tuple[tuple[str, ...], ...]:
    """Return the quality flags of each target: those left on its channels, and cross-talk."""
    columns = _columns(rule, list(channels), rows.shape[1])
    found = []
    for row, same in zip(rows, shared, strict=True):
        flags = {f for n, i in zip(columns, row, strict=True) for f in channels[n][i].flags}
        found.append(tuple(sorted(flags | ({CROSSTALK} if same else set()))))
    return tuple(found)


def _columns(rule: object, names: list[str], width: int) -> list[str]:
    return [rule.first, rule.second] if isinstance(rule, Cross) else names[:1] * width


def _short(
    rule: object,
    rows: NDArray[np.intp],
    blocks: dict[str, tuple[Block, ...]],
    inputs: Mapping[str, Input],
) -> tuple[str, ...]:
    """Return, for each target, a sentence where too little of it is usable; empty if enough."""
    columns = _columns(rule, list(blocks), rows.shape[1])
    usable = {n: sum(b.mask.sum(axis=1) / b.rate_hz for b in blocks[n]) for n in blocks}
    sentences = []
    for row in rows:
        left = min(
            (float(usable[n][i]) - inputs[n].min_s, n) for n, i in zip(columns, row, strict=True)
        )
        need = inputs[left[1]].min_s
        sentences.append(
            f"Only {left[0] + need:.1f} s are free of bad samples; at least {need:g} s are needed."
            if left[0] < -0.5
            else ""
        )
    return tuple(sentences)
