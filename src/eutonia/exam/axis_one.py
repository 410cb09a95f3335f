"""Axis I but for body distribution and named form: onset, family, time, appearance, what else.

Each function returns one `Conclusion` that says which observations led to it and what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from eutonia.exam.observers import (
    UNDECIDED,
    UNKNOWN,
    Seen,
    disagreement,
    together,
    unknown,
    who,
)
from eutonia.knowledge import table
from eutonia.model import Conclusion, DiaryEntry, Examination, History, Person, Relative

_OLDEST = 150  # years; the last band ends here only so that a slip of the pen is not classified


# --- age at onset -------------------------------------------------------------------------------


def age_at_onset(history: History, person: Person) -> Conclusion:
    """Return the band of the age at onset; unknown is never imputed, and diagnosis is not onset."""
    age, diagnosis = history.onset_age, history.diagnosis_age
    axis, about = "I", "age_at_onset"
    because = [f"age at diagnosis {diagnosis:g} years"] if _is_age(diagnosis) else []
    if age is None:
        note = "the age at diagnosis is not the age at onset" if because else ""
        missing = tuple(m for m in ("the age at onset", note) if m)
        words = "The age at onset is not known."
        return Conclusion(
            axis=axis, about=about, value=UNKNOWN, words=words, because=(*because,), missing=missing
        )
    if not _is_age(age):
        words = f"{age:g} years is no age at onset."
        return unknown(axis, about, words, f"the age at onset in years, 0 to {_OLDEST}")
    because.insert(0, f"age at onset {age:g} years")
    if person.age_years is not None and age >= person.age_years + 1:
        because.append(f"age now {person.age_years:g} years")
        return Conclusion(
            axis=axis,
            about=about,
            value=UNDECIDED,
            words="The age at onset lies after the present age.",
            because=(*because,),
            missing=("the age at onset or the present age, corrected",),
        )
    late = _is_age(diagnosis) and diagnosis is not None and diagnosis < age
    missing = ("the age at diagnosis lies before the age at onset: correct one",) if late else ()
    key, band = next((k, b) for k, b in table("age_bands").items() if b["from"] <= age < b["below"])
    agreed = band["agreed"][0] <= age <= band["agreed"][1]
    return Conclusion(
        axis=axis,
        about=about,
        value=key,
        words=f"Onset in {band['name']} ({band['words']}), at {age:g} years.",
        because=(*because,),
        missing=missing,
        mark=band["mark"] if agreed else band["coding"],
        sources=tuple(band["refs"]) if agreed else (),
    )


def _is_age(age: float | None) -> bool:
    return age is not None and math.isfinite(age) and 0 <= age < _OLDEST


# --- family -------------------------------------------------------------------------------------


def family_history(history: History) -> Conclusion:
    """Return whether dystonia is known in the family; other disorders are listed beside it."""
    told = {True: "positive", False: "negative", None: UNKNOWN}[history.family_dystonia]
    dystonia = [r for r in history.relatives if r.affected and "dyston" in r.what.casefold()]
    others = [r for r in history.relatives if r.affected and r not in dystonia]
    because = [f"dystonia in the family: {_YES_NO[history.family_dystonia]}"]
    because += [f"{_relative(r)} affected: {r.what or 'with what is not noted'}" for r in dystonia]
    because += [f"{_relative(r)} affected: {r.what or 'with what is not noted'}" for r in others]
    because += [f"also in the family: {w}" for w in history.family_other]
    if history.consanguinity is not None:
        because.append(f"parents related: {_YES_NO[history.consanguinity]}")
    missing = [f"with what {_relative(r)} is affected" for r in others if not r.what]
    value = told
    if dystonia and told == "negative":
        value = UNDECIDED
        missing.append("the answer for the family and the pedigree contradict each other")
    elif dystonia:
        value = "positive"
    if value == UNKNOWN:
        missing.insert(0, "whether anybody in the family has dystonia")
    return Conclusion(
        axis="I",
        about="family_history",
        value=value,
        words={
            "positive": "Dystonia is known in the family.",
            "negative": "No dystonia is known in the family.",
            UNDECIDED: "What is noted about the family contradicts itself.",
            UNKNOWN: "Whether dystonia is in the family is not known.",
        }[value],
        because=tuple(because),
        missing=tuple(missing),
        mark="V",
        sources=tuple(table("axis_items")["2025"]["refs"]),
    )


_YES_NO = {True: "yes", False: "no", None: "not known"}


def _relative(relative: Relative) -> str:
    return relative.relation or f"relative {relative.id}"


# --- time ---------------------------------------------------------------------------------------


def temporal(examinations: tuple[Examination, ...], about: str) -> Conclusion:
    """Return the course or the variability as the examiners name it.

    Parameters
    ----------
    examinations : tuple of Examination
    about : {'course', 'variability'}
    """
    seen = [Seen(who=who(e), value=str(getattr(e, about))) for e in examinations]
    value, because = together(seen)
    if value in (UNKNOWN, UNDECIDED):
        names = ", ".join(e["name"] for e in table("temporal")[about].values())
        missing = disagreement(f"the {about}") if value == UNDECIDED else f"the {about}: {names}"
        words = f"The {about} is {value}."
        return Conclusion(
            axis="I", about=about, value=value, words=words, because=because, missing=(missing,)
        )
    entry = table("temporal")[about].get(value, {"name": value, "mark": "D"})
    return Conclusion(
        axis="I",
        about=about,
        value=value,
        words=f"The {about} is {entry['name']}, as the examiner names it.",
        because=because,
        mark=entry["mark"],
        sources=tuple(entry.get("refs", ())),
    )


# --- what it looks like -------------------------------------------------------------------------


def phenomenology(examinations: tuple[Examination, ...]) -> Conclusion:
    """Return the flags of the heading of 2025; a yes against another rater's no is undecided."""
    yes: dict[str, list[str]] = {}
    no: dict[str, list[str]] = {}
    for e in examinations:
        for flag in _flags(e):
            yes.setdefault(flag, []).append(who(e))
        for flag in e.absent:
            no.setdefault(flag, []).append(who(e))
        if e.trick_effect == "none":
            no.setdefault("sensory_trick", []).append(who(e))
    disputed = [f for f in yes if f in no]
    agreed = [f for f in yes if f not in no]
    because = [f"{_name('phenomenology', f)}: seen by {_list(w)}" for f, w in yes.items()]
    because += [
        f"{_name('phenomenology', f)}: looked for and not seen by {_list(w)}" for f, w in no.items()
    ]
    because += [f"trick: {e.trick} ({e.trick_effect})" for e in examinations if e.trick]
    looked = yes.keys() | no.keys()
    open_flags = [e["name"] for f, e in table("phenomenology").items() if f not in looked]
    missing = [disagreement(_name("phenomenology", f)) for f in disputed]
    if open_flags:
        missing.append(f"not noted: {', '.join(open_flags)}")
    words = "Seen: " + (
        _list(_name("phenomenology", f) for f in agreed) or "nothing that all agree on"
    )
    if disputed:
        words += "; the raters differ on " + _list(_name("phenomenology", f) for f in disputed)
    if not looked:
        return unknown("I", "phenomenology", "What it looks like was not noted.", *missing)
    return Conclusion(
        axis="I",
        about="phenomenology",
        value=UNDECIDED if disputed else ", ".join(agreed) or "none",
        words=f"{words}.",
        because=tuple(because),
        missing=tuple(missing),
        mark="V" if agreed and all(_cited(f) for f in agreed) else "D",
        sources=_sources(agreed),
    )


