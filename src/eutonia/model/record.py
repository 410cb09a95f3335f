"""The record: a person, a visit, its state, and the assessment that comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eutonia.model.examination import DiaryEntry, Examination
from eutonia.model.finding import Contrast, Estimate, Finding, NotMeasurable
from eutonia.model.history import History
from eutonia.model.recording import Channel, Issue, Recording, Source
from eutonia.model.verdicts import Verdicts

#: Version of the assessment's JSON schema; raised with a migration whenever the shape changes.
SCHEMA_VERSION = 5


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person under a pseudonym; no name, no date of birth."""

    id: str
    age_years: float | None = None
    sex: Literal["female", "male", "other", "unknown"] = "unknown"
    handedness: Literal["left", "right", "both", "unknown"] = "unknown"


@dataclass(frozen=True, kw_only=True)
class Drug:
    """A drug taken and the minutes since the last dose (None: unknown). No dose is stored."""

    name: str
    minutes_since_dose: float | None = None


@dataclass(frozen=True, kw_only=True)
class VisitState:
    """The state in which the visit was recorded (clinical rules §2); None: unknown or skipped.

    Parameters
    ----------
    form : str
        Form of dystonia as the examiner names it: a key of ``knowledge/forms``; empty: not named.
    affected_side, affected_part : str
        As the examiner names them.
    toxin_product, toxin_day, toxin_cycle
        Product, days since the last injection, number of the cycle; `toxin_never` is True where
        the person never had any.
    drugs : tuple of Drug, or None
        Empty tuple: none taken; None: unknown.
    stimulator : {'on', 'off', 'none', 'unknown'}
        And `stimulator_minutes` since it was last changed.
    pain, stress, fatigue : float or None
        0 to 10, now.
    rater, rater_role, blinded
        Who examined.
    goal, goal_rating, global_change
        The patient's own goal in words, how near it is (0–10), and the patient's global change
        since the last visit (−3 much worse … 3 much better).
    safety_asked : bool
        Whether the questions about danger were asked; `safety_reported` lists what was reported.
    consent : tuple of str
        Uses consented to: ``care``, ``teaching``, ``research``; `assent` of a minor, `bystanders`
        in the recordings, and `retention`: how long they may be kept.
    protocol : str
        Named protocol of the recordings.
    """

    form: str = ""
    affected_side: Literal["left", "right", "both", "midline", "unknown"] = "unknown"
    affected_part: str = ""
    handedness: Literal["left", "right", "both", "unknown"] = "unknown"
    toxin_never: bool = False
    toxin_product: str | None = None
    toxin_day: float | None = None
    toxin_cycle: int | None = None
    drugs: tuple[Drug, ...] | None = None
    stimulator: Literal["on", "off", "none", "unknown"] = "unknown"
    stimulator_minutes: float | None = None
    time_of_day: str | None = None
    sleep_h: float | None = None
    caffeine: bool | None = None
    alcohol: bool | None = None
    pain: float | None = None
    stress: float | None = None
    fatigue: float | None = None
    observed: bool | None = None
    instrument: str | None = None
    warm_up_minutes: float | None = None
    camera: str | None = None
    camera_rate_hz: float | None = None
    camera_distance_m: float | None = None
    camera_height_m: float | None = None
    camera_tilt_deg: float | None = None
    camera_mirrored: bool | None = None
    light_lux: float | None = None
    glasses: bool | None = None
    rater: str | None = None
    rater_role: str | None = None
    blinded: bool | None = None
    goal: str | None = None
    goal_rating: float | None = None
    global_change: float | None = None
    safety_asked: bool = False
    safety_reported: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    assent: bool | None = None
    bystanders: bool | None = None
    retention: str | None = None
    protocol: str | None = None
    remarks: str | None = None


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A file that could not be read: what, why, and what to do."""

    path: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Everything recorded on one day.

    Parameters
    ----------
    id : str
        BIDS session label or the folder's name.
    person : Person
        Whose visit it is.
    recordings : tuple of Recording
        All streams that could be read.
    lost : tuple of Lost
        Files that could not.
    state : VisitState
        What was asked at intake.
    examinations : tuple of Examination
        Of this day, one per rater; `earlier` are those of the person's last visit before, and
        `earlier_state` is what was asked at it.
    history : History
        What lasts from visit to visit.
    diary : tuple of DiaryEntry
        In order of time.
    labels : tuple of str
        Printed on every page: ``SIMULATED``, ``COMPOSITE``.
    """

    id: str
    person: Person
    recordings: tuple[Recording, ...] = ()
    lost: tuple[Lost, ...] = ()
    state: VisitState = VisitState()
    examinations: tuple[Examination, ...] = ()
    earlier: tuple[Examination, ...] = ()
    earlier_state: VisitState = VisitState()
    history: History = History()
    diary: tuple[DiaryEntry, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RecordingSummary:
    """What the assessment keeps of a recording."""

    id: str
    kind: str
    duration_s: float
    rate_hz: float | None
    channels: tuple[Channel, ...]
    conditions: tuple[str, ...]
    issues: tuple[Issue, ...]
    bad_share: float
    sources: tuple[Source, ...]
    device: str = ""
    aligned: str = "alone"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What is needed to recompute the assessment.

    `versions` holds Eutonia, Python and the libraries that make the numbers (of the models that
    looked at a video, ``model NAME``, the SHA-256); `measures` the version of each;
    `inputs` every file read, with its hash, also the sidecars, relative to the visit; `visit` the
    way from the output folder to the visit; `outputs` every file written.
    """

    versions: tuple[tuple[str, str], ...]
    measures: tuple[tuple[str, str], ...]
    inputs: tuple[Source, ...]
    seed: int
    visit: str = ""
    outputs: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """Everything that one visit says; the arrays behind it (`Evidence`) are kept beside it."""

    person: Person
    visit: str
    state: VisitState
    recordings: tuple[RecordingSummary, ...]
    lost: tuple[Lost, ...]
    findings: tuple[Finding, ...]
    contrasts: tuple[Contrast, ...]
    not_measurable: tuple[NotMeasurable, ...]
    manifest: Manifest
    examinations: tuple[Examination, ...] = ()
    earlier_state: VisitState = VisitState()
    history: History = History()
    diary: tuple[DiaryEntry, ...] = ()
    verdicts: Verdicts = Verdicts()
    labels: tuple[str, ...] = ()
    schema_version: int = SCHEMA_VERSION


#: Key of `Estimate.evidence` to named arrays, from which figures are drawn (``evidence.npz``).
Evidence = dict[str, dict[str, NDArray[np.generic]]]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Everything that running measures over a visit gave, before it is judged."""

    estimates: tuple[Estimate, ...] = ()
    contrasts: tuple[Contrast, ...] = ()
    not_measurable: tuple[NotMeasurable, ...] = ()
    evidence: Evidence = field(default_factory=dict)

    def plus(self, other: Outcome) -> Outcome:
        """Return both together, in order."""
        return Outcome(
            estimates=self.estimates + other.estimates,
            contrasts=self.contrasts + other.contrasts,
            not_measurable=self.not_measurable + other.not_measurable,
            evidence={**self.evidence, **other.evidence},
        )
