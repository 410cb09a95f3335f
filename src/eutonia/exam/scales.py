"""The scores of an examination as estimates, and what of them is incomplete."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from eutonia.exam.scale_totals import Incomplete, Total, totals
from eutonia.formats.scale_table import WHOLE, Scale, ScaleItem, scale_of
from eutonia.knowledge import table
from eutonia.model import (
    Comparison,
    Condition,
    Context,
    Estimate,
    Examination,
    InvalidRecord,
    NotMeasurable,
    Score,
    Target,
    VisitState,
)
from eutonia.model.measure import Tier

__all__ = ["Incomplete", "Total", "estimates", "measure_id", "reference", "title", "totals"]

PERSON = Target(label="person", channels=(), sites=())
#: Roles in which an examiner's scale is the person's own report.
SELF = frozenset(["self", "patient", "person"])


def estimates(
    examination: Examination, state: VisitState = VisitState()
) -> tuple[tuple[Estimate, ...], tuple[NotMeasurable, ...]]:
    """Return every total of an examination as an estimate, and what is incomplete.

    Parameters
    ----------
    examination : Examination
        Its scores checked by `formats.scale_entry.check_score`.
    state : VisitState
        State of the visit, for the context.

    Returns
    -------
    tuple of Estimate
        Measure ``scale.<id>`` and ``scale.<id>.<part>`` in lower case, of version that of the
        scale. The tier is ``clinical`` where a property of the scale was checked against its
        source or the MDS task force recommends it, else ``supportive`` [D].
    tuple of NotMeasurable
        One sentence for each part that is incomplete, and each score that cannot be read.
    """
    context = _context(examination, state)
    done: list[Estimate] = []
    lacking: list[NotMeasurable] = []
    for score in examination.scores:
        try:
            scale = scale_of(score.scale, score.version)
        except InvalidRecord as error:
            lacking.append(_unreadable(score, str(error)))
            continue
        notes = _how_rated(scale, score, examination)
        for t in totals(score):
            if isinstance(t, Incomplete):
                lacking.append(_lacking(scale, t))
            else:
                done.append(_estimate(scale, t, notes, examination, context))
        done += _single_items(scale, score, notes, context)
    return tuple(done), tuple(lacking)


def measure_id(scale: str, part: str = "") -> str:
    """Return the measure id of a scale's part, such as ``scale.twstrs.severity``."""
    return f"scale.{scale.lower()}{f'.{part}' if part and part != WHOLE else ''}"


def _context(examination: Examination, state: VisitState) -> Context:
    drugs = "unknown" if state.drugs is None else ", ".join(d.name for d in state.drugs) or "none"
    return Context(
        time=examination.date,
        rater=examination.rater,
        medication=drugs,
        stimulator=state.stimulator,
        days_since_toxin=state.toxin_day,
    )


def _how_rated(scale: Scale, score: Score, examination: Examination) -> tuple[str, ...]:
    notes = []
    if len(scale.versions) > 1 and not score.version:
        notes.append(f"version not named, {scale.version} taken")
    if scale.by == "examiner":
        video = score.video or examination.video
        notes.append(f"rated from video: {video}" if video else "rated live")
        if examination.blinded is not None:
            notes.append("blinded" if examination.blinded else "not blinded")
    return tuple(notes)


def _estimate(
    scale: Scale, t: Total, notes: tuple[str, ...], examination: Examination, context: Context
) -> Estimate:
    reported = scale.by == "patient" or examination.role in SELF
    return Estimate(
        measure=measure_id(scale.id, t.part),
        version=scale.version,
        title=title(scale),
        unit=t.unit,
        tier=_tier(scale),
        sources=t.refs,
        target=PERSON,
        condition=Condition(),
        value=t.value,
        interval=None,
        no_interval="exact",
        n_effective=1.0,
        valid=(t.lo, t.hi),
        valid_by=_ours("range of the scale") if "range" in t.unsure else "range of the scale",
        part="" if t.part == WHOLE else t.part,
        notes=(*_about_total(scale, t), *notes, *_cautions(scale.id)),
        origin="reported" if reported else "rated",
        context=context,
    )


