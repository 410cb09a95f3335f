"""A scale against its earlier rating: change, thresholds one by one, and measurement error apart.

A threshold (MCID) says what people felt as a difference, measurement error (MDC) what the scale can
resolve; neither stands for the other. What breaks the comparison is said, and nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from eutonia.exam.scale_totals import Incomplete, Total, totals
from eutonia.formats.scale_formula import common_sum
from eutonia.formats.scale_table import WHOLE, Scale, scale_of
from eutonia.knowledge import table
from eutonia.model import Examination, InvalidRecord, ScaleChange, Score, VisitState
from eutonia.stats.change import minimal_detectable_change

#: Days since the last injection may differ by this much within one toxin phase [D].
SAME_PHASE_DAYS = 7
#: What is not known about a state of which nothing was said.
STATE = ("toxin phase", "drugs", "stimulator")
REACHED, NOT_REACHED = "reached", "not reached"
_EXACT = 1e-9


def changes(
    now: Examination,
    earlier: Examination,
    *,
    differs: tuple[str, ...] = (),
    unknown: tuple[str, ...] = STATE,
) -> tuple[ScaleChange, ...]:
    """Return the change of every total that both examinations have.

    Parameters
    ----------
    now, earlier : Examination
        Two examinations of one person; the scores checked by `formats.scale_entry.check_score`.
    differs, unknown : tuple of str
        What of the state is known to differ, such as ``other toxin phase``, and of what it is not
        known; from `state_differences`.

    Returns
    -------
    tuple of ScaleChange
        `percent` is improvement in percent of the earlier score: None where that is 0 or the scale
        does not begin at 0. Where anything breaks the comparison no threshold is judged. Where a
        part is incomplete, the items entered both times are summed and said to be no total.
    """
    found: list[ScaleChange] = []
    for score in now.scores:
        try:
            scale = scale_of(score.scale, score.version)
        except InvalidRecord:  # said as not measurable by `exam.scales.estimates`
            continue
        before = _counterpart(score, now, earlier)
        if before is not None:
            broken = (*_broken(scale, (now, score), (earlier, before)), *differs)
            found += _of_scale(_Pair(scale, score, before, broken, unknown))
    return tuple(found)


def state_differences(
    now: VisitState, earlier: VisitState
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what of the state differs between two visits, and of what it is not known.

    The toxin phase is the same where the days since the injection differ by at most 7 (our rule,
    unconfirmed).
    """
    said = {
        "toxin phase": _other_phase(now, earlier),
        "drugs": _other_drugs(now, earlier),
        "stimulator": _other_stimulator(now, earlier),
    }
    if now.toxin_product and earlier.toxin_product:
        said["toxin product"] = _word(now.toxin_product) != _word(earlier.toxin_product)
    differs = tuple(f"other {what}" for what, other in said.items() if other)
    return differs, tuple(what for what, other in said.items() if other is None)


def _other_phase(now: VisitState, earlier: VisitState) -> bool | None:
    if now.toxin_never and earlier.toxin_never:
        return False
    if now.toxin_never or earlier.toxin_never:
        other = earlier if now.toxin_never else now
        return True if other.toxin_day is not None or other.toxin_product else None
    if now.toxin_day is None or earlier.toxin_day is None:
        return None
    return abs(now.toxin_day - earlier.toxin_day) > SAME_PHASE_DAYS


def _other_drugs(now: VisitState, earlier: VisitState) -> bool | None:
    if now.drugs is None or earlier.drugs is None:
        return None
    return {_word(d.name) for d in now.drugs} != {_word(d.name) for d in earlier.drugs}


def _other_stimulator(now: VisitState, earlier: VisitState) -> bool | None:
    if "unknown" in (now.stimulator, earlier.stimulator):
        return None
    return now.stimulator != earlier.stimulator


def _word(name: str) -> str:
    return " ".join(name.casefold().split())


# --- what is compared with what -----------------------------------------------------------------


@dataclass(frozen=True)
class _Pair:
    """One scale, rated twice."""

    scale: Scale
    now: Score
    before: Score
    broken: tuple[str, ...]
    unknown: tuple[str, ...]


