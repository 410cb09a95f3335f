"""Conditions and the spans of recordings that they hold for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Condition:
    """What the person did and in which state: a frozen mapping of factor to level.

    Parameters
    ----------
    levels : tuple of (str, str)
        Factor and level, sorted by factor. Use `Condition.of` to build one.

    Examples
    --------
    >>> writing = Condition.of(task="writing", side="right")
    >>> writing.differing(Condition.of(task="rest", side="right"))
    ('task',)
    """

    levels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, **levels: str) -> Condition:
        """Build a condition from factors and levels; empty levels are left out."""
        return cls(tuple(sorted((k, v) for k, v in levels.items() if v)))

    def get(self, factor: str, default: str = "") -> str:
        """Return the level of `factor`, or `default` where it is not stated."""
        return dict(self.levels).get(factor, default)

    def replace(self, **levels: str) -> Condition:
        """Return a copy with some factors set (an empty level removes the factor)."""
        return Condition.of(**{**dict(self.levels), **levels})

    def differing(self, other: Condition) -> tuple[str, ...]:
        """Return the factors in which two conditions differ, sorted."""
        mine, theirs = dict(self.levels), dict(other.levels)
        return tuple(sorted(f for f in mine | theirs if mine.get(f) != theirs.get(f)))

    @property
    def label(self) -> str:
        """The condition in words, the task first: ``writing, trick on``."""
        if not self.levels:
            return "whole recording"
        levels = dict(self.levels)
        words = [levels.pop("task").replace("_", " ")] if "task" in levels else []
        words += [f"{f.replace('_', ' ')} {v.replace('_', ' ')}" for f, v in sorted(levels.items())]
        return ", ".join(words)


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of one recording in one condition.

    Parameters
    ----------
    recording : str
        Id of the recording.
    start_s, stop_s : float
        Seconds from the recording's first sample.
    condition : Condition
        What held during the span.
    repeat : int
        1 for the first time that this condition was recorded at the visit, then 2, 3, …
    """

    recording: str
    start_s: float
    stop_s: float
    condition: Condition
    repeat: int = 1
