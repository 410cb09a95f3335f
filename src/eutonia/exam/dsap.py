"""The Dystonia Severity Action Plan: a level from signs and the examiner, and its trend.

The level is the highest that signs reach or an examiner gave: the examiner's own level counts
upwards only. The plan was made for children; its use in adults is our own extension.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from eutonia.exam.conditions import Facts, Rule, in_words, met, rule
from eutonia.knowledge import table
from eutonia.model import Examination, Mark, UrgencyTier


@dataclass(frozen=True, kw_only=True)
class Dsap:
    """A level of the plan, who gave it, and what to do.

    Parameters
    ----------
    level : int
        1 sits comfortably, to 5 organs fail.
    by : {'signs', 'examiner'}
        Which of the two gave the level; the signs where both gave it.
    because : tuple of str
        The signs, or the examiner's own level.
    tier : UrgencyTier or None
        None at level 1.
    """

    level: int
    by: str
    words: str
    because: tuple[str, ...]
    tier: UrgencyTier | None
    action: str
    mark: Mark
    sources: tuple[str, ...] = ()


def dsap(examinations: Iterable[Examination]) -> Dsap | None:
    """Return the level of a visit; None where nothing that decides it was asked."""
    examinations = tuple(examinations)
    signs = {key: True for e in examinations for key, there in e.danger if there}
    asked = {key for e in examinations for key, _ in e.danger}
    graded = max((e.dsap for e in examinations if e.dsap is not None), default=0)
    reached = level_of_signs(signs)
    if not reached and {"cannot_sit", "cannot_lie"} <= asked:
        reached = 1  # both asked, neither is there
    level = max(reached, graded)
    if not 1 <= level <= 5:
        return None
    entry = table("dsap")[str(level)]
    if reached == level:
        because = in_words(met(_rules()[level], signs) or (), signs) or (
            "sits and lies comfortably",
        )
    else:
        because = (f"graded {level} by the examiner",)
    return Dsap(
        level=level,
        by="signs" if reached == level else "examiner",
        words=entry["words"],
        because=because,
        tier=entry["tier"] or None,
        action=entry["action"],
        mark=entry["mark"],
        sources=tuple(entry.get("refs", ())),
    )


def level_of_signs(signs: Facts) -> int:
    """Return the highest level that danger signs reach; 0 where they reach none."""
    return max((level for level, one in _rules().items() if met(one, signs) is not None), default=0)


@cache
def _rules() -> dict[int, Rule]:
    return {int(level): rule(entry["when"]) for level, entry in table("dsap").items()}


def trend(levels: Sequence[tuple[str, int]]) -> str:
    """Return the course of the level in words.

    Parameters
    ----------
    levels : sequence of (str, int)
        Date and level, in any order.

    Notes
    -----
    Going from 1 to 2 again and again is instability in the plan itself; two times are our limit.
    """
    if not levels:
        return "No level of the Dystonia Severity Action Plan was entered."
    ordered = sorted(levels)
    course = [level for _, level in ordered]
    last_day, last = ordered[-1]
    if len(course) == 1:
        return f"Level {last} on {last_day or 'an unknown day'}: one level shows no trend."
    before_day, before = ordered[-2]
    if last == before:
        words = f"Level {last} again"
    else:
        way = "rose" if last > before else "fell"
        words = f"The level {way} from {before} to {last}"
    words += f" ({before_day or 'an unknown day'} to {last_day or 'an unknown day'})."
    slips = sum(a == 1 and b >= 2 for a, b in pairwise(course))
    if slips >= 2:
        words += f" It left level 1 {slips} times: this counts as unstable."
    return words
