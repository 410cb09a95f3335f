"""What may be entered on a scale, and whether an entry is possible.

The licence status is obeyed: on a scale that needs permission only totals are taken, until a file
``licences/<SCALE>.txt`` lies beside the visit or in any folder above it, up to the data set.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from reprlib import repr as short
from typing import Any

from eutonia.formats.scale_formula import computed, limits
from eutonia.formats.scale_table import WHOLE, Scale, ScaleItem, ScalePart, scale_id, scale_of
from eutonia.model import InvalidRecord, Score

#: Folder that holds the licences of scales, one file each.
LICENCES = "licences"
#: How far an entered total may lie from its items: half of a first decimal, or of a percent.
ROUNDED, ROUNDED_PERCENT = 0.05, 0.5
_EXACT = 1e-9


def entry_items(scale: str, licensed: bool = False, *, version: str = "") -> tuple[ScaleItem, ...]:
    """Return the items that may be entered, with our own short labels.

    Parameters
    ----------
    scale : str
        Key of ``knowledge/scales``, or any name of the scale.
    licensed : bool
        Whether a licence is there; without one a scale that needs permission has no items.
    version : str
        The first version where none is named.

    Raises
    ------
    InvalidRecord
        If there is no such scale, or it is not implemented.
    """
    found = scale_of(scale, version)
    return () if _totals_only(found, licensed) else tuple(found.items.values())


def entry_totals(scale: str, *, version: str = "") -> tuple[ScaleItem, ...]:
    """Return the totals that may be entered as such; the id of each is its part."""
    found = scale_of(scale, version)
    return tuple(p.as_item for p in found.parts.values() if p.formula.kind != "none")


def licensed(scale: str, folder: Path) -> bool:
    """Return whether a licence for a scale lies in a folder or above it, up to the data set.

    Parameters
    ----------
    scale : str
        Any name of the scale.
    folder : Path
        Of a visit. The search ends where ``dataset_description.json`` is.
    """
    name = f"{scale_id(scale)}.txt"
    start = Path(folder).resolve()
    for base in (start, *start.parents):
        file = base / LICENCES / name
        if file.is_file() and file.stat().st_size > 0:  # an empty file is no licence
            return True
        if (base / "dataset_description.json").is_file():
            return False
    return False


def check_score(score: Score, licensed: bool = False) -> Score:
    """Return a score with the full names of its scale and items.

    Parameters
    ----------
    score : Score
        As entered. An item may be named without its part, or by its number, where that is enough.
    licensed : bool
        Whether a licence for the scale is there.

    Raises
    ------
    InvalidRecord
        If the scale, version or an item does not exist, a value is outside its range or not of its
        steps, totals and items contradict each other, or items are not allowed; names the scale,
        the item, the value and what is allowed.
    """
    scale = scale_of(score.scale, score.version)
    left_out = tuple(dict.fromkeys(_item(scale, i).id for i in score.not_applicable))
    items = _entries(scale, _pairs(scale, score.items, "items"), of_items=True)
    totals = _entries(scale, _pairs(scale, score.totals, "totals"), of_items=False)
    if (items or left_out) and _totals_only(scale, licensed):
        raise InvalidRecord(
            f"{scale.id}: its items need permission, so only totals are taken: "
            f"{_allowed_totals(scale)}. With permission, put it into {LICENCES}/{scale.id}.txt "
            "beside the data."
        )
    _check_not_applicable(scale, items, left_out)
    _check_limited(scale, items, score.limited)
    checked = replace(
        score,
        scale=scale.id,
        items=tuple(items.items()),
        totals=tuple(totals.items()),
        not_applicable=left_out,
    )
    _check_totals(scale, checked)
    return checked


def _totals_only(scale: Scale, licence: bool) -> bool:
    return scale.status == "permission" and not licence


def _allowed_totals(scale: Scale) -> str:
    return ", ".join(f"{t.id} {t.allowed}" for t in entry_totals(scale.id, version=scale.version))


# --- items and totals by themselves -------------------------------------------------------------


def _pairs(scale: Scale, given: Any, what: str) -> Iterable[tuple[Any, Any]]:
    try:
        return [(key, value) for key, value in given]
    except (TypeError, ValueError):
        raise InvalidRecord(
            f"{scale.id}: its {what} are {short(given)}; allowed: pairs of name and number."
        ) from None


def _entries(scale: Scale, pairs: Iterable[tuple[Any, Any]], *, of_items: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in pairs:
        item = _item(scale, key) if of_items else _total(scale, key)
        if item.id in found:
            raise InvalidRecord(f"{scale.id}.{item.id} stands twice; keep one.")
        found[item.id] = _number(scale, item, value)
    return found


def _number(scale: Scale, item: ScaleItem, value: Any) -> float:
    number = math.nan
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
    in_steps = not item.step or abs((number - item.lo) / item.step % 1) in (0, 1)
    if not item.lo <= number <= item.hi or not in_steps:
        raise InvalidRecord(
            f"{scale.id}.{item.id} ({item.label}) is {short(value)}; allowed: {item.allowed}."
        )
    return number


def _item(scale: Scale, key: Any) -> ScaleItem:
    if isinstance(key, str) and key in scale.items:
        return scale.items[key]
    names = _shorter(scale.id, scale.version)
    found = names.get(key, ()) if isinstance(key, str) else ()
    if len(found) == 1:
        return scale.items[found[0]]
    if found:
        raise InvalidRecord(f"{scale.id}: {short(key)} means {' or '.join(found)}; name one.")
    if not scale.items:
        raise InvalidRecord(
            f"{scale.id} has no items to enter, so not {short(key)}; enter a total: "
            f"{_allowed_totals(scale)}."
        )
    near = get_close_matches(str(key)[:80], [*scale.items, *names], n=3)
    likely = dict.fromkeys(n for k in near for n in names.get(k, (k,)))
    listed = ", ".join(likely or list(scale.items)[:24])
    raise InvalidRecord(f"{scale.id} has no item {short(key)}; allowed: {listed}.")


@cache
def _shorter(key: str, version: str) -> Mapping[str, tuple[str, ...]]:
    """Return what each item may be called without its part, or by its number."""
    found: dict[str, tuple[str, ...]] = {}
    for name in scale_of(key, version).items:
        bare = name.rpartition(".")[2]
        for word in {bare, bare.removeprefix("item_"), name.replace(".item_", ".")} - {name}:
            found[word] = (*found.get(word, ()), name)
    return found


def _total(scale: Scale, key: Any) -> ScaleItem:
    part = scale.parts.get(key) if isinstance(key, str) else None
    if part is not None and part.formula.kind != "none":
        return part.as_item
    if not entry_totals(scale.id, version=scale.version):
        raise InvalidRecord(f"{scale.id} has no total; enter its items: {', '.join(scale.items)}.")
    raise InvalidRecord(f"{scale.id} has no total {short(key)}; allowed: {_allowed_totals(scale)}.")


# --- what must fit together ---------------------------------------------------------------------


def _check_not_applicable(
    scale: Scale, items: Mapping[str, float], left_out: tuple[str, ...]
) -> None:
    may = [i.id for i in scale.items.values() if i.na]
    for key in left_out:
        if key not in may:
            raise InvalidRecord(
                f"{scale.id}.{key} always applies; allowed as not applicable: "
                f"{', '.join(may) or 'no item of this scale'}."
            )
        if key in items:
            raise InvalidRecord(
                f"{scale.id}.{key} is {items[key]:g} and said not to apply; keep one."
            )


def _check_limited(scale: Scale, items: Mapping[str, float], limited: Any) -> None:
    asks = [i for i in scale.items.values() if i.only_if]
    if limited is not None and not isinstance(limited, bool):
        raise InvalidRecord(f"{scale.id}: limited is {short(limited)}; allowed: yes or no.")
    if limited is not None and not asks:
        raise InvalidRecord(f"{scale.id} does not ask whether there is any limitation; leave out.")
    free = [i.id for i in asks if i.only_if == "unlimited" and i.id in items]
    hindered = [i.id for i in asks if i.only_if == "limited" and items.get(i.id)]
    if free and (hindered or limited):
        said = f"{hindered[0]} is {items[hindered[0]]:g}" if hindered else "limited is yes"
        raise InvalidRecord(
            f"{scale.id}.{free[0]} is for a person without any limitation, but {said}; keep one."
        )
    if hindered and limited is False:
        raise InvalidRecord(
            f"{scale.id}.{hindered[0]} is {items[hindered[0]]:g}, but limited is no; correct one."
        )


def _check_totals(scale: Scale, score: Score) -> None:
    """Refuse a total that the items, or the totals of the parts, do not allow."""
    if not score.totals:
        return
    bounds = {p.id: _bounds(p, score) for p in scale.parts.values() if _computable(p)}
    entered = dict(score.totals)
    for key, part in scale.parts.items():
        if part.formula.of:
            known = {k: (v, v) for k, v in entered.items() if k != key}
            whole = {k: (scale.parts[k].lo, scale.parts[k].hi) for k, _ in part.formula.of}
            each = whole | bounds | known
            bounds[key] = (
                sum(w * each[k][0] for k, w in part.formula.of) / part.formula.divide,
                sum(w * each[k][1] for k, w in part.formula.of) / part.formula.divide,
            )
    for key, value in entered.items():
        lo, hi = bounds.get(key, (-math.inf, math.inf))
        room = ROUNDED_PERCENT if scale.parts[key].unit == "%" else ROUNDED
        if not lo - room - _EXACT <= value <= hi + room + _EXACT:
            from_items = f"{lo:g}" if hi - lo < _EXACT else f"between {lo:g} and {hi:g}"
            name = scale.id if key == WHOLE else f"{scale.id}.{key}"
            raise InvalidRecord(
                f"{name}: the total entered is {value:g}, but what was entered beside it gives "
                f"{from_items}; correct one of them."
            )


def _computable(part: ScalePart) -> bool:
    return bool(part.items) and part.formula.kind != "none"


def _bounds(part: ScalePart, score: Score) -> tuple[float, float]:
    given = {k: v for k, v in score.items if k in part.items}
    left_out = [k for k in score.not_applicable if k in part.items]
    if not given and not left_out:
        return part.lo, part.hi
    done = computed(part, given, not_applicable=left_out, limited=score.limited)
    if done.value is not None:
        return done.value, done.value
    return limits(part, given, not_applicable=left_out, limited=score.limited)
