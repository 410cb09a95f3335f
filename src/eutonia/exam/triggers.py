"""What goes with worse days: within one diary, in order of time, and never a cause.

For each trigger, severity is regressed on the trigger at the entry before of the same day (or the
night, or the day before), together with the time of day, the course of the toxin (a natural cubic
spline of the days since the injection, knots at the published course) or else a drift over the
days, and errors that remember (`eutonia.stats.ar1`). Entries whose entry before is missing stay in,
with a column of their own: they tell how severe it was just before, without which stress that
*follows* severity would look as if it came first. See ``docs/guide/triggers.md``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.exam.diary import Summary
from eutonia.exam.diary import summary as _summary
from eutonia.exam.prompts import prompts
from eutonia.exam.trigger_rows import Rows, Trigger, design, rows_of, too_rare, triggers
from eutonia.knowledge import table
from eutonia.model import (
    CannotMeasure,
    Condition,
    DiaryEntry,
    Estimate,
    Floats,
    Interval,
    NotMeasurable,
    Target,
)
from eutonia.stats.ar1 import Regression, regress
from eutonia.stats.multiple import false_discovery

MEASURE = "diary.trigger"
VERSION = "1"
TITLE = "Severity after a trigger, within the diary"
_GUIDE = "docs/guide/triggers.md"
#: What stands on every association.
WITHIN = "Within this diary: what goes together, not why."
NO_TOXIN = (
    "The diary has no days since a toxin injection: if there was one, its wearing off may look "
    "like stress or any other trigger."
)


def associations(
    diary: tuple[DiaryEntry, ...],
) -> tuple[tuple[Estimate, ...], tuple[NotMeasurable, ...]]:
    """Return what severity goes with in this diary, and what could not be looked at.

    Parameters
    ----------
    diary : tuple of DiaryEntry
        In any order; an empty diary gives nothing.

    Returns
    -------
    estimates : tuple of Estimate
        Points of severity (0 to 10) with the trigger against without it; details hold p, the
        false-discovery rate q over all triggers, the numbers of rows with and without it, days,
        and the association at the same time. `in_words` says each.
    missing : tuple of NotMeasurable
        Each begins with ``not enough data``.
    """
    p = prompts(diary) if diary else None
    if p is None or not p.entries:
        return (), ()
    found: list[Estimate] = []
    missing: list[NotMeasurable] = []
    has_toxin = bool(np.isfinite(p.toxin_day).any())
    for trigger in triggers(p):
        rows = rows_of(p, trigger)
        reason = _lacking(rows, trigger)
        if not reason:
            try:
                found.append(_estimate(rows, trigger, has_toxin=has_toxin))
            except CannotMeasure as error:
                reason = str(error)
        if reason:
            missing.append(_not_measurable(trigger.words, reason))
    missing += [_not_measurable(words, reason) for words, reason in too_rare(p)]
    return _with_q(found), tuple(missing)


def in_words(estimate: Estimate) -> str:
    """Return one association in a sentence, without any word of cause."""
    facts = dict(estimate.details)
    interval = estimate.interval
    limits = f", 95 % interval {interval.lo:.1f} to {interval.hi:.1f}" if interval else ""
    counts = f"{facts['n_exposed']:.0f} times with it and {facts['n_unexposed']:.0f} without"
    points = f"{abs(estimate.value):.1f} points of severity"
    what = estimate.target.label[:1].upper() + estimate.target.label[1:]
    if facts["q"] >= table("diary_rules")["false_discovery"]["rate"]:
        return (
            f"{what}: no link shown in this diary (difference {estimate.value:+.1f} points of "
            f"severity{limits}; {counts}). That does not show that there is none."
        )
    more = "more" if estimate.value > 0 else "fewer"
    words = f"{what} was followed by {points} {more}{limits} ({counts})."
    if facts.get("p_other_way", 1.0) < 0.05:
        words += " It also goes the other way round, so this diary cannot say which comes first."
    return words


def summary(diary: tuple[DiaryEntry, ...]) -> Summary:
    """Return the diary at a glance, with what goes with worse days (`exam.diary.summary`)."""
    found, missing = associations(diary)
    rate = table("diary_rules")["false_discovery"]["rate"]
    said = [in_words(e) for e in found if dict(e.details)["q"] < rate]
    if not said:
        looked = f"Of {len(found)} triggers, none was shown to go with worse days in this diary."
        said = [looked if found else "Not enough data yet to say what goes with worse days."]
    return replace(_summary(diary), worse=tuple(said), not_measurable=missing)


# --- enough, and the estimate ------------------------------------------------------------------


def _lacking(rows: Rows, trigger: Trigger) -> str:
    """Return what there is too little of; empty: enough."""
    enough = table("diary_rules")["enough"]
    days, counts = np.unique(rows.day, return_counts=True)
    if trigger.per == "prompt":
        several = counts >= 2  # days with one entry alone have no entry before
        n, usual = int(several.sum()), float(np.median(counts[several])) if several.any() else 1.0
        if n < enough["days"]:
            return f"{n} days with several ratings of severity, {enough['days']} are needed"
        if usual < enough["prompts_a_day"]:
            return f"usually {usual:g} ratings a day, {enough['prompts_a_day']} are needed"
    elif len(days) < enough["days"]:
        return f"{len(days)} days with ratings of severity, {enough['days']} are needed"
    exposed = _exposed(rows.before, trigger)
    what = "ratings" if trigger.per == "prompt" else "days"
    for n, with_it, key in (
        (int((exposed == 1).sum()), "with", "exposed"),
        (int((exposed == 0).sum()), "without", "unexposed"),
    ):
        if n < enough[key]:
            return f"{n} {what} {with_it} it just before, {enough[key]} are needed"
    return ""


def _exposed(x: Floats, trigger: Trigger) -> Floats:
    """Return 1 with the trigger, 0 without; a graded one against the person's own median."""
    if not trigger.graded:
        return x
    known = np.isfinite(x)
    if not known.any():
        return x
    median = float(np.median(x[known]))
    beyond = x < median if trigger.lower else x > median
    return np.where(known, beyond.astype(np.float64), np.nan)


