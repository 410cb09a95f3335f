"""The classification of a dystonia: both axes of 2013 and 2025, the named form, the older scheme.

`classify` gives every conclusion with what led to it and what is missing. ``unknown`` (nobody said)
and ``undecided`` (said, but not enough or not the same) are answers. The examiner's own conclusion
replaces a computed one and keeps it beside.
"""

from __future__ import annotations

import re
from dataclasses import replace

from eutonia.exam.aetiology import axis_two
from eutonia.exam.axis_one import (
    age_at_onset,
    associated,
    family_history,
    non_motor,
    other_manifestations,
    phenomenology,
    temporal,
)
from eutonia.exam.form import form_conclusions
from eutonia.exam.neck import NeckReading, neck_patterns
from eutonia.exam.observers import UNDECIDED, Seen, capital, disagreement, together, who
from eutonia.exam.spread import (
    Proposals,
    distribution_of,
    legacy_distribution,
    proposed,
    spread,
)
from eutonia.exam.temporal import hints
from eutonia.knowledge import table
from eutonia.model import (
    Conclusion,
    DiaryEntry,
    Examination,
    History,
    InvalidRecord,
    Override,
    Person,
)

_DEGREES = re.compile(r" \d+°")


def classify(
    examinations: tuple[Examination, ...],
    history: History,
    *,
    person: Person,
    diary: tuple[DiaryEntry, ...] = (),
    proposals: Proposals = (),
    version: str = "2025",
) -> tuple[Conclusion, ...]:
    """Return every conclusion of the classification, in the order of the axes.

    Parameters
    ----------
    examinations : tuple of Examination
        Of one day; several raters are held against each other.
    history : History
    person : Person
        For the present age, against which the age at onset is checked.
    diary : tuple of DiaryEntry
        Gives hints about the pattern in time, which are never assigned.
    proposals : tuple of (str, str)
        Regions that findings propose, and why; listed, and never counted.
    version : {'2025', '2013'}
        2025 adds family history, phenomenology and the four blocks of Axis II to those of 2013.

    Raises
    ------
    InvalidRecord
        If an override has no reason or no value, or there is no such version.
    """
    if version not in table("axis_items"):
        known = ", ".join(table("axis_items"))
        raise InvalidRecord(f"There is no classification version {version!r}; allowed: {known}.")
    spreads = [spread(e) for e in examinations]
    wanted_2025 = version == "2025"
    found = [
        _version(version),
        age_at_onset(history, person),
        *([family_history(history)] if wanted_2025 else []),
        distribution_of(spreads),
        *proposed(proposals, examinations),
        temporal(examinations, "course"),
        temporal(examinations, "variability"),
        *_hints(diary, examinations),
        *([phenomenology(examinations)] if wanted_2025 else []),
        *_neck(examinations),
        associated(examinations),
        other_manifestations(examinations),
        non_motor(examinations, diary),
        *form_conclusions(spreads),
        *axis_two(history, examinations, version=version),
        legacy_distribution(spreads),
    ]
    return _overridden(found, examinations)


def _version(version: str) -> Conclusion:
    entry = table("axis_items")[version]
    return Conclusion(
        axis="scheme",
        about="classification_version",
        value=version,
        words=f"Classified after the consensus of {version}.",
        mark=entry["mark"],
        sources=tuple(entry["refs"]),
    )


# --- time and neck ------------------------------------------------------------------------------


def _hints(
    diary: tuple[DiaryEntry, ...], examinations: tuple[Examination, ...]
) -> list[Conclusion]:
    """Return the patterns that diary and examination hint at; nothing is assigned."""
    found = hints(diary, examinations=examinations)
    given = [
        Conclusion(
            axis="I",
            about="variability_hint",
            value=hint.pattern,
            words=f"{hint.words} It is for the examiner to decide.",
            because=hint.because,
            missing=hint.missing,
        )
        for hint in found
        if hint.given
    ]
    if given or not diary:
        return given
    too_little = [h for h in found if h.given is None]
    return [
        Conclusion(
            axis="I",
            about="variability_hint",
            value=UNDECIDED if too_little else "none",
            words="The diary hints at no pattern in time.",
            because=tuple(f"{h.pattern.replace('_', '-')}: {'; '.join(h.because)}" for h in found),
            missing=tuple(m for h in too_little for m in h.missing),
        )
    ]


