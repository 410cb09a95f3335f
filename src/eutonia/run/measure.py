"""Running one measure, or all of them, over a visit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from eutonia.measures import Entry
from eutonia.model import (
    Absent,
    CannotMeasure,
    Context,
    Estimate,
    Evidence,
    Measure,
    NotMeasurable,
    Outcome,
    Result,
    Span,
    TooShort,
    Untold,
    Visit,
)
from eutonia.model.measure import AT_LEAST
from eutonia.run.blocks import Memo
from eutonia.run.contrasts import contrasts
from eutonia.run.differences import Measured
from eutonia.run.inputs import Gathered, Sayer, gather
from eutonia.run.pool import Pooled, pool
from eutonia.run.spans import visit_spans

#: Most block values kept with an estimate.
_KEPT_BLOCKS = 30

#: Noted on EEG numbers (clinical-rules.md §1: the drug state is required there).
UNKNOWN_DRUGS = "drug state unknown"

Progress = Callable[[str, int, int], None]


def run(
    visit: Visit, entries: Iterable[Entry], *, seed: int = 0, progress: Progress | None = None
) -> Outcome:
    """Take every measure from a visit.

    Parameters
    ----------
    visit : Visit
        With recordings that were inspected (``eutonia.quality``).
    entries : iterable of Entry
        From ``eutonia.measures.entries()``.
    seed : int
        Of all resampling.
    progress : callable, optional
        Called with what is done, how many measures are done, and how many there are.

    Returns
    -------
    Outcome
    """
    todo = list(entries)
    spans = visit_spans(visit)
    memo = Memo()
    outcome = Outcome()
    for done, entry in enumerate(todo):
        if progress:
            progress(entry.declared.title, done, len(todo))
        outcome = outcome.plus(run_measure(entry, visit, spans, seed=seed, memo=memo))
    if progress:
        progress("done", len(todo), len(todo))
    return outcome


def run_measure(
    entry: Entry,
    visit: Visit,
    spans: tuple[Span, ...],
    *,
    seed: int = 0,
    memo: Memo | None = None,
) -> Outcome:
    """Take one measure from a visit, in every condition."""
    measure = entry.declared
    estimates: list[Estimate] = []
    missing: list[NotMeasurable] = []
    measured: list[Measured] = []
    evidence: Evidence = {}
    for found in gather(measure, visit, spans, memo or Memo()):
        if isinstance(found, NotMeasurable):
            missing.append(found)
            continue
        say = Sayer(measure, found.condition)
        try:
            result = entry.measure(found.inputs)
        except CannotMeasure as error:
            missing.append(say("all_failed", str(error)))
            continue
        name = f"{measure.id}|{found.condition.label}" + (f"|{len(evidence)}" if measured else "")
        own_seed = _seed(seed, measure, found)
        pooled = pool(measure, result, n_spans=len(found.repeats), seed=own_seed)
        made = _Maker(measure, found, result, pooled, own_seed, name, _context(visit, found))
        new, failed = made.estimates()
        estimates += new
        missing += [say(code, why, target) for code, why, target in failed]
        evidence[name] = _evidence(result, found)
        measured.append(
            Measured(
                condition=found.condition,
                targets=found.targets,
                pooled=pooled,
                repeats=found.repeats,
                usable=made.usable(),
            )
        )
    return Outcome(
        estimates=tuple(estimates),
        contrasts=tuple(contrasts(measure, measured, affected=visit.state.affected_side)),
        not_measurable=tuple(missing),
        evidence=evidence,
    )


def _seed(seed: int, measure: Measure, found: Gathered) -> int:
    """Return a seed that depends on what is measured, not on the order of the work."""
    targets = ";".join(t.label for t in found.targets)
    text = f"{seed}|{measure.id}|{measure.version}|{found.condition.label}|{targets}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")


def _context(visit: Visit, found: Gathered) -> Context:
    state = visit.state
    drugs = "unknown" if state.drugs is None else ", ".join(d.name for d in state.drugs) or "none"
    return Context(
        time=state.time_of_day or "",
        device=found.device,
        protocol=state.protocol or "",
        medication=drugs,
        stimulator=state.stimulator,
        days_since_toxin=state.toxin_day,
    )


def _evidence(result: Result, found: Gathered) -> dict[str, np.ndarray]:
    """Return the measure's arrays with the names of what their rows are about."""
    channels = [c for t in found.targets for c in t.label.split(" / ")]
    arrays = {k: np.asarray(v) for k, v in result.evidence.items()}
    arrays["labels"] = np.array([t.label for t in found.targets])
    if "targets" in arrays:
        rows = arrays["targets"].ravel()
        names = [""] * (int(rows.max()) + 1)
        for row, name in zip(rows, channels, strict=True):
            names[row] = name
        arrays["channels"] = np.array(names)
    return arrays


def _code(why: str, otherwise: str) -> str:
    """Return the code of a reason: some kinds of reasons have their own."""
    kinds = {Untold: "untold", Absent: "absent", TooShort: "too_short"}
    return next((code for kind, code in kinds.items() if isinstance(why, kind)), otherwise)


