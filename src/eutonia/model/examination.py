"""What people say and see: the examination, the history that lasts, the diary, and conclusions.

The fields of `Examination`, `History` and `DiaryEntry` are those of the questions in
``knowledge/examination.yaml``, ``history.yaml`` and ``diary.yaml``; a test holds them together.
None or an empty tuple means not asked or not known. Dates are ISO 8601 (``2026-03-01``); in a
history a year or a month is enough (``2019``, ``2019-05``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BodySide = Literal["left", "right", "both", "midline", "unknown"]
#: Urgency, rising; rules only ever raise it, and none says "no danger".
UrgencyTier = Literal["DISCUSS", "SOON", "URGENT", "EMERGENCY"]
#: How far a statement was checked: V against its source, M from memory, D our own decision.
Mark = Literal["V", "M", "D"]


# --- what an examiner sees on one day -----------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RegionSeen:
    """A region of the body that the examiner found affected; a machine only proposes one.

    Parameters
    ----------
    region : str
        Key of ``knowledge/regions``: UC, LC, CE, LX, UR, UL, TR, DR, DL.
    side : str
        Of a region that has no fixed side.
    at_rest : bool or None
        Whether it is there at rest.
    tasks : tuple of str
        In which tasks it appears, as the examiner names them.
    severity : float or None
        0 none to 4 severe, as the examiner judges.
    """

    region: str
    side: BodySide = "unknown"
    at_rest: bool | None = None
    tasks: tuple[str, ...] = ()
    severity: float | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class NeckSign:
    """One pattern of a cervical dystonia: a key of ``knowledge/neck_patterns``, with its side."""

    pattern: str
    side: BodySide = "unknown"
    degrees: float | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """What one rater entered on one scale: raw items, or totals where items may not be shown.

    Parameters
    ----------
    scale, version : str
        Key of ``knowledge/scales``, and the version of the scale where it has several.
    items : tuple of (str, float)
        Item id (``part.item`` where the scale has parts) to the raw entry; a missing item is absent
        and never counted as 0.
    totals : tuple of (str, float)
        Part id (``total`` for the whole) to a total entered as such.
    not_applicable : tuple of str
        Items that do not apply to this person, such as driving.
    limited : bool or None
        ADDS only: whether there is any limitation.
    video : str
        What was rated, where it was not live.
    """

    scale: str
    version: str = ""
    items: tuple[tuple[str, float], ...] = ()
    totals: tuple[tuple[str, float], ...] = ()
    not_applicable: tuple[str, ...] = ()
    limited: bool | None = None
    video: str = ""


@dataclass(frozen=True, kw_only=True)
class PassiveRange:
    """A joint moved by the examiner with a goniometer, in degrees."""

    joint: str
    motion: str
    side: BodySide = "unknown"
    passive_deg: float | None = None
    active_deg: float | None = None
    same_in_sleep: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Strength:
    """Strength of one movement on the MRC scale, 0 to 5."""

    movement: str
    side: BodySide = "unknown"
    mrc: float | None = None


@dataclass(frozen=True, kw_only=True)
class Override:
    """The examiner's own conclusion in place of the computed one, with the reason."""

    about: str
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What one rater saw and scored on one day; several raters give several examinations.

    Parameters
    ----------
    rater, role, date
        Who, in which role, when.
    danger : tuple of (str, bool)
        Danger sign (key of ``knowledge/danger_signs``) to whether it is there; only those asked.
    dsap : int or None
        Level 1 to 5 of the Dystonia Severity Action Plan, as the examiner grades it.
    regions, neck : tuple
        What is affected; regions named by the examiner are thereby confirmed.
    muscles : tuple of str
        Affected muscles or groups: keys of ``knowledge/muscles`` with the side before, or words.
    form : str
        Named form, a key of ``knowledge/forms``; empty: not named.
    phenomenology : tuple of str
        Keys of ``knowledge/phenomenology`` that are present, and `absent` those that were looked
        for and are not.
    motor_signs : tuple of str or None
        Other movement disorders (keys of ``knowledge/motor_signs``); empty: looked for, none.
    other_signs : tuple of str or None
        Other neurological or systemic signs (keys of ``knowledge/other_signs``); same.
    functional_signs : tuple of str or None
        Positive signs of a functional disorder, by the examiner only.
    course, variability
        Temporal pattern as the examiner names it.
    trick, trick_effect
        The sensory trick in words, and what it does.
    """

    rater: str
    role: str = ""
    date: str = ""
    blinded: bool | None = None
    video: str = ""
    # safety
    danger: tuple[tuple[str, bool], ...] = ()
    dsap: int | None = None
    # movement
    form: str = ""
    regions: tuple[RegionSeen, ...] = ()
    neck: tuple[NeckSign, ...] = ()
    muscles: tuple[str, ...] = ()
    phenomenology: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    motor_signs: tuple[str, ...] | None = None
    other_signs: tuple[str, ...] | None = None
    functional_signs: tuple[str, ...] | None = None
    course: Literal["static", "progressive", "unknown"] = "unknown"
    variability: Literal["persistent", "action_specific", "diurnal", "paroxysmal", "unknown"] = (
        "unknown"
    )
    trick: str = ""
    trick_effect: Literal["none", "partial", "complete", "unknown"] = "unknown"
    # triggers and relief
    triggers: tuple[str, ...] = ()
    relief: tuple[str, ...] = ()
    tasks_affected: tuple[str, ...] = ()
    tasks_spared: tuple[str, ...] = ()
    onset_speed: str = ""
    onset_after_s: float | None = None
    freezing: bool | None = None
    tool_tremor: bool | None = None
    worse_observed: Literal["worse", "same", "better", "unknown"] = "unknown"
    # strength and joints
    strength: tuple[Strength, ...] = ()
    grip_right_kg: float | None = None
    grip_left_kg: float | None = None
    passive_range: tuple[PassiveRange, ...] = ()
    # function and life
    posture: tuple[str, ...] = ()
    habits: tuple[str, ...] = ()
    compensation: tuple[str, ...] = ()
    work: str = ""
    work_affected: float | None = None
    participation: float | None = None
    quality_of_life: float | None = None
    confidence: float | None = None
    social_anxiety: float | None = None
    practice_minutes: float | None = None
    practice_minutes_before: float | None = None
    driving: Literal["drives", "stopped", "advised to stop", "never drove", "unknown"] = "unknown"
    pain_usual: float | None = None
    pain_worst: float | None = None
    swallowing: str = ""
    speech: str = ""
    weight_change_kg: float | None = None
    # scores and the examiner's last word
    scores: tuple[Score, ...] = ()
    overrides: tuple[Override, ...] = ()
    note: str = ""


# --- what lasts from visit to visit -------------------------------------------------------------


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

    use: Literal["care", "teaching", "research"]
    given: bool
    date: str = ""
    withdrawn: str = ""
    by: Literal["person", "guardian", "unknown"] = "unknown"
    assent: bool | None = None


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


# --- what the person notes at home --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class DiaryEntry:
    """One entry of a diary.

    Parameters
    ----------
    time : str
        ISO 8601, local time, to the minute.
    ratings : tuple of (str, float)
        Key of ``knowledge/diary_ratings`` (severity, pain, stress, fatigue 0 to 10, sleep_hours,
        practice_minutes, …) to the entry.
    tasks, triggers : tuple of str
        What was being done, and what the person names as a trigger.
    observed, trick_worked, medication
        Watched or alone; whether the trick worked; whether the medication was taken.
    toxin_day : float or None
        Days since the last injection.
    """

    time: str
    ratings: tuple[tuple[str, float], ...] = ()
    tasks: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    observed: bool | None = None
    trick_worked: bool | None = None
    medication: bool | None = None
    toxin_day: float | None = None
    note: str = ""


# --- what follows from it -----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """One conclusion of the classification, with what led to it and what is missing.

    Parameters
    ----------
    axis : str
        ``I`` or ``II``; ``scheme`` for the older ones.
    about : str
        Such as ``distribution``, ``age_at_onset``, ``associated``.
    value : str
        A code; ``undecided`` and ``unknown`` are answers.
    words : str
        In one sentence.
    because : tuple of str
        The observations that led to it.
    missing : tuple of str
        What would be needed to decide, or to be surer.
    mark, sources
        How far the rule was checked, and where it stands.
    computed, reason : str
        Where the examiner's own conclusion replaces the computed one: that one, and why.
    """

    axis: str
    about: str
    value: str
    words: str
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mark: Mark = "D"
    sources: tuple[str, ...] = ()
    computed: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A red flag: why it is raised, what to do now, and who closed it (if anybody did)."""

    id: str
    tier: UrgencyTier
    title: str
    action: str
    because: tuple[str, ...]
    mark: Mark = "D"
    sources: tuple[str, ...] = ()
    closed: FlagClosed | None = None


