"""What an examiner sees and scores on one day, and what the person notes at home.

The fields of `Examination` and `DiaryEntry` are those of the questions in
``knowledge/examination.yaml`` and ``diary.yaml``; a test holds them together. None or an empty
tuple means not asked or not known. Dates are ISO 8601 (``2026-03-01``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BodySide = Literal["left", "right", "both", "midline", "unknown"]


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
