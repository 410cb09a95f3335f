"""What several raters saw, brought together: agreement, or undecided with all of it shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eutonia.model import Conclusion, Examination

UNKNOWN, UNDECIDED = "unknown", "undecided"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one rater's examination says about one thing; an empty value: nothing."""

    who: str
    value: str
    because: tuple[str, ...] = ()


def who(examination: Examination) -> str:
    """Return the rater in words, with the date where it is known."""
    name = f"rater {examination.rater}" if examination.rater else "a rater without a letter"
    return f"{name} ({examination.date})" if examination.date else name


def together(seen: Iterable[Seen]) -> tuple[str, tuple[str, ...]]:
    """Return the value that all raters who say anything agree on, and what led to it.

    Returns
    -------
    value : str
        ``unknown`` where nobody says anything, ``undecided`` where they disagree.
    because : tuple of str
        What each rater saw.
    """
    said = [s for s in seen if s.value not in ("", UNKNOWN)]
    values = {s.value for s in said}
    if not values:
        return UNKNOWN, ()
    because = tuple(f"{s.who}: {'; '.join(s.because) or s.value}" for s in said)
    if len(values) == 1:
        return said[0].value, because
    return UNDECIDED, tuple(
        f"{s.who}: {s.value}" + (f" ({'; '.join(s.because)})" if s.because else "") for s in said
    )


def disagreement(about: str) -> str:
    """Return what would settle it when raters differ."""
    return f"the raters differ on {about}: agree, or override with a reason"


def unknown(axis: str, about: str, words: str, *missing: str) -> Conclusion:
    """Return a conclusion that nothing is known, and what would be needed."""
    return Conclusion(axis=axis, about=about, value=UNKNOWN, words=words, missing=missing)


def capital(words: str) -> str:
    """Return the words with a capital first letter and the rest as it is."""
    return words[:1].upper() + words[1:]