def _fit(rows: Rows, outcome: Floats, x: Floats) -> Regression:
    use = np.isfinite(outcome)
    return regress(rows.t_hours[use], outcome[use], design(x[use], rows.given[use]))


def _estimate(rows: Rows, trigger: Trigger, *, has_toxin: bool) -> Estimate:
    exposed = _exposed(rows.before, trigger)
    fit = _fit(rows, rows.severity, rows.before)
    # A graded trigger: the slope, times how far the exposed are from the unexposed on average.
    apart = float(rows.before[exposed == 1].mean() - rows.before[exposed == 0].mean())
    value, ends = fit.effects[0] * apart, sorted((fit.lo[0] * apart, fit.hi[0] * apart))
    details = {
        "n_exposed": float((exposed == 1).sum()),
        "n_unexposed": float((exposed == 0).sum()),
        "days": float(len(np.unique(rows.day))),
        "n": float(fit.n),
        "p": float(fit.p[0]),
        "hours_of_memory": fit.hours,
        **({"per_point": float(fit.effects[0]), "apart": apart} if trigger.graded else {}),
        **_same_time(rows, apart),
        **_other_way(rows, fit),
    }
    return Estimate(
        measure=MEASURE,
        version=VERSION,
        title=TITLE,
        unit="points",
        tier="supportive",
        sources=("Comella2020INV",) if has_toxin else (),
        part=trigger.id,
        target=Target(label=trigger.words, channels=(), sites=()),
        condition=Condition(),
        value=float(value),
        interval=Interval(
            lo=float(ends[0]),
            hi=float(ends[1]),
            kind="within the recording",
            method="regression with errors that remember (AR(1) with rating noise), REML",
        ),
        n_effective=fit.n_effective,
        valid=(-10.0, 10.0),
        valid_by=_GUIDE,
        notes=_notes(trigger, details, has_toxin=has_toxin),
        details=tuple(details.items()),
        origin="reported",
    )


def _same_time(rows: Rows, apart: float) -> dict[str, float]:
    """Return the association at the same entry, which cannot say what came first."""
    if np.isfinite(rows.same).sum() < 2:
        return {}
    try:
        fit = _fit(rows, rows.severity, rows.same)
    except CannotMeasure:
        return {}
    lo, hi = sorted((float(fit.lo[0]) * apart, float(fit.hi[0]) * apart))
    value = float(fit.effects[0]) * apart
    return {"at_the_same_time": value, "same_time_lo": lo, "same_time_hi": hi}


def _other_way(rows: Rows, fit: Regression) -> dict[str, float]:
    """Return p that severity is followed by the trigger; only where the trigger's own p is low."""
    if fit.p[0] >= 0.05 or np.isfinite(rows.same).sum() < 2:
        return {}
    try:
        return {"p_other_way": float(_fit(rows, rows.same, rows.last).p[0])}
    except CannotMeasure:
        return {}


def _notes(trigger: Trigger, details: dict[str, float], *, has_toxin: bool) -> tuple[str, ...]:
    when = {
        "prompt": "the entry before, of the same day",
        "night": "the night before, against the mean of the day",
        "day": "the day before, against the mean of the day",
    }[trigger.per]
    ratings = f"{details['n']:.0f} ratings on " if trigger.per == "prompt" else ""
    notes = [WITHIN, f"Compared with {when}: {ratings}{details['days']:.0f} days."]
    if trigger.graded:
        notes.append("Usual is this person's own median.")
    if "at_the_same_time" in details:
        value, lo, hi = (details[k] for k in ("at_the_same_time", "same_time_lo", "same_time_hi"))
        notes.append(f"At the same time: {value:+.1f} points [{lo:.1f} to {hi:.1f}].")
    if details.get("p_other_way", 1.0) < 0.05:
        notes.append("Severity was also followed by it, so it is not clear which comes first.")
    notes.append("Adjusted for the day since toxin." if has_toxin else NO_TOXIN)
    return tuple(notes)


def _with_q(found: list[Estimate]) -> tuple[Estimate, ...]:
    q = false_discovery(np.array([dict(e.details)["p"] for e in found]))
    return tuple(
        replace(e, details=(*e.details, ("q", float(one)))) for e, one in zip(found, q, strict=True)
    )


def _not_measurable(words: str, reason: str) -> NotMeasurable:
    return NotMeasurable(
        measure=MEASURE,
        version=VERSION,
        title=TITLE,
        tier="supportive",
        code="not_enough_data",
        reason=f"not enough data: {words}: {reason}",
        target=words,
    )
