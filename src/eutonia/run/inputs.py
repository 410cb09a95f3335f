"""Gathering what a measure is given: the blocks of one condition, checked and masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from eutonia.model import (
    ENVELOPE,
    HAND_SMALL,
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
from eutonia.run.flagged import why_flagged
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
    channels = {n: _channels([p[n] for p in pieces], kept[n]) for n in needs.inputs}
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
    for name in needs.aux:
        aux[name], why = _aux(needs, name, say.condition, (channels, memo), known)
        if why:
            yield say("no_aux", why)
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


def _aux(
    needs: Needs,
    name: str,
    condition: Condition,
    first: tuple[dict[str, tuple[Channel, ...]], Memo],
    known: tuple[dict[str, Recording], tuple[Span, ...]],
) -> tuple[tuple[Block, ...], str]:
    """Return the spans of an auxiliary condition, or why one that is needed cannot be had."""
    declared, (channels, memo) = needs.aux[name], first
    of = next(iter(needs.inputs))
    spans = tuple(s for s in known[1] if declared.holds(s.condition, condition))
    blocks = aux_blocks(needs.inputs[of], channels[of], memo, (known[0], spans))
    if blocks or declared.optional:
        return blocks, ""
    what = f"the task {declared.task!r}"
    if declared.factor:
        what = f"{condition.label} with {declared.factor} {declared.level}"
    if not spans:
        return (), f"No recording of {what} was made."
    return (), (
        f"The recording of {what} cannot be used: it lacks these channels, is sampled too slowly, "
        "or is raw where this one is an envelope."
    )


def _usable_channels(
    name: str, need: Input, pieces: list[dict[str, Piece]]
) -> tuple[tuple[str, str] | None, tuple[int, ...], list[tuple[str, str]]]:
    """Return what prevents the measure, the rows that it may use, and those it may not."""
    recordings = [p[name][0] for p in pieces]
    rate = min(r.rate_hz or 0.0 for r in recordings)
    kind, of_kind = kind_words(need.kind), recordings[0].indices(need.kind)
    each = {row: [r.channels[row] for r in recordings] for row in of_kind}
    slow = {row: _slow(need, cs, rate) for row, cs in each.items()}
    if slow and all(slow.values()):
        return ("rate", next(iter(slow.values()))), (), []
    seconds = sum(stop - start for start, stop in (common_time(p.values()) for p in pieces))
    if not need.long_enough(seconds, rate):
        only, least_s = below(seconds, need.min_s), max(need.min_s, need.for_interval_s)
        why = f"Only {only} s of {kind} in this condition; at least {least_s:g} s needed."
        return ("too_short", why), (), []
    rows, left_out = [], []
    for row, channels in each.items():
        if need.unit and channels[0].unit != need.unit and channels[0].kind in MOVEMENTS:
            continue  # of a video: another quantity, not a unit that was mistaken
        if why := _flagged(need, channels) or slow[row] or _other_unit(need, channels[0]):
            left_out.append((channels[0].label, why))
        else:
            rows.append(row)
    if not rows:
        # What prevents all of them is said once.
        alike = {why for _, why in left_out}
        if len(alike) == 1:
            return ("no_channel", alike.pop()), (), []
        return ("no_channel", f"No {kind} channel can be used."), (), left_out
    n_bytes = 8 * len(rows) * seconds * rate
    if n_bytes > MAX_BYTES:
        why = (
            f"{seconds / 60:.0f} minutes of {len(rows)} channels are more than fits into memory "
            "at once; mark the stretches of interest as conditions in events.tsv."
        )
        return ("too_long", why), (), left_out
    return None, tuple(rows), left_out


def _slow(need: Input, channels: list[Channel], rate_hz: float) -> str:
    """Return why a channel, in the recordings of a condition, was sampled too slowly."""
    if all(need.fast_enough(rate_hz, c.flags) for c in channels):
        return ""
    least = max(need.least_rate_hz(c.flags) for c in channels)
    kind = kind_words(need.kind)
    return (
        f"{kind[0].upper()}{kind[1:]} was sampled at {rate_hz:g} Hz; at least {least:g} Hz are "
        "needed."
    )


def below(value: float, limit: float) -> str:
    """Return a number that is below a limit with digits enough to be read as below it.

    Examples
    --------
    >>> below(5.0, 8.0), below(7.96, 8.0)
    ('5.0', '7.96')
    """
    written = (f"{value:.{digits}f}" for digits in range(1, 7))
    return next((w for w in written if float(w) < limit), f"{value!r}")


def _flagged(need: Input, channels: list[Channel]) -> str:
    """Return what is wrong with a channel in one of the recordings of a condition."""
    flags = {f for c in channels for f in c.flags}
    if excluded := flags & need.not_flags:
        return why_flagged(flags, excluded)
    if need.envelope_rate_hz and len({ENVELOPE in c.flags for c in channels}) > 1:
        return "The channel is an envelope in one recording of this condition and raw in another."
    return ""


def _other_unit(need: Input, channel: Channel) -> str:
    if not need.unit or channel.unit == need.unit:
        return ""
    return (
        f"The channel is in {channel.unit or 'no unit'}, not in {need.unit}: give its unit in "
        "channels.tsv, in the header of the column, such as [mV], or in a corrections file (unit, "
        "factor)."
    )


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
    raw = [ENVELOPE not in recording.channels[i].flags for i in kept[name]]
    both = np.array(raw)[rows].all(axis=1)
    found = np.zeros(len(rows), dtype=bool)
    if both.any():  # of an envelope cross-talk cannot be told, which its flag says
        x, *_ = memo.read(recording, "emg.filtered", start, stop, kept[name])
        found[both] = correlated(x, rows[both], rate_hz=rate)
    return found


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


def _channels(pieces: Sequence[Piece], kept: Iterable[int]) -> tuple[Channel, ...]:
    """Return what the rows are, with the flags that any of the pooled spans raised."""
    pooled = []
    for i in kept:
        flags = dict.fromkeys(
            f for r, span in pieces for f in r.channels[i].flags_in(span.start_s, span.stop_s)
        )
        pooled.append(replace(pieces[0][0].channels[i], flags=tuple(flags), passing=()))
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
        need = inputs[name]
        seconds = left + need.min_s
        sentences.append(_too_little(channels[name][i], seconds, need) if left < -0.5 else "")
    return tuple(sentences)


#: From where movements of a video show that do not show from everywhere, by site.
_SHOWS = {
    **dict.fromkeys(("hip", "knee", "trunk_sagittal"), "from the side"),
    "arm": "from the side on which it is, since the trunk hides the far one",
    "foot_pitch": "from the side, where the other leg does not hide it",
    "trunk_lateral": "squarely from the front or back",
    "foot_inversion": "from the front",
    "shift_sagittal": "in profile",
    "shoulder": "while no hand is raised",
    **dict.fromkeys(
        ("wrist_flexion", "wrist_deviation"),
        "where head, shoulder, elbow and hand are in one picture, without which no arm is found",
    ),
}


def _too_little(channel: Channel, seconds: float, need: Input) -> str:
    """Return why a channel cannot be used of which so many seconds may be used."""
    if SHOULDERS_NOT_SOUGHT in channel.flags:
        return (
            "The shoulders were not looked for in this film. If it shows them: --part face "
            "--part body, or video: {parts: [face, body]} in its corrections."
        )
    at_least = f"at least {max(need.min_s, need.for_interval_s):g} s are needed."
    if HAND_SMALL in channel.flags:
        return (
            "The hand is too small in the picture, or the camera looks along it: in most of the "
            "film its palm is less than 40 pixels long, and the curl of a finger is then misread "
            "by 50 to 100 degrees. Film closer, so that hand and forearm fill the picture, and not "
            "level with the fingers."
        )
    if channel.kind not in MOVEMENTS:
        return f"Only {seconds:.1f} s are free of bad samples; {at_least}"
    if view := _SHOWS.get(channel.site):
        return f"It shows only {view}, and was seen so for {seconds:.1f} s; {at_least}"
    return f"Only {seconds:.1f} s of it were seen well enough; {at_least}"