@dataclass(frozen=True, kw_only=True)
class WorkupItem:
    """One line of the work-up: done or open, with the reason for the reminder."""

    item: str
    group: str
    title: str
    status: Literal["done", "ordered", "open", "declined", "not needed"]
    reason: str = ""
    result: str = ""
    mark: Mark = "D"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ScaleChange:
    """A scale against an earlier rating of it.

    Parameters
    ----------
    scale, part, version : str
    before, after : float
    percent : float or None
        Improvement in percent of `before`; None where that is 0 or means nothing.
    mcid : tuple of (str, str)
        Anchor in words to whether it is crossed: each threshold by itself.
    mdc : str
        Whether measurement error is exceeded, or that it is not known.
    broken : tuple of str
        What breaks the comparison: other rater, other version, other toxin phase…
    words : str
    """

    scale: str
    part: str
    version: str
    before: float
    after: float
    percent: float | None
    mcid: tuple[tuple[str, str], ...]
    mdc: str
    broken: tuple[str, ...]
    words: str
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """Everything that follows from examination, history and diary of one visit."""

    conclusions: tuple[Conclusion, ...] = ()
    flags: tuple[Flag, ...] = ()
    asked: tuple[int, int] = (0, 0)
    workup: tuple[WorkupItem, ...] = ()
    changes: tuple[ScaleChange, ...] = ()
