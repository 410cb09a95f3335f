"""Computed numbers as a repeating REDCap form: for looking at and for analysis, never entered."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from eutonia.formats.exchange import Number
from eutonia.formats.redcap.cells import wrong
from eutonia.model import Condition, Interval, InvalidRecord

FORM = "number"
VISIT = "nr_visit"
_TEXTS = ("measure", "version", "title", "unit", "tier", "target", "side", "no_interval", "origin")
_FLOATS = ("value", "lo", "hi", "level", "n_effective", "valid_lo", "valid_hi")
_FIELDS = (*_TEXTS, "rater", "sources", "condition", "interval_kind", "interval_method", *_FLOATS)
COLUMNS = (VISIT, *(f"nr_{f}" for f in _FIELDS))


def dictionary_rows() -> Iterator[dict[str, str]]:
    """Yield the rows of the data dictionary; every field is read-only in the form."""
    for name in COLUMNS:
        field = name.removeprefix("nr_")
        yield {
            "Variable / Field Name": name,
            "Form Name": FORM,
            "Field Type": "text",
            "Field Label": field.replace("_", " "),
            "Text Validation Type OR Show Slider Number": "number" if field in _FLOATS else "",
            "Field Annotation": "@READONLY",
        }


def cells(one: Number, visit: str) -> dict[str, str]:
    """Return the cells of one number; what is not known or has no limit stays blank."""
    values: dict[str, Any] = {f: getattr(one, f) for f in (*_TEXTS, "rater")}
    values |= {"value": one.value, "n_effective": one.n_effective}
    values |= {"valid_lo": one.valid[0], "valid_hi": one.valid[1]}
    values["sources"] = ";".join(one.sources)
    values["condition"] = ";".join(f"{k}={v}" for k, v in one.condition.levels)
    if one.interval is not None:
        held = one.interval
        values |= {"lo": held.lo, "hi": held.hi, "level": held.level}
        values |= {"interval_kind": held.kind, "interval_method": held.method}
    made = {f"nr_{k}": _cell(v) for k, v in values.items()}
    return {VISIT: visit} | {k: v for k, v in made.items() if v}


def _cell(value: str | float) -> str:
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else ""
    return value


def read(row: Mapping[str, str]) -> Number:
    """Return the number that cells hold.

    Raises
    ------
    InvalidRecord
        If a cell is no number, or half an interval is given.
    """
    held = {f: row.get(f"nr_{f}", "") for f in _FIELDS}
    floats = {f: _float(f, held[f]) for f in _FLOATS}
    value, effective = floats["value"], floats["n_effective"]
    if value is None:
        raise wrong("nr_value", "", "a finite number")
    lo, hi = floats["valid_lo"], floats["valid_hi"]
    pairs = (c.partition("=") for c in held["condition"].split(";") if c)
    return Number(
        **{f: held[f] for f in (*_TEXTS, "rater")},
        sources=tuple(s for s in held["sources"].split(";") if s),
        condition=Condition.of(**{k: v for k, _, v in pairs}),
        value=value,
        n_effective=0.0 if effective is None else effective,
        valid=(-math.inf if lo is None else lo, math.inf if hi is None else hi),
        interval=_interval(held, floats),
    )


def _interval(held: Mapping[str, str], floats: Mapping[str, float | None]) -> Interval | None:
    lo, hi, level = (floats[f] for f in ("lo", "hi", "level"))
    if lo is None and hi is None:
        return None
    if lo is None or hi is None:
        raise InvalidRecord("field nr_lo and nr_hi: one is given without the other.")
    kind: Any = held["interval_kind"]
    level = 0.95 if level is None else level
    return Interval(lo=lo, hi=hi, kind=kind, method=held["interval_method"], level=level)


def _float(field: str, cell: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise wrong(f"nr_{field}", cell, "a finite number")
    return value