def _counterpart(score: Score, now: Examination, earlier: Examination) -> Score | None:
    """Return the earlier score of the same scale, of the same version and way where there is."""

    def unlike(other: Score) -> tuple[bool, bool]:
        return (
            _version(other) != _version(score),
            bool(other.video or earlier.video) != bool(score.video or now.video),
        )

    same = [s for s in earlier.scores if s.scale == score.scale]
    return min(same, key=unlike, default=None)


def _version(score: Score) -> str:
    return score.version or scale_of(score.scale).version


def _broken(
    scale: Scale, now: tuple[Examination, Score], earlier: tuple[Examination, Score]
) -> Iterator[str]:
    """Yield what breaks the comparison; the person is the rater of a questionnaire."""
    one, other = now[0], earlier[0]
    if _version(now[1]) != _version(earlier[1]):
        yield "other version"
    if scale.by != "examiner":
        return
    if not one.rater.strip() or not other.rater.strip():
        yield "rater unknown"
    elif _word(one.rater) != _word(other.rater):
        yield "other rater"
    if bool(now[1].video or one.video) != bool(earlier[1].video or other.video):
        yield "live against video"


def _of_scale(pair: _Pair) -> Iterator[ScaleChange]:
    now = {t.part: t for t in totals(pair.now)}
    before = _totals(pair.before)
    for part in pair.scale.parts.values():
        after, earlier = now.get(part.id), before.get(part.id)
        if part.is_change:
            continue  # a rating of change has no change of its own
        if isinstance(after, Total) and isinstance(earlier, Total):
            yield _change(pair, earlier, after)
        elif after is not None and earlier is not None:
            yield from _common(pair, earlier, after)


def _totals(score: Score) -> dict[str, Total | Incomplete]:
    try:
        return {t.part: t for t in totals(score)}
    except InvalidRecord:
        return {}


def _change(pair: _Pair, before: Total, after: Total) -> ScaleChange:
    scale, broken = pair.scale, pair.broken
    percent = _improvement(scale, before, after) if "other version" not in broken else None
    thresholds = [] if scale.version != scale.versions[0] else _thresholds(scale.id, after.part)
    judged = [(m, _crossed(m, before.value, after.value, broken)) for m in thresholds]
    mdc = _mdc(scale, before, after, broken)
    cited = [r for m in thresholds for r in m.get("refs", ())]
    return ScaleChange(
        scale=scale.id,
        part=after.part,
        version=scale.version,
        before=before.value,
        after=after.value,
        percent=percent,
        mcid=tuple((_anchor(m), said) for m, said in judged),
        mdc=mdc,
        broken=broken,
        words=" ".join(_words(pair, (before, after), percent, judged, mdc)),
        sources=tuple(dict.fromkeys(cited)),
    )


def _improvement(scale: Scale, before: Total, after: Total) -> float | None:
    """Return improvement in percent of the earlier score, after the scale's own direction."""
    if before.value == 0 or before.lo != 0:
        return None
    better = before.value - after.value if scale.higher_is_worse else after.value - before.value
    return 100 * better / before.value


# --- thresholds and measurement error -----------------------------------------------------------


@cache
def _thresholds(scale: str, part: str) -> tuple[dict[str, Any], ...]:
    return tuple(m for m in table("scales")[scale].get("mcid", ()) if m["part"] == part)


def _crossed(m: dict[str, Any], before: float, after: float, broken: tuple[str, ...]) -> str:
    if broken:
        return f"not judged: {', '.join(broken)}"
    change = after - before
    if m["unit"] == "%":
        if before == 0:
            return "undefined: the earlier score is 0"
        change = 100 * change / before
    beyond = change <= m["value"] + _EXACT if m["value"] < 0 else change >= m["value"] - _EXACT
    return REACHED if beyond else NOT_REACHED


def _size(m: dict[str, Any]) -> str:
    return f"{_signed(m['value'])} {m['unit']}"


def _anchor(m: dict[str, Any]) -> str:
    """Return a threshold with what it is anchored in, and where that stands."""
    if m["mark"] != "V":
        return f"{_size(m)}: {m['anchor']} ({table('statements')['our_rule']})"
    return f"{_size(m)}: {m['anchor']} ({', '.join(m['refs'])}, n = {m['n']})"