@dataclass(frozen=True)
class _Maker:
    """Turns the numbers of one condition into estimates."""

    measure: Measure
    found: Gathered
    result: Result
    pooled: Pooled
    seed: int
    evidence: str
    context: Context

    def usable(self) -> frozenset[tuple[int, int]]:
        return frozenset(
            (t, p)
            for t in range(len(self.found.targets))
            for p in range(len(self.measure.units))
            if not self._why_not(t, p)
        )

    def estimates(self) -> tuple[list[Estimate], list[tuple[str, str, str]]]:
        """Return the estimates, and what failed: code, reason, target."""
        made, failed = [], []
        for t, target in enumerate(self.found.targets):
            whys = [self._why_not(t, p) for p in range(len(self.measure.units))]
            if len(set(whys)) == 1 and whys[0]:
                failed.append((_code(whys[0], "target"), whys[0], target.label))
                continue
            made += [self._estimate(t, p) for p, why in enumerate(whys) if not why]
            for why in dict.fromkeys(filter(None, whys)):
                parts = (u for u, w in zip(self.measure.units, whys, strict=True) if w == why)
                named = ", ".join(part.replace("_", "-") for part in parts)
                failed.append((_code(why, "part"), f"{named}: {why}", target.label))
        return made, failed

    def _why_not(self, target: int, part: int) -> str:
        name = list(self.measure.units)[part]
        reasons = self.result.reasons or ("",) * len(self.found.targets)
        of_part = self.result.part_reasons.get(name, ("",) * len(self.found.targets))
        why = self.found.short[target] or reasons[target] or of_part[target]
        if not why and not np.isfinite(self.pooled.value[target, part]):
            why = "The value is undefined for these samples (division by zero activity)."
        return why

    def _estimate(self, t: int, p: int) -> Estimate:
        measure, found, pooled = self.measure, self.found, self.pooled
        part = list(measure.units)[p]
        interval = pooled.interval(t, p)
        n = self.result.n_effective
        return Estimate(
            measure=measure.full_id(part),
            version=measure.version,
            part=part,
            title=measure.title,
            unit=measure.units[part],
            tier=measure.tier,
            sources=measure.sources,
            target=found.targets[t],
            condition=found.condition,
            value=float(pooled.value[t, p]),
            interval=interval,
            no_interval="" if interval else pooled.why_none(t),
            n_effective=float(pooled.n_blocks[t] if n is None else n[t]),
            n_repeats=len(found.repeats),
            valid=(measure.ranges[part].lo, measure.ranges[part].hi),
            valid_by=measure.ranges[part].shown_by,
            quality=(*found.flags[t], *self._at_least(t, p)),
            notes=(*self.result.notes, *self._unknown_drugs(), *self._longer(t, p)),
            blocks=self._blocks(t, p),
            details=self._details(t, part),
            recordings=found.recordings,
            context=self.context,
            seed=self.seed,
            evidence=self.evidence,
            row=t,
        )

    def _at_least(self, t: int, p: int) -> tuple[str, ...]:
        """Return the flag of a value that is only the least, such as ``at_least_11``."""
        value, near = float(self.pooled.value[t, p]), _near(self.pooled, t, p)
        cut = self.result.at_least
        if cut is not None and cut[t, p]:
            return (f"{AT_LEAST}{min(abs(value), near):.3g}",)
        return self.measure.ranges[list(self.measure.units)[p]].beyond(value, near)

    def _longer(self, t: int, p: int) -> tuple[str, ...]:
        """Note how many seconds would give an interval, where there are too few blocks for one.

        As many as `Pooled.least` blocks take at the rate at which those that there are came.
        """
        pooled, n = self.pooled, float(self.pooled.n_blocks[t])
        none = pooled.interval(t, p) is None and pooled.why_none(t) == "few_blocks"
        there = [
            sum(b.x.shape[-1] / b.rate_hz for b in blocks if b.rate_hz)
            for blocks in self.found.inputs.blocks.values()
        ]
        if not (none and n > 0 and there and min(there) > 0):
            return ()
        s = min(there)
        return (
            f"short: of {s:.0f} s no interval can be given; about {pooled.least * s / n:.0f} s "
            f"of it would do",
        )

    def _unknown_drugs(self) -> tuple[str, ...]:
        """Note on every EEG number that the drug state is unknown: drugs change the spectrum."""
        of_eeg = any(i.kind == "eeg" for i in self.measure.needs.inputs.values())
        return (UNKNOWN_DRUGS,) if of_eeg and self.context.medication == "unknown" else ()

    def _blocks(self, t: int, p: int) -> tuple[float, ...]:
        values = self.pooled.blocks[:, t, p]
        values = values[np.isfinite(values)]
        step = max(1, -(-len(values) // _KEPT_BLOCKS))
        return tuple(float(v) for v in values[::step])

    def _details(self, t: int, part: str) -> tuple[tuple[str, float], ...]:
        """Return the details of the whole measure and of this part, without its name."""
        others = tuple(f"{o}." for o in self.measure.units if o != part and o)
        kept = {
            name.removeprefix(f"{part}."): float(values[t])
            for name, values in self.result.details.items()
            if not name.startswith(others)
        }
        return tuple((k, v) for k, v in kept.items() if np.isfinite(v))


def _near(pooled: Pooled, t: int, p: int) -> float:
    """Return how near to 0 the interval of a value comes; infinite where it has none."""
    found = pooled.interval(t, p)
    return max(0.0, found.lo, -found.hi) if found is not None else float("inf")