def _flags(examination: Examination) -> tuple[str, ...]:
    trick = ("sensory_trick",) if examination.trick_effect in ("partial", "complete") else ()
    return tuple(dict.fromkeys((*examination.phenomenology, *trick)))


def _cited(flag: str) -> bool:
    return bool(table("phenomenology").get(flag, {}).get("refs"))


def _sources(flags: list[str]) -> tuple[str, ...]:
    if not flags or not all(_cited(f) for f in flags):
        return ()
    return tuple(dict.fromkeys(r for f in flags for r in table("phenomenology")[f]["refs"]))


def _name(name: str, key: str) -> str:
    return str(table(name).get(key, {"name": key})["name"])


def _list(words: Iterable[str]) -> str:
    return ", ".join(words)


# --- what else there is -------------------------------------------------------------------------


def associated(examinations: tuple[Examination, ...]) -> Conclusion:
    """Return isolated or combined: another movement disorder counts, tremor does not."""
    asked = [e for e in examinations if e.motor_signs is not None]
    value, because = together(
        Seen(who=who(e), value=_combined(e), because=(_signs(e),)) for e in asked
    )
    about, axis = "associated", "I"
    if value == UNKNOWN:
        words = "Whether other movement disorders were seen is not known."
        return unknown(axis, about, words, "whether other movement disorders were looked for")
    others = list(dict.fromkeys(s for e in examinations for s in e.other_signs or ()))
    unsure = [s for e in asked for s in e.motor_signs or () if s not in table("motor_signs")]
    missing = [f"{s!r} is in no list of movement disorders: counted as one" for s in unsure]
    if value == UNDECIDED:
        words = "The raters differ on whether it is isolated or combined."
        missing.insert(0, disagreement("other movement disorders"))
    else:
        words = str(table("associated")[value]["words"])
        if others:
            listed = _list(_name("other_signs", s) for s in others)
            words += f" Other signs are listed beside it ({listed}), sometimes called complex."
    tremor = any("tremor" in (e.motor_signs or ()) for e in asked)
    # That tremor does not count is from memory; without it, the word alone is what is published.
    cited = (value == "combined" or not tremor) and not unsure and value != UNDECIDED
    return Conclusion(
        axis=axis,
        about=about,
        value=value,
        words=words,
        because=because,
        missing=tuple(missing),
        mark="V" if cited else "M",
        sources=tuple(table("axis_items")["2025"]["refs"]) if cited else (),
    )


