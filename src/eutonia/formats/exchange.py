"""What a file of another system can hold of a visit, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

from eutonia.model import (
    Condition,
    DiaryEntry,
    Estimate,
    Examination,
    History,
    Interval,
    Person,
    Score,
    VisitState,
)

#: Names of our own code systems and documents in exchange files.
NAMESPACE = "urn:eutonia"


@dataclass(frozen=True, kw_only=True)
class Number:
    """What travels of an estimate: the value with the six things, without what recomputes it."""

    measure: str
    version: str
    title: str
    unit: str
    tier: str
    target: str
    side: str = ""
    condition: Condition = Condition()
    value: float
    interval: Interval | None = None
    no_interval: str = ""
    n_effective: float = 0.0
    valid: tuple[float, float] = (float("-inf"), float("inf"))
    origin: str = "measured"
    rater: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A phenotypic feature: a term that was found, or looked for and not found."""

    code: str
    label: str
    excluded: bool = False
    modifiers: tuple[str, ...] = ()
    severity: str = ""
    about: str = ""


@dataclass(frozen=True, kw_only=True)
class Received:
    """What was read from a file of another system.

    Parameters
    ----------
    person : Person
        Under the pseudonym that the file carries.
    visit : str
        Id of the visit; empty where the file does not say.
    state, history
        None where the file holds none.
    examinations, diary, scores
        As entered; `scores` are those that stand in no examination.
    numbers : tuple of Number
        Computed values; they are for looking at, never taken into a visit.
    features : tuple of Feature
        Of a phenopacket.
    left : tuple of str
        What the file holds and Eutonia did not take, in words.
    """

    person: Person
    visit: str = ""
    state: VisitState | None = None
    examinations: tuple[Examination, ...] = ()
    history: History | None = None
    diary: tuple[DiaryEntry, ...] = ()
    scores: tuple[Score, ...] = ()
    numbers: tuple[Number, ...] = ()
    features: tuple[Feature, ...] = ()
    left: tuple[str, ...] = ()


def number(estimate: Estimate) -> Number:
    """Return what travels of an estimate."""
    return Number(
        measure=estimate.measure,
        version=estimate.version,
        title=estimate.title,
        unit=estimate.unit,
        tier=estimate.tier,
        target=estimate.target.label,
        side=estimate.target.side,
        condition=estimate.condition,
        value=estimate.value,
        interval=estimate.interval,
        no_interval=estimate.no_interval,
        n_effective=estimate.n_effective,
        valid=estimate.valid,
        origin=estimate.origin,
        rater=estimate.context.rater,
        sources=estimate.sources,
    )
