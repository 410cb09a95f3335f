"""How a measure is declared, what it is given and what it returns."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from eutonia.model.condition import Condition
from eutonia.model.recording import Channel, Events, Floats

_T = TypeVar("_T")
Tier = Literal["clinical", "supportive", "research"]
Scale = Literal["difference", "ratio", "circular", "none"]

#: Flag of an EMG channel that is rectified or smoothed already (``eutonia.quality``).
ENVELOPE = "envelope"
#: Rates by which cameras and amplifiers are named, a second.
NAMED_HZ = (
    *(12.0, 15.0, 24.0, 25.0, 30.0, 48.0, 50.0, 60.0, 90.0, 100.0, 120.0, 125.0, 128.0, 200.0),
    *(240.0, 250.0, 256.0, 500.0, 512.0, 1000.0, 1024.0, 2000.0, 2048.0),
)
#: How far what is measured may lie from the name, as a share: "24" is 23.976 by the standard of
#: broadcasting, 23.94 by the clock of a phone, and 23.81 where stamps are whole milliseconds
#: (42 ms). Limits between the names, such as 27 and 55 pictures a second for blinks, stay as
#: published.
OFF_NAME = 0.01


def named_hz(rate_hz: float) -> float:
    """Return the rate that a measured one is named by, or the rate itself if that is higher.

    Examples
    --------
    >>> named_hz(23.976), named_hz(26.9)
    (24.0, 26.9)
    """
    return max([rate_hz, *(n for n in NAMED_HZ if abs(rate_hz / n - 1) <= OFF_NAME)])


@dataclass(frozen=True, kw_only=True)
class Input:
    """A kind of channel that a measure reads.

    Parameters
    ----------
    kind : str
        Kind of channel, as in `Channel.kind`.
    derive : str
        Id of the derivation that is applied first; empty for the signal as read.
    unit : str
        Unit that the channel must have; empty where only ratios are formed.
    min_rate_hz, min_s : float
        Least sampling rate, and least usable seconds in the condition.
    for_interval_s : float
        Seconds that the number takes, of a measure that gives none without an interval: what is
        said to be needed.
    envelope_rate_hz : float
        Least sampling rate of channels that were recorded as envelopes (flag `ENVELOPE`), where
        `derive` makes envelopes of the others; 0: that of all.
    not_flags : frozenset of str
        Quality flags that exclude a channel.
    event : str
        Name of an event that must be marked in the span (see ``knowledge/events``).
    """

    kind: str
    derive: str = ""
    unit: str = ""
    min_rate_hz: float = 0.0
    min_s: float = 0.0
    for_interval_s: float = 0.0
    envelope_rate_hz: float = 0.0
    not_flags: frozenset[str] = frozenset()
    event: str = ""

    def least_rate_hz(self, flags: Iterable[str]) -> float:
        """Return the least sampling rate of a channel with these flags."""
        if self.envelope_rate_hz and ENVELOPE in flags:
            return self.envelope_rate_hz
        return self.min_rate_hz

    def fast_enough(self, rate_hz: float, flags: Iterable[str]) -> bool:
        """Tell whether a channel with these flags was sampled often enough, by its rate's name."""
        return named_hz(rate_hz) >= self.least_rate_hz(flags)

    def long_enough(self, seconds: float, rate_hz: float) -> bool:
        """Tell whether so many seconds suffice; ends lie between samples, so one may be missing."""
        return seconds + 1 / rate_hz >= self.min_s if rate_hz else seconds >= self.min_s


@dataclass(frozen=True, kw_only=True)
class Aux:
    """Another condition that a measure needs by definition, such as the maximal contraction.

    Parameters
    ----------
    task : str
        Level of the factor ``task``; empty where another factor makes the condition.
    optional : str
        What is noted on the estimate where it was not recorded; empty: then NotMeasurable.
    factor, level : str
        In place of a task: the measure's own condition, but with this level of this factor, such
        as the same task with the trick on. The measure is not taken at that level itself.
    """

    task: str = ""
    optional: str = ""
    factor: str = ""
    level: str = ""

    def holds(self, condition: Condition, main: Condition) -> bool:
        """Tell whether a span's condition is the auxiliary one to the measure's own."""
        if not self.factor:
            return condition.get("task") == self.task
        others = set(condition.differing(main)) - {self.factor}
        return condition.get(self.factor) == self.level and not others

    def excludes(self, condition: Condition) -> bool:
        """Tell whether the measure itself is not taken in a condition."""
        factor, level = (self.factor, self.level) if self.factor else ("task", self.task)
        return condition.get(factor) == level