def _neck(examinations: tuple[Examination, ...]) -> list[Conclusion]:
    """Return the patterns of the neck after Col-Cap, where any were named."""
    read = [(e, _reading(e)) for e in examinations if e.neck]
    if not read:
        return []
    # Raters need not agree to the degree; the degrees stand in what each saw.
    seen = [Seen(who=who(e), value=_DEGREES.sub("", r.words), because=(r.words,)) for e, r in read]
    value, because = together(seen)
    differ = (disagreement("the patterns of the neck"),) if value == UNDECIDED else ()
    words = read[0][1].words if len(read) == 1 else value
    known = table("neck_patterns")
    used = sorted({s.pattern for _, r in read for s in (*r.patterns, *r.shifts)})
    cited = not differ and all(known.get(p, {}).get("mark") == "V" for p in used)
    refs = dict.fromkeys(x for p in used for x in known[p].get("refs", ())) if cited else ()
    return [
        Conclusion(
            axis="I",
            about="neck_pattern",
            value=value,
            words="The raters differ on the neck." if differ else f"{capital(words)}.",
            because=because,
            missing=(*differ, *dict.fromkeys(m for _, r in read for m in r.missing)),
            mark="V" if cited else "D",
            sources=tuple(refs),
        )
    ]


def _reading(examination: Examination) -> NeckReading:
    """Return the reading; a video of which only the front is named shows no profile."""
    video = examination.video.casefold()
    views = ("front",) if "front" in video and "profile" not in video else ("live",)
    return neck_patterns(examination.neck, views=views)


# --- the examiner's last word -------------------------------------------------------------------


def _overridden(
    found: list[Conclusion], examinations: tuple[Examination, ...]
) -> tuple[Conclusion, ...]:
    """Return the conclusions with each override in place of what it is about."""
    said: dict[str, list[tuple[str, Override]]] = {}
    for e in examinations:
        for o in e.overrides:
            _check(o)
            said.setdefault(o.about.strip(), []).append((who(e), o))
    known = {c.about for c in found}
    result = [_replaced(c, said[c.about]) if c.about in said else c for c in found]
    result += [
        _replaced(Conclusion(axis="I", about=about, value="", words=""), overrides)
        for about, overrides in said.items()
        if about not in known
    ]
    return tuple(result)


def _check(override: Override) -> None:
    about = override.about.strip()
    if not about:
        raise InvalidRecord("overrides: an override does not say what it is about. Name it.")
    for field, words in (("value", override.value), ("reason", override.reason)):
        if not words.strip():
            raise InvalidRecord(
                f"overrides.{about}: the {field} is empty; an override needs a value and a reason. "
                "Write it, or leave the override out."
            )


def _replaced(computed: Conclusion, overrides: list[tuple[str, Override]]) -> Conclusion:
    """Return the examiner's conclusion; two that differ leave it undecided, both shown."""
    values = dict.fromkeys(o.value.strip() for _, o in overrides)
    reasons = "; ".join(f"{name}: {o.reason.strip()}" for name, o in overrides)
    because = (
        *(f"{name} concludes {o.value.strip()}" for name, o in overrides),
        *computed.because,
    )
    was = f" The rules give {computed.value}." if computed.value else ""
    if len(values) > 1:
        return replace(
            computed,
            value=UNDECIDED,
            words=f"The raters override it differently: {', '.join(values)}.{was}",
            because=because,
            missing=(disagreement(computed.about.replace("_", " ")), *computed.missing),
            sources=(),
            mark="D",
            computed=computed.value,
            reason=reasons,
        )
    value = next(iter(values))
    return replace(
        computed,
        value=value,
        words=f"{value}, as the examiner concludes.{was}",
        because=because,
        sources=(),
        mark="D",
        computed=computed.value,
        reason=reasons,
    )