def _combined(examination: Examination) -> str:
    known: dict[str, Any] = table("motor_signs")
    signs = examination.motor_signs or ()
    return (
        "combined"
        if any(known.get(s, {"combined": True})["combined"] for s in signs)
        else "isolated"
    )


def _signs(examination: Examination) -> str:
    signs = [_name("motor_signs", s) for s in examination.motor_signs or ()]
    return f"seen beside the dystonia: {_list(signs)}" if signs else "looked for, none seen"


def other_manifestations(examinations: tuple[Examination, ...]) -> Conclusion:
    """Return the other neurological or systemic signs, listed; they make nothing combined."""
    asked = [e for e in examinations if e.other_signs is not None]
    about = "other_manifestations"
    if not asked:
        words = "Whether there are other neurological or systemic signs is not known."
        missing = "whether other neurological or systemic signs were looked for"
        return unknown("I", about, words, missing)
    value, because = together(
        Seen(who=who(e), value="present" if e.other_signs else "none", because=(_other(e),))
        for e in asked
    )
    signs = dict.fromkeys(s for e in asked for s in e.other_signs or ())
    said = _list(_name("other_signs", s) for s in signs)
    return Conclusion(
        axis="I",
        about=about,
        value=value,
        words={
            "present": f"With other neurological or systemic signs: {said}.",
            "none": "Other neurological and systemic signs were looked for; none was noted.",
        }.get(value, f"The raters differ on other neurological or systemic signs ({said})."),
        because=because,
        missing=(disagreement("other signs"),) if value == UNDECIDED else (),
        mark="D",
    )


def _other(examination: Examination) -> str:
    return _list(_name("other_signs", s) for s in examination.other_signs or ()) or "none noted"


def non_motor(examinations: tuple[Examination, ...], diary: tuple[DiaryEntry, ...]) -> Conclusion:
    """Return which non-motor items were noted, and which were not."""
    kept = {key for entry in diary for key, _ in entry.ratings}
    scored = {s.scale for e in examinations for s in e.scores}
    noted: dict[str, str] = {}
    for key, item in table("non_motor").items():
        said = [
            f"{field.replace('_', ' ')} {getattr(e, field):g} ({who(e)})"
            for e in examinations
            for field in item["fields"]
            if getattr(e, field) is not None
        ]
        said += ["diary"] if kept & set(item["diary"]) else []
        said += sorted(scored & set(item["scales"]))
        if said:
            noted[key] = _list(said)
    names = {key: item["name"] for key, item in table("non_motor").items()}
    return Conclusion(
        axis="I",
        about="non_motor",
        value=", ".join(noted) or UNKNOWN,
        words=f"Noted: {_list(names[k] for k in noted)}." if noted else "Nothing was noted.",
        because=tuple(f"{names[k]}: {w}" for k, w in noted.items()),
        missing=tuple(f"not noted: {n}" for k, n in names.items() if k not in noted),
        mark="D",
    )