@dataclass(frozen=True)
class Each:
    """One target per channel of the only input.

    `sites` limits the channels to these muscles or electrodes, also where none was recorded.
    """

    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """One target per pair of channels of the only input.

    Muscles are antagonists or homologues as the muscle table says; electrodes are homologues where
    they mirror each other (C3, C4). `sites` limits the channels, where any of them was recorded.
    """

    relation: Literal["antagonist", "homologue", "all"]
    sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cross:
    """One target per pair of a channel of input `first` and one of input `second`.

    `first_sites` limits the first, in this order; empty: all.
    """

    first: str
    second: str
    first_sites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Whole:
    """One target: all channels together.

    With `sites`: the channels at these muscles or electrodes, in this order, all of them.
    """

    sites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a measure needs before it can run.

    It is not taken in `not_tasks`, nor where a factor has a level of `not_levels` (such as eyes
    closed); where there are `tasks`, only in these.
    """

    inputs: Mapping[str, Input]
    target: Each | Pairs | Cross | Whole
    aux: Mapping[str, Aux] = field(default_factory=dict)
    not_tasks: frozenset[str] = frozenset()
    tasks: frozenset[str] = frozenset()
    not_levels: frozenset[tuple[str, str]] = frozenset()

    def takes(self, condition: Condition) -> bool:
        """Tell whether the measure is taken in a condition."""
        task = condition.get("task")
        wanted = task in self.tasks if self.tasks else task not in self.not_tasks
        if self.not_levels & set(condition.levels):
            return False
        return wanted and not any(a.excludes(condition) for a in self.aux.values())


#: Fewest blocks for an interval (DESIGN.md, the contract of a measure). Fewer are declared where
#: limits hold an error besides, beside which that of the blocks is small.
MIN_BLOCKS = 8


@dataclass(frozen=True, kw_only=True)
class BlockBootstrap:
    """Resample blocks of `block_s` seconds (0: the measure's natural blocks, such as trials).

    `least`: fewest blocks for an interval.
    """

    block_s: float
    least: int = MIN_BLOCKS


@dataclass(frozen=True, kw_only=True)
class Jackknife:
    """Leave blocks out one at a time; the interval is formed on `transform` of the value.

    `in_time`: blocks that follow each other resemble each other, as in a drifting posture; the
    error is widened by their correlation (see `eutonia.stats.intervals.jackknife_in_time`).
    `least`: fewest blocks for an interval.
    """

    transform: Literal["none", "log", "fisher"] = "none"
    in_time: bool = False
    least: int = MIN_BLOCKS


@dataclass(frozen=True)
class Analytic:
    """The measure returns its own limits from a published formula."""


@dataclass(frozen=True)
class Repeats:
    """Student's interval over the values of at least three repeats."""


@dataclass(frozen=True)
class NoInterval:
    """No interval can be given; the reason is from ``NO_INTERVAL``."""

    reason: str


#: Why a number may stand without an interval: the closed list.
NO_INTERVAL: Mapping[str, str] = {
    "few_blocks": "too few independent blocks (fewer than 8)",
    "few_repeats": "fewer than 3 repeats",
    "no_spread": "every block gave the same, so the blocks cannot say how sure it is",
    "few_independent": "it drifted or went between postures so slowly that fewer than 3 seconds "
    "are independent of each other",
    "unstable": "undefined without some of the blocks, so they cannot say how sure it is",
    "exact": "counted or entered, not estimated",
    "undefined": "no interval is defined for this measure",
}


#: Begins the flag of a number of which only the least is known, such as ``at_least_45``.
AT_LEAST = "at_least_"


@dataclass(frozen=True, kw_only=True)
class Range:
    """Where a measure has been shown to hold.

    `saturates`: what is measured with lags behind the truth beyond it, so that a value there is
    given as "at least" the end of its interval on the side of 0, or, without one, of the range.
    """

    lo: float
    hi: float
    shown_by: str
    saturates: bool = False

    def beyond(self, value: float, near: float = np.inf) -> tuple[str, ...]:
        """Return the flag of a value beyond a range that saturates, such as ``at_least_45``.

        `near` is the distance from 0 of the nearer end of its interval.
        """
        if not self.saturates or not (value > self.hi or value < self.lo < 0):
            return ()
        end = abs(self.hi if value > self.hi else self.lo)
        return (f"{AT_LEAST}{near if np.isfinite(near) else end:.3g}",)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """The declaration of a measure: all that the runner, the report and the docs need.

    Parameters
    ----------
    id : str
        Stable name, such as ``emg.cci_fw``; never renamed.
    version : str
        Raised whenever the method changes.
    title : str
        In words, for a report.
    unit : str or mapping
        Unit; a mapping of part to unit where one computation yields several numbers. A part's
        full id is ``id.part``.
    tier : {'clinical', 'supportive', 'research'}
        How much it counts (``domain/clinical-rules.md`` §5).
    sources : tuple of str
        Keys of ``knowledge/references``; for a formula of our own, empty.
    method : str
        What is computed, in two or three sentences.
    needs : Needs
        Inputs, auxiliaries and targets.
    scale : {'difference', 'ratio', 'circular', 'none'}
        How two conditions are compared.
    interval : BlockBootstrap, Jackknife, Analytic, Repeats or NoInterval
        Where the interval comes from.
    valid : Range or mapping
        Range in which simulated truth was recovered; by part where the parts differ.
    invariant : frozenset of str
        Of ``gain``, ``channel_order``, ``time_shift``: what must not change the value.
    caution : str
        What a reader must know before using the number; shown beside it.
    history : str
        What earlier versions did otherwise, for who holds their numbers against these; shown with
        the methods.
    evidence_against : str
        Negative evidence, shown beside it.
    figure : str
        Name of the figure that the report draws: ``pairs``, ``bursts``, ``spectrum``,
        ``rhythm``, ``coherence``, ``time_course``, ``time_frequency``, ``matrix``, each from its
        arrays (see ``eutonia.plot``), ``scalp`` or ``bars``, from the findings themselves; empty:
        none.
    proofs : tuple of str
        Of ``simulated``, ``independent``, ``real``: which have been shown, each by a test.
    """

    id: str
    version: str
    title: str
    unit: str | Mapping[str, str]
    tier: Tier
    sources: tuple[str, ...]
    method: str
    needs: Needs
    scale: Scale
    interval: BlockBootstrap | Jackknife | Analytic | Repeats | NoInterval
    valid: Range | Mapping[str, Range]
    invariant: frozenset[str] = frozenset()
    caution: str = ""
    history: str = ""
    evidence_against: str = ""
    figure: str = ""
    proofs: tuple[str, ...] = ()

    @property
    def units(self) -> Mapping[str, str]:
        """Unit of each part; the part is empty where the measure is one number."""
        return {"": self.unit} if isinstance(self.unit, str) else self.unit

    @property
    def ranges(self) -> Mapping[str, Range]:
        """Validated range of each part."""
        return (
            dict.fromkeys(self.units, self.valid) if isinstance(self.valid, Range) else self.valid
        )

    def full_id(self, part: str) -> str:
        """Return the id of one part."""
        return f"{self.id}.{part}" if part else self.id


@dataclass(frozen=True, kw_only=True)
class Block:
    """The samples of one span.

    Parameters
    ----------
    x : ndarray, shape (n_channels, n_samples)
        In the unit of the channel. Masked samples hold interpolated values.
    mask : ndarray of bool, shape (n_channels, n_samples)
        True where a sample may be used.
    rate_hz : float
        Sampling rate on the visit's clock.
    events : Events
        In the span's time.
    start_s : float
        Time of the first sample on the visit's clock.
    computed : dict
        What measures have computed from these samples (see `once`).
    """

    x: Floats
    mask: NDArray[np.bool_]
    rate_hz: float
    events: Events
    start_s: float = 0.0
    computed: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Hashable, compute: Callable[[], _T]) -> _T:
        """Return what a pure function of the samples gives, computed once for all measures."""
        if key not in self.computed:
            self.computed[key] = compute()
        found: _T = self.computed[key]
        return found


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the runner hands to a measure: everything of one condition.

    Parameters
    ----------
    blocks : mapping of str to tuple of Block
        For each input, one block per span. The inputs of a `Cross` have as many blocks each, and
        those with the same index cover the same time on the visit's clock.
    targets : ndarray of int, shape (n_targets, k)
        Rows of the channels of each target (k = 1, 2, or the number of channels for `Whole`).
    aux : mapping of str to tuple of Block
        Blocks of the auxiliary conditions, channels as in the only input; empty if not recorded.
    condition : Condition
        What held during all blocks.
    channels : mapping of str to tuple of Channel
        For each input, what the rows of its blocks are.
    """

    blocks: Mapping[str, tuple[Block, ...]]
    targets: NDArray[np.intp]
    aux: Mapping[str, tuple[Block, ...]] = field(default_factory=dict)
    condition: Condition = Condition()
    channels: Mapping[str, tuple[Channel, ...]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> tuple[Block, ...]:
        return self.blocks[name]


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """The declaration of a derivation: one recording becomes another, sample by sample.

    `edge_s` is the margin that a filter needs on each side, so that a part read lazily equals the
    whole.
    """

    id: str
    version: str
    kind: str
    method: str
    sources: tuple[str, ...] = ()
    edge_s: float = 0.0
