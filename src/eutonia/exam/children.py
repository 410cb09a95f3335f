"""A child: assent, the course of growth, school; what is entered and what is missing.

No reference for growth is shipped: the course of the entered values is shown, and nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass

from eutonia.exam.facts import CHILD_YEARS
from eutonia.model import Growth, History
from eutonia.model.record import Person, VisitState

_MEASURES = (
    ("height_cm", "height", "cm"),
    ("weight_kg", "weight", "kg"),
    ("head_cm", "head", "cm"),
)


@dataclass(frozen=True, kw_only=True)
class Child:
    """What the record says about a child.

    Parameters
    ----------
    growth : tuple of Growth
        In order of age.
    words : tuple of str
        What is entered, one sentence each.
    missing : tuple of str
        What is not.
    """

    growth: tuple[Growth, ...]
    words: tuple[str, ...]
    missing: tuple[str, ...]


def child(person: Person, state: VisitState, history: History) -> Child | None:
    """Return the record of a child; None for adults and where age and onset leave it open."""
    if not is_child(person, history):
        return None
    growth = tuple(sorted(history.growth, key=lambda g: g.age_years))
    words, missing = [], []
    for field, name, unit in _MEASURES:
        values = [(g.age_years, v) for g in growth if (v := getattr(g, field)) is not None]
        if values:
            course = ", ".join(f"{v:g} {unit} at {age:g} years" for age, v in values)
            words.append(f"{name.capitalize()}: {course}; no reference is shipped.{_fall(values)}")
        else:
            missing.append(name)
    assent = _assent(state, history)
    if assent is None:
        missing.append("the child's own assent")
    else:
        words.append("The child agreed." if assent else "The child did not agree: do not record.")
    if not any(c.given and not c.withdrawn and c.by == "guardian" for c in history.consents):
        missing.append("the guardian's consent")
    if history.school:
        words.append(f"School: {history.school}")
    else:
        missing.append("school")
    return Child(growth=growth, words=tuple(words), missing=tuple(missing))


def is_child(person: Person, history: History) -> bool:
    """Return whether the person is under 18, or a guardian speaks for a person of unknown age."""
    if person.age_years is None:
        return bool(history.guardian)
    return person.age_years < CHILD_YEARS


def _assent(state: VisitState, history: History) -> bool | None:
    """Return the child's word: of today, else of the consents; one no outweighs every yes."""
    if state.assent is not None:
        return state.assent
    given = [c.assent for c in history.consents if c.assent is not None and not c.withdrawn]
    return all(given) if given else None


def _fall(values: list[tuple[float, float]]) -> str:
    """Return a sentence where the last value is smaller than the one before."""
    if len(values) < 2 or values[-1][1] >= values[-2][1]:
        return ""
    return " The last value is smaller than the one before: check it, and ask why."