def _mdc(scale: Scale, before: Total, after: Total, broken: tuple[str, ...]) -> str:
    if broken:
        return f"not judged: {', '.join(broken)}"
    known = scale.entry.get("mdc")
    if not known or known["part"] != after.part:
        return "repeatability unknown"
    percent = minimal_detectable_change(known["sem_percent"])
    limit = percent / 100 * (after.hi - after.lo)
    beyond = abs(after.value - before.value) > limit
    verdict = "beyond measurement error" if beyond else "smaller than this scale can resolve"
    return (
        f"{verdict}: minimal detectable change {limit:.1f} points, from {percent:.2f} % "
        f"({', '.join(known['refs'])}, n = {known['n']}), {known['of']['words']} "
        f"({table('statements')['our_rule']})"
    )


# --- words --------------------------------------------------------------------------------------


def _words(
    pair: _Pair,
    values: tuple[Total, Total],
    percent: float | None,
    judged: list[tuple[dict[str, Any], str]],
    mdc: str,
) -> Iterator[str]:
    before, after = values
    change = after.value - before.value
    towards = _towards(pair.scale, change)
    share = "" if not percent else f", {abs(percent):.1f} % of the earlier score"
    yield (
        f"{_name(pair.scale, after)}: {before.value:.4g} to {after.value:.4g} "
        f"({_signed(change)} {after.unit}{share}{towards})."
    )
    if pair.broken:
        yield f"Not judged: {', '.join(pair.broken)}."
        if "other rater" in pair.broken and (warning := pair.scale.entry.get("other_rater")):
            yield warning["words"]
        return
    for said, word in ((REACHED, "Reached"), (NOT_REACHED, "Not reached")):
        if some := [f"{_size(m)} ({m['anchor']}{_mark(m)})" for m, s in judged if s == said]:
            yield f"{word}: {'; '.join(some)}."
    if any(s not in (REACHED, NOT_REACHED) for _, s in judged):
        yield "A threshold in percent is undefined, for the earlier score is 0."
    if not judged:
        yield "No threshold for a change that matters is known."
    yield f"Measurement error: {mdc}."
    yield from (m["caveat"] for m, _ in judged if "caveat" in m)
    if pair.unknown:
        yield f"Not known whether these were the same: {', '.join(pair.unknown)}."


def _name(scale: Scale, total: Total) -> str:
    return scale.short if total.part == WHOLE else f"{scale.short} {total.title}"


def _mark(m: dict[str, Any]) -> str:
    return "" if m["mark"] == "V" else f"; {table('statements')['our_rule']}"


def _towards(scale: Scale, change: float) -> str:
    if change == 0:
        return ", no change"
    return ", towards better" if (change < 0) == scale.higher_is_worse else ", towards worse"


def _signed(value: float) -> str:
    return f"{value:+.4g}".replace("-", "−") if value else "0"


def _common(
    pair: _Pair, before: Total | Incomplete, after: Total | Incomplete
) -> Iterator[ScaleChange]:
    """Yield the items that were entered both times, where a part lacks its total."""
    part = pair.scale.parts[after.part]
    one, other = dict(pair.before.items), dict(pair.now.items)
    shared = [k for k in part.items if k in one and k in other]
    if not shared or part.formula.kind == "rate" or "other version" in pair.broken:
        return
    lacking = [
        f"{when} {t.words}"
        for when, t in (("earlier", before), ("now", after))
        if isinstance(t, Incomplete)
    ]
    broken = ("total incomplete", *pair.broken)
    first, second = common_sum(part, one, shared), common_sum(part, other, shared)
    name = pair.scale.short if part.id == WHOLE else f"{pair.scale.short} {part.title}"
    yield ScaleChange(
        scale=pair.scale.id,
        part=part.id,
        version=pair.scale.version,
        before=first,
        after=second,
        percent=None,
        mcid=(),
        mdc=f"not judged: {', '.join(broken)}",
        broken=broken,
        words=f"{name}: no total at both visits ({'; '.join(lacking)}). The {len(shared)} items "
        f"entered both times add up to {first:.4g} and {second:.4g}. That is no total, so it is "
        "not judged.",
    )
