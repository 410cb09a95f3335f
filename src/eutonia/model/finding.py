"""Numbers about a person, and what they are held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eutonia.model.condition import Condition
from eutonia.model.measure import AT_LEAST, Scale, Tier

Origin = Literal["measured", "rated", "reported"]
IntervalKind = Literal["within the recording", "between repeats", "test-retest"]
ComparisonKind = Literal["reference", "other side", "condition", "norms", "earlier visit"]
Verdict = Literal[
    "differs",
    "no difference shown",
    "not judged",
    "smaller than this measure can resolve",
    "beyond measurement error",
    "repeatability unknown",
    "not comparable",
    "no published norm",
    "inside the reference",
    "outside the reference",
]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval and what it is an interval of.

    Only a test–retest interval speaks about change between visits.
    """

    lo: float
    hi: float
    kind: IntervalKind
    method: str
    level: float = 0.95


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a number is about: one channel, a pair, or all.

    Parameters
    ----------
    label : str
        In words, such as ``left splenius capitis / right splenius capitis``.
    channels : tuple of str
        Names of the channels.
    sites : tuple of str
        Muscle ids or electrodes; the name of the channel where the site is not known.
    side : str
        ``left`` or ``right`` where all channels are of that side, else empty.
    """

    label: str
    channels: tuple[str, ...]
    sites: tuple[str, ...]
    side: str = ""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The circumstances of a number, from the state of the visit; empty: not known."""

    time: str = ""
    rater: str = ""
    device: str = ""
    protocol: str = ""
    medication: str = ""
    stimulator: str = ""
    days_since_toxin: float | None = None


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """One number about one target in one condition, with the six things.

    Parameters
    ----------
    measure, version, part : str
        Which method; `measure` is the full id, with the part.
    title, unit, tier, sources
        As declared by the measure.
    target : Target
        What it is about.
    condition : Condition
        In which condition.
    value : float
        The number; never NaN.
    interval : Interval or None
        None: then `no_interval` holds a key of ``NO_INTERVAL``.
    n_effective : float
        Independent pieces behind the value.
    n_repeats : int
        Spans pooled.
    valid : tuple of float
        Range in which the method was validated; `valid_by` says where that is shown.
    quality : tuple of str
        Flags of the channels it stands on.
    notes : tuple of str
        What it was normalised by or assumed.
    blocks : tuple of float
        Values of its blocks in time, for looking at drift within the recording.
    details : dict
        Further facts without an interval, such as the frequency of a peak.
    recordings : tuple of str
        Ids of the recordings it was computed from.
    origin : {'measured', 'rated', 'reported'}
        Who it comes from.
    context : Context
        The circumstances.
    seed : int
        Seed of its resampling.
    evidence : str
        Key of the arrays behind it, and `row`, its place in them.
    """

    measure: str
    version: str
    title: str
    unit: str
    tier: Tier
    sources: tuple[str, ...]
    target: Target
    condition: Condition
    value: float
    interval: Interval | None
    n_effective: float
    valid: tuple[float, float]
    valid_by: str
    part: str = ""
    no_interval: str = ""
    n_repeats: int = 1
    quality: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    blocks: tuple[float, ...] = ()
    details: tuple[tuple[str, float], ...] = ()
    recordings: tuple[str, ...] = ()
    origin: Origin = "measured"
    context: Context = Context()
    seed: int = 0
    evidence: str = ""
    row: int = 0

    @property
    def in_valid_range(self) -> bool:
        """Whether the value lies where the method was validated."""
        return self.valid[0] <= self.value <= self.valid[1]

    @property
    def least(self) -> float | None:
        """The least size of what is measured, where no more of it is known (with 95 %); else None.

        Its sign is that of the value. The ends of the interval say nothing more then.
        """
        flag = next((q for q in self.quality if q.startswith(AT_LEAST)), "")
        return float(flag.removeprefix(AT_LEAST)) if flag else None


@dataclass(frozen=True, kw_only=True)
class NotMeasurable:
    """A measure that could not be taken, and why; shown like any finding.

    `reason` is a sentence that says what is missing and, where it helps, what to do.
    """

    measure: str
    version: str
    title: str
    tier: Tier
    code: str
    reason: str
    condition: Condition = Condition()
    target: str = ""


@dataclass(frozen=True, kw_only=True)
class Contrast:
    """Two conditions, or two sides, that differ in exactly one factor: `a` against `b`.

    Parameters
    ----------
    factor : str
        The factor that differs; ``side`` for the other side of the body.
    a, b : str
        The two levels.
    value : float
        ``a - b`` or ``a / b`` by `scale`.
    interval : Interval or None
        As for an estimate.
    p : float or None
        Two-sided, from the same resampling.
    q : float or None
        After false-discovery control over all exploratory contrasts (Benjamini–Hochberg).
    paired : str
        ``repeats`` or ``blocks``: what was compared with what.
    """

    measure: str
    target: Target
    condition: Condition
    factor: str
    a: str
    b: str
    scale: Scale
    value: float
    interval: Interval | None
    no_interval: str = ""
    p: float | None = None
    q: float | None = None
    paired: str = "blocks"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """An estimate held against one thing, with a sentence in words; `z` only against norms."""

    kind: ComparisonKind
    against: str
    verdict: Verdict
    words: str
    difference: float | None = None
    scale: Scale = "difference"
    interval: Interval | None = None
    q: float | None = None
    z: float | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """An estimate and everything it was held against; `primary` for the form named at intake."""

    estimate: Estimate
    comparisons: tuple[Comparison, ...]
    words: str
    primary: bool = False
