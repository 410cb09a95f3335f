"""The totals of a rating scale from what was entered, or how far it is from complete.

A total stands only where it is complete; else it is ``incomplete (n of m)``. Nothing is imputed.
Prorating happens only where the scale's own row in ``knowledge/scales`` says so, and is flagged.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eutonia.formats.scale_formula import computed
from eutonia.formats.scale_table import Scale, ScalePart, scale_of
from eutonia.model import Score


@dataclass(frozen=True, kw_only=True)
class Total:
    """The total of one part of a scale.

    Parameters
    ----------
    part, title, unit
        Which part; ``total`` for the whole scale.
    value, lo, hi : float
        The total and the range of the part.
    flags : tuple of str
        ``entered`` (as a total), ``prorated``, and which items do not apply.
    n, m : int
        Items entered, of those that apply; parts, where it is a sum of parts.
    unsure : tuple of str
        What of it was not checked against a source: its range, its scoring, that of a part.
    refs : tuple of str
        Sources; empty where anything is unsure, for only what was checked is cited.
    """

    part: str
    title: str
    unit: str
    value: float
    lo: float
    hi: float
    flags: tuple[str, ...]
    n: int
    m: int
    unsure: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Incomplete:
    """A part that has no total, and why: `n` of `m` items (or parts) were entered."""

    part: str
    title: str
    n: int
    m: int
    why: str = ""

    @property
    def words(self) -> str:
        """Such as ``incomplete (9 of 11)``."""
        return f"incomplete ({self.n} of {self.m}{f'; {self.why}' if self.why else ''})"


@lru_cache(maxsize=1024)  # estimates, changes and flags ask for the same totals
def totals(score: Score) -> tuple[Total | Incomplete, ...]:
    """Return the totals of every part of a scale that was entered.

    Parameters
    ----------
    score : Score
        Checked by `formats.scale_entry.check_score`.

    Returns
    -------
    tuple of Total or Incomplete
        In the order of the scale. A part of which nothing was entered is left out where the whole
        speaks for it, or where it cannot be computed from items.

    Raises
    ------
    InvalidRecord
        If there is no such scale or version.
    """
    scale = scale_of(score.scale, score.version)
    items, entered = dict(score.items), dict(score.totals)
    found: dict[str, Total | Incomplete] = {}
    for part in scale.parts.values():
        if part.formula.kind == "none":
            continue
        if part.formula.of:
            found[part.id] = _of_parts(part, found, entered)
        else:
            found[part.id] = _of_items(part, items, entered, score)
    return tuple(t for t in found.values() if _worth_saying(t, scale))


def _of_items(
    part: ScalePart, items: dict[str, float], entered: dict[str, float], score: Score
) -> Total | Incomplete:
    if not part.items:
        if part.id in entered:
            return _entered(part, entered[part.id], 0, 0)
        return Incomplete(part=part.id, title=part.title, n=0, m=1)
    given = {k: v for k, v in items.items() if k in part.items}
    done = computed(part, given, not_applicable=score.not_applicable, limited=score.limited)
    if done.value is None:
        if part.id in entered:
            return _entered(part, entered[part.id], done.n, done.m)
        return Incomplete(part=part.id, title=part.title, n=done.n, m=done.m, why=done.why)
    unsure = ("prorating",) if "prorated" in done.flags else ()
    return _total(part, done.value, done.flags, (done.n, done.m), unsure=(*_unsure(part), *unsure))


def _of_parts(
    part: ScalePart, found: dict[str, Total | Incomplete], entered: dict[str, float]
) -> Total | Incomplete:
    wanted = [(found[k], weight) for k, weight in part.formula.of]
    done = [(t, weight) for t, weight in wanted if isinstance(t, Total)]
    if len(done) < len(wanted):
        if part.id in entered:
            return _entered(part, entered[part.id], len(done), len(wanted))
        lacking = ", ".join(t.title for t, _ in wanted if isinstance(t, Incomplete))
        return Incomplete(
            part=part.id,
            title=part.title,
            n=len(done),
            m=len(wanted),
            why=f"parts; missing: {lacking}",
        )
    value = sum(weight * t.value for t, weight in done) / part.formula.divide
    flags = ("prorated",) if any("prorated" in t.flags for t, _ in done) else ()
    of_parts = (f"{u} of {t.title}" for t, _ in done for u in t.unsure if u != "range")
    unsure = (*_unsure(part), *of_parts)
    return _total(part, value, flags, (len(done), len(wanted)), unsure=unsure)


def _entered(part: ScalePart, value: float, n: int, m: int) -> Total:
    return _total(part, value, ("entered",), (n, m), unsure=_unsure(part)[: part.mark != "V"])


def _unsure(part: ScalePart) -> tuple[str, ...]:
    """Return what of a part was not checked, the range first."""
    marks = {"range": part.mark, "scoring": part.formula.mark}
    return tuple(what for what, mark in marks.items() if mark != "V")


def _total(
    part: ScalePart,
    value: float,
    flags: tuple[str, ...],
    n_of_m: tuple[int, int],
    *,
    unsure: tuple[str, ...],
) -> Total:
    refs = part.refs if "entered" in flags else (*part.refs, *part.formula.refs)
    return Total(
        part=part.id,
        title=part.title,
        unit=part.unit,
        value=value,
        lo=part.lo,
        hi=part.hi,
        flags=flags,
        n=n_of_m[0],
        m=n_of_m[1],
        unsure=unsure,
        refs=() if unsure else tuple(dict.fromkeys(refs)),
    )


def _worth_saying(t: Total | Incomplete, scale: Scale) -> bool:
    """Return whether a part is reported: not one of which nothing was, or need be, entered."""
    if isinstance(t, Total) or t.n or len(scale.parts) == 1:
        return True
    summed = {k for p in scale.parts.values() for k, _ in p.formula.of}
    return scale.parts[t.part].formula.kind != "entered" and t.part not in summed
