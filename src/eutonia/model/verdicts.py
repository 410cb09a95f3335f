"""What follows from examination, history and diary: conclusions, red flags, work-up, changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from eutonia.model.history import FlagClosed

#: Urgency, rising; rules only ever raise it, and none says "no danger".
UrgencyTier = Literal["DISCUSS", "SOON", "URGENT", "EMERGENCY"]
#: How far a statement was checked: V against its source, M from memory, D our own decision.
Mark = Literal["V", "M", "D"]


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
    rater : str
        Who rated now.
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
    rater: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """Everything that follows from examination, history and diary of one visit."""

    conclusions: tuple[Conclusion, ...] = ()
    flags: tuple[Flag, ...] = ()
    asked: tuple[int, int] = (0, 0)
    workup: tuple[WorkupItem, ...] = ()
    changes: tuple[ScaleChange, ...] = ()
