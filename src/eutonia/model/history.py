"""What lasts from visit to visit: onset, family, exposures, tests, treatments, consent.

The fields of `History` are those of the questions in ``knowledge/history.yaml``; a test holds them
together. None or an empty tuple means not asked or not known. Of a date (ISO 8601) a year or a
month is enough: ``2019``, ``2019-05``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a record may be used for, and who consents to it.
Use = Literal["care", "teaching", "research"]
ConsentBy = Literal["person", "guardian", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Relative:
    """One member of the pedigree, under an id; `mother` and `father` are ids of other members."""

    id: str
    relation: str = ""
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    affected: bool | None = None
    what: str = ""
    onset_age: float | None = None
    deceased: bool | None = None
    mother: str = ""
    father: str = ""


@dataclass(frozen=True, kw_only=True)
class Exposure:
    """A drug, toxin, injury or infection that may matter; no dose.

    `kind` is a key of ``knowledge/exposures``; `days_before` is how many days before the dystonia
    began or worsened it started, was raised or stopped (`change`).
    """

    name: str
    kind: str = "drug"
    change: Literal["started", "raised", "stopped", "happened", "unknown"] = "unknown"
    days_before: float | None = None
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkupResult:
    """One entry of the work-up: what was done, when, with what result and by whom.

    Parameters
    ----------
    item : str
        Key of ``knowledge/workup``.
    status : {'done', 'ordered', 'declined', 'not needed'}
        `by` and `result` say who decided and why.
    value, unit, lo, hi : float, str
        A number with the laboratory's own range.
    outcome : {'normal', 'abnormal', 'unclear', 'unknown'}
        As reported by the laboratory or the examiner; Eutonia judges only against `lo` and `hi`.
    """

    item: str
    status: Literal["done", "ordered", "declined", "not needed"] = "done"
    date: str = ""
    result: str = ""
    outcome: Literal["normal", "abnormal", "unclear", "unknown"] = "unknown"
    value: float | None = None
    unit: str = ""
    lo: float | None = None
    hi: float | None = None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class FlagClosed:
    """A red flag that somebody closed: with result, date and name; it is never deleted."""

    flag: str
    result: str
    date: str
    by: str


@dataclass(frozen=True, kw_only=True)
class GeneFinding:
    """A gene as the laboratory reported it; Eutonia does not interpret variants."""

    gene: str
    result: Literal["pathogenic", "likely pathogenic", "uncertain", "negative", "unknown"] = (
        "unknown"
    )
    variant: str = ""
    zygosity: str = ""
    date: str = ""


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Growth of a child."""

    age_years: float
    height_cm: float | None = None
    weight_kg: float | None = None
    head_cm: float | None = None


@dataclass(frozen=True, kw_only=True)
class Therapy:
    """A treatment as the user logged it, in words and without a dose; Eutonia never suggests one.

    `kind` is a key of ``knowledge/therapies``, or words.
    """

    kind: str
    started: str = ""
    stopped: str = ""
    effect: Literal["worse", "none", "some", "good", "unknown"] = "unknown"
    adverse: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """Consent to one use, by whom, and when it was given or withdrawn."""

    use: Use
    given: bool
    date: str = ""
    withdrawn: str = ""
    by: ConsentBy = "unknown"
    assent: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Aetiology:
    """One block of Axis II with its evidence and how certain it is.

    `block` is ``genetic``, ``acquired``, ``anatomical`` or ``mechanism`` (2025), or
    ``idiopathic`` (2013).
    """

    block: Literal["genetic", "acquired", "anatomical", "mechanism", "idiopathic"]
    what: str
    certainty: Literal["confirmed", "probable", "suspected"] = "suspected"
    evidence: str = ""


@dataclass(frozen=True, kw_only=True)
class History:
    """What lasts from visit to visit: onset, family, exposures, tests, treatments, consent.

    Parameters
    ----------
    onset_age, diagnosis_age : float or None
        In years; both are kept, for they differ.
    onset_region : str
        Where it began: key of ``knowledge/regions``.
    onset_speed : str
        How fast it came.
    spread : tuple of str
        Regions in the order in which they followed, such as ``CE 2015``.
    """

    onset_age: float | None = None
    diagnosis_age: float | None = None
    onset_region: str = ""
    onset_speed: Literal["minutes to hours", "days", "weeks to months", "years", "unknown"] = (
        "unknown"
    )
    onset_task: str = ""
    spread: tuple[str, ...] = ()
    remission: str = ""
    illness_course: str = ""
    diurnal: bool | None = None
    alcohol_responsive: bool | None = None
    levodopa_trial: Literal["never", "no response", "partial", "sustained", "unknown"] = "unknown"
    # family
    family_dystonia: bool | None = None
    family_other: tuple[str, ...] = ()
    consanguinity: bool | None = None
    ancestry: str = ""
    relatives: tuple[Relative, ...] = ()
    # birth, development, exposures
    birth: str = ""
    development: str = ""
    exposures: tuple[Exposure, ...] = ()
    conditions: tuple[str, ...] = ()
    allergies: tuple[str, ...] = ()
    # work-up
    tests: tuple[WorkupResult, ...] = ()
    closed: tuple[FlagClosed, ...] = ()
    genes: tuple[GeneFinding, ...] = ()
    gene_counselling: bool | None = None
    # treatment
    therapies: tuple[Therapy, ...] = ()
    # children
    growth: tuple[Growth, ...] = ()
    school: str = ""
    guardian: bool | None = None
    # aetiology (Axis II) as the examiner concludes: block to words and certainty
    aetiology: tuple[Aetiology, ...] = ()
    # uses
    consents: tuple[Consent, ...] = ()
    retention: str = ""
    note: str = ""