def _about_total(scale: Scale, t: Total) -> Iterator[str]:
    part = scale.parts[t.part]
    if "entered" in t.flags:
        yield "entered as a total" + (f" beside {t.n} of {t.m} items" if t.n else "")
    if "prorated" in t.flags:
        yield f"prorated: {part.prorate}" if part.prorate else "prorated in a part"
    yield from (f for f in t.flags if f not in ("entered", "prorated"))
    if not part.verified:
        yield "the range of this scale was not verified"
    elif t.unsure:
        yield _ours(", ".join(t.unsure))
    bands = scale.entry.get("bands")
    if bands and bands["part"] == t.part:
        reached = [words for least, words in bands["from"] if t.value >= least]
        yield _ours(f"band: {reached[-1] if reached else 'below all'}")


def _single_items(
    scale: Scale, score: Score, notes: tuple[str, ...], context: Context
) -> Iterator[Estimate]:
    """Yield the items of a scale that has no total, each as a number of its own."""
    items = {
        i.id: i for p in scale.parts.values() if p.formula.kind == "none" for i in p.items.values()
    }
    for key, value in score.items:
        if key in items:
            yield _single(scale, items[key], value, notes, context)


def _single(
    scale: Scale, item: ScaleItem, value: float, notes: tuple[str, ...], context: Context
) -> Estimate:
    return Estimate(
        measure=measure_id(scale.id, item.id),
        version=scale.version,
        title=f"{title(scale)}: {item.label}",
        unit=item.unit,
        tier=_tier(scale),
        sources=(),
        target=PERSON,
        condition=Condition(),
        value=value,
        interval=None,
        no_interval="exact",
        n_effective=1.0,
        valid=(item.lo, item.hi),
        valid_by=_ours("range of the item"),
        part=item.id,
        notes=notes,
        origin="reported",
        context=context,
    )


def _lacking(scale: Scale, t: Incomplete) -> NotMeasurable:
    what = "the whole" if t.part == WHOLE else t.title
    return NotMeasurable(
        measure=measure_id(scale.id, t.part),
        version=scale.version,
        title=title(scale),
        tier=_tier(scale),
        code="incomplete",
        reason=f"{scale.short}, {what}: {t.words}. A total needs all of them; none is guessed.",
        target=PERSON.label,
    )


def _unreadable(score: Score, why: str) -> NotMeasurable:
    return NotMeasurable(
        measure=measure_id(str(score.scale)),
        version=str(score.version),
        title=str(score.scale),
        tier="supportive",
        code="invalid",
        reason=why,
        target=PERSON.label,
    )


def title(scale: Scale) -> str:
    """Return the name of a scale in print, the short one first."""
    return scale.short if scale.short in scale.name else f"{scale.short} ({scale.name})"


def _tier(scale: Scale) -> Tier:
    return "clinical" if scale.tier == "clinical" else "supportive"


@cache
def _cautions(key: str) -> tuple[str, ...]:
    listed = table("scales")[key].get("cautions", ())
    return tuple(c["words"] if c["mark"] == "V" else _ours(c["words"]) for c in listed)


def _ours(words: str) -> str:
    return f"{words.rstrip('.')} ({table('statements')['our_rule']})"


# --- references ---------------------------------------------------------------------------------


def reference(estimate: Estimate) -> Comparison | None:
    """Hold a total against the scale's published reference, where one was checked.

    Returns
    -------
    Comparison or None
        None where no reference is known for this part of the scale.
    """
    norm = _norms().get(estimate.measure)
    if norm is None:
        return None
    outside = estimate.value > norm["above"]
    where = "above" if outside else "not above"
    return Comparison(
        kind="reference",
        against=f"the published norm of {norm['n']} people",
        verdict="outside the reference" if outside else "inside the reference",
        difference=estimate.value - norm["mean"],
        words=f"{estimate.value:g} is {where} {norm['above']}, the published limit of the "
        f"reference (mean {norm['mean']}, SD {norm['sd']}, n = {norm['n']}).",
        source=norm["refs"][0],
    )


@cache
def _norms() -> dict[str, dict[str, Any]]:
    """Return the references that were checked, by measure id."""
    return {
        measure_id(key, entry["norm"]["part"]): entry["norm"]
        for key, entry in table("scales").items()
        if entry.get("norm", {}).get("mark") == "V"
    }
