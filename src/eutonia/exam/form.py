"""The named form and its sub-type as conclusions: the examiner's word, and what the rules say."""

from __future__ import annotations

from eutonia.exam.named_forms import Fit, fit, form_key, subtypes
from eutonia.exam.observers import (
    UNDECIDED,
    UNKNOWN,
    Seen,
    capital,
    disagreement,
    together,
    unknown,
    who,
)
from eutonia.exam.spread import Spreads
from eutonia.knowledge import table
from eutonia.model import Conclusion, Examination


def form_conclusions(spreads: Spreads) -> list[Conclusion]:
    """Return the named form and its sub-type: what the examiner names wins, and what differs."""
    fits = [(e, fit(e, distribution=d.value)) for e, d, _ in spreads if d and d.value != "none"]
    ruled, ruled_because = together(
        Seen(who=who(e), value=_ruled(f), because=f.because) for e, f in fits
    )
    named, named_because = together(
        Seen(who=who(e), value=form_key(e.form)) for e, _, _ in spreads if e.form
    )
    missing = tuple(dict.fromkeys(m for _, f in fits for m in f.missing))
    about, forms = "form", table("forms")
    if named != UNKNOWN:
        form = _named(named, named_because, ruled, ruled_because)
    elif ruled == UNKNOWN:
        form = unknown("I", about, "No form is named.", "the affected regions, or the form by name")
    else:
        different = (disagreement("the form"),) if ruled == UNDECIDED and not missing else ()
        words = {
            UNDECIDED: "More than one form fits: " + _several(fits),
            "none": "No named form fits the affected regions.",
        }.get(ruled) or f"Regions and tasks fit {forms[ruled]['name']}; no examiner named a form."
        form = Conclusion(
            axis="I",
            about=about,
            value=ruled,
            words=words,
            because=ruled_because,
            missing=(*missing, *different, "the form, named by an examiner", *_caution(ruled)),
        )
    return [form, *_subtype(form.value, spreads)]


def _ruled(found: Fit) -> str:
    if found.sure:
        return found.forms[0]
    return UNDECIDED if found.forms else "none"


def _several(fits: list[tuple[Examination, Fit]]) -> str:
    forms = table("forms")
    keys = dict.fromkeys(k for _, f in fits for k in f.forms)
    return f"{', '.join(str(forms[k]['name']) for k in keys)}."


def _caution(form: str) -> tuple[str, ...]:
    caution = table("forms").get(form, {}).get("caution", "")
    return (f"to bear in mind: {caution}",) if caution else ()


def _named(
    named: str, because: tuple[str, ...], ruled: str, ruled_because: tuple[str, ...]
) -> Conclusion:
    """Return the form as the examiners name it, with what the rule would say if it differs."""
    forms = table("forms")
    if named == UNDECIDED:
        return Conclusion(
            axis="I",
            about="form",
            value=named,
            words="The raters name different forms.",
            because=because,
            missing=(disagreement("the form"),),
        )
    known = named in forms
    name = str(forms[named]["name"]) if known else named
    words, missing = f"{capital(name)}, as the examiner names it.", []
    if not known:
        missing.append(f"{named!r} is in no list of forms: no primary findings belong to it")
    differs = ruled not in (named, UNKNOWN, UNDECIDED)
    if differs:
        other = forms[ruled]["name"] if ruled in forms else "no named form"
        words += f" The regions and tasks alone would give {other}."
        missing.append("whether regions, tasks and form were entered as meant")
    return Conclusion(
        axis="I",
        about="form",
        value=named,
        words=words,
        because=(*because, *ruled_because),
        missing=(*missing, *_caution(named)),
        computed=ruled if differs else "",
        reason="the examiner named the form" if differs else "",
    )


def _subtype(form: str, spreads: Spreads) -> list[Conclusion]:
    kinds = table("forms").get(form, {}).get("subtypes", {})
    if not kinds:
        return []
    seen = [
        Seen(who=who(e), value=k[0] if len(k) == 1 else UNDECIDED)
        for e, _, _ in spreads
        if (k := subtypes(form, e))
    ]
    value, because = together(seen)
    options = ", ".join(str(k["name"]) for k in kinds.values())
    decided = value not in (UNKNOWN, UNDECIDED)
    name = kinds[value]["name"] if decided else value
    return [
        Conclusion(
            axis="I",
            about="form_subtype",
            value=value,
            words=f"Sub-type: {name}.",
            because=because,
            missing=() if decided else (f"the sub-type: {options}",),
        )
    ]
