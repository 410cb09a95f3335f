"""Gathering what a measure is given: the blocks of one condition, checked and masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import (
    MOVEMENTS,
    SHOULDERS_NOT_SOUGHT,
    Block,
    Channel,
    Condition,
    Cross,
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
from eutonia.run.blocks import Memo, aux_blocks, block
from eutonia.run.crosstalk import FLAG as CROSSTALK
from eutonia.run.crosstalk import SECONDS, correlated
from eutonia.run.groups import (
    COARSE,
    Piece,
    coarse,
    common_time,
    groups,
    kind_words,
    why_not_together,
)
from eutonia.run.movements import EVENT, completed
from eutonia.run.targets import resolve, why_no_target

#: Most bytes of samples that one input may hold in memory.
MAX_BYTES = 1_500_000_000


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
            yield say("no_input", f"No {kind_words(kind)} was recorded.")
            return
    found = groups(measure, by_id, spans)
    if not found:
        yield say("no_clock", why_not_together(measure))
    taken = {k: v for k, v in found.items() if measure.needs.takes(k[0])}
    if found and not taken:
        only = "; ".join(sorted({condition.label for condition, _ in found}))
        yield say("no_task", f"Recorded only in {only}, in which this measure is not taken.")
    for (condition, _), combined in taken.items():
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


def _one(
    measure: Measure,
    pieces: list[dict[str, Piece]],
    say: Sayer,
    memo: Memo,
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> Iterator[Gathered | NotMeasurable]:
    """Check the needs of one condition and montage, and load it."""
    needs = measure.needs
    if coarse(pieces[0]):
        yield say("no_clock", COARSE)
        return
    kept: dict[str, tuple[int, ...]] = {}
    for name, need in needs.inputs.items():
        problem, kept[name], left_out = _usable_channels(name, need, pieces)
        for channel, why in left_out:
            yield say("channel", why, channel)
        if problem:
            yield say(*problem)
            return
    channels = {n: _channels([p[n][0] for p in pieces], kept[n]) for n in needs.inputs}
    rows, targets = resolve(needs.target, channels)
    if not targets:
        yield say("no_target", why_no_target(needs.target, channels))
        return
    blocks = {n: tuple(block(n, needs, p, kept[n], memo) for p in pieces) for n in needs.inputs}
    blocks = {
        n: tuple(
            completed(b, p[n][0], known[0].values(), memo) if needs.inputs[n].event == EVENT else b
            for b, p in zip(found, pieces, strict=True)
        )
        for n, found in blocks.items()
    }
    if problem := _event_problem(measure, blocks):
        yield say(*problem)
        return
    aux = {}
    for name, declared in needs.aux.items():
        first = next(iter(needs.inputs))
        spans = tuple(s for s in known[1] if declared.holds(s.condition, say.condition))
        wanted = (known[0], spans)
        aux[name] = aux_blocks(needs.inputs[first], channels[first], memo, wanted)
        if not aux[name] and not declared.optional:
            what = f"the task {declared.task!r}"
            if declared.factor:
                what = f"{say.condition.label} with {declared.factor} {declared.level}"
            yield say("no_aux", f"No recording of {what} was made.")
            return
    yield Gathered(
        condition=say.condition,
        inputs=Inputs(
            blocks=blocks, targets=rows, aux=aux, condition=say.condition, channels=channels
        ),
        targets=targets,
        flags=_flags(needs.target, channels, rows, _shared(needs, pieces[0], kept, rows, memo)),
        recordings=tuple(dict.fromkeys(r.id for p in pieces for r, _ in p.values())),
        repeats=tuple(next(iter(p.values()))[1].repeat for p in pieces),
        device=next((r.device for p in pieces for r, _ in p.values() if r.device), ""),
        short=_short(needs, rows, blocks, channels),
    )


def _usable_channels(
    name: str, need: Input, pieces: list[dict[str, Piece]]
) -> tuple[tuple[str, str] | None, tuple[int, ...], list[tuple[str, str]]]:
    """Return what prevents the measure, the rows that it may use, and those it may not."""
    recordings = [p[name][0] for p in pieces]
    rate = min(r.rate_hz or 0.0 for r in recordings)
    kind = kind_words(need.kind)
    if rate < need.min_rate_hz:
        why = (
            f"{kind[0].upper()}{kind[1:]} was sampled at {rate:g} Hz; at least "
            f"{need.min_rate_hz:g} Hz are needed."
        )
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
        elif need.unit and channel.unit != need.unit and channel.kind in MOVEMENTS:
            continue  # of a video: another quantity, not a unit that was mistaken
        elif need.unit and channel.unit != need.unit:
            why = (
                f"The channel is in {channel.unit or 'no unit'}, not in {need.unit}: give its unit "
                "in channels.tsv, in the header of the column, such as [mV], or in a corrections "
                "file (unit, factor)."
            )
            left_out.append((channel.label, why))
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
    x, *_ = memo.read(recording, "emg.filtered", start, stop, kept[name])
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


def _channels(recordings: Sequence[Recording], kept: Iterable[int]) -> tuple[Channel, ...]:
    """Return what the rows are, with the flags that any of the pooled recordings raised."""
    pooled = []
    for i in kept:
        flags = dict.fromkeys(f for r in recordings for f in r.channels[i].flags)
        pooled.append(replace(recordings[0].channels[i], flags=tuple(flags)))
    return tuple(pooled)


def _short(
    needs: Needs,
    rows: NDArray[np.intp],
    blocks: dict[str, tuple[Block, ...]],
    channels: dict[str, tuple[Channel, ...]],
) -> tuple[str, ...]:
    """Return, for each target, a sentence where too little of it is usable; empty if enough."""
    inputs = needs.inputs
    columns = _columns(needs.target, list(blocks), rows.shape[1])
    usable = {n: sum(b.mask.sum(axis=1) / b.rate_hz for b in blocks[n]) for n in blocks}
    sentences = []
    for row in rows:
        left, name, i = min(
            (float(usable[n][i]) - inputs[n].min_s, n, int(i))
            for n, i in zip(columns, row, strict=True)
        )
        need = inputs[name].min_s
        sentences.append(_too_little(channels[name][i], left + need, need) if left < -0.5 else "")
    return tuple(sentences)


#: From where movements of a video show that do not show from everywhere, by site.
_SHOWS = {
    **dict.fromkeys(("arm", "foot_pitch", "hip", "knee", "trunk_sagittal"), "from the side"),
    "trunk_lateral": "from the front or back",
    "foot_inversion": "from the front",
    "shift_sagittal": "in profile",
}


def _too_little(channel: Channel, seconds: float, need: float) -> str:
    """Return why a channel cannot be used of which so many seconds may be used."""
    if SHOULDERS_NOT_SOUGHT in channel.flags:
        return (
            "The shoulders were not looked for in this film. If it shows them: --part face "
            "--part body, or video: {parts: [face, body]} in its corrections."
        )
    at_least = f"at least {need:g} s are needed."
    if channel.kind not in MOVEMENTS:
        return f"Only {seconds:.1f} s are free of bad samples; {at_least}"
    if view := _SHOWS.get(channel.site):
        return f"It shows only {view}, and was seen so for {seconds:.1f} s; {at_least}"
    return f"Only {seconds:.1f} s of it were seen well enough; {at_least}"
