"""Patterns of the neck after the Col-Cap concept: collis is neck on trunk, caput head on neck.

Signs of the angles stand in ``knowledge/neck_patterns.yaml`` (classification §5), and are the
person's own: yaw above 0 = chin to the right, roll above 0 = ear to the right shoulder, pitch
above 0 = chin up.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from eutonia.knowledge import table
from eutonia.model import BodySide, NeckSign

NOT_SEPARABLE = "collis/caput: not separable"
_LETTER = {"right": " R", "left": " L", "both": " both sides"}
_OTHER: dict[str, BodySide] = {"left": "right", "right": "left"}


@dataclass(frozen=True, kw_only=True)
class NeckReading:
    """The patterns of a neck, in the order of the table.

    Parameters
    ----------
    patterns : tuple of NeckSign
        As named or as the angles say, each with its side; those that make a shift are kept here.
    shifts : tuple of NeckSign
        Shifts, named or made by a basic pattern of the neck and one of the head.
    separable : bool
        Whether neck and head can be told apart.
    words : str
        For the first page: ``torticaput R, laterocaput L, shoulder up R``.
    missing : tuple of str
        What would be needed to be surer, and what contradicts itself.
    """

    patterns: tuple[NeckSign, ...]
    shifts: tuple[NeckSign, ...]
    separable: bool
    words: str
    missing: tuple[str, ...] = ()


def neck_patterns(signs: Iterable[NeckSign], *, views: Collection[str] = ("live",)) -> NeckReading:
    """Return the Col-Cap reading of the patterns that an examiner named.

    Parameters
    ----------
    signs : iterable of NeckSign
        As entered: degrees from straight, the direction in the pattern and its side. Degrees below
        0 are read with the signs above and must not contradict the side.
    views : collection of str
        What was seen: ``live``, or the views of a video such as ``front`` and ``profile left``.
        From a video without a profile, neck and head are not separable.
    """
    known: dict[str, Any] = table("neck_patterns")
    signs = tuple(dict.fromkeys(signs))
    order = {key: place for place, key in enumerate(known)}
    patterns = tuple(sorted(signs, key=lambda s: (order.get(s.pattern, len(order)), s.side)))
    seen_in_profile = any(v == "live" or v.startswith("profile") for v in views)
    levels = {known[s.pattern]["level"] for s in patterns if s.pattern in known}
    separable = "sum" not in levels and (seen_in_profile or not levels & {"collis", "caput"})
    shifts, parts = _shifts(patterns) if separable else (_named_shifts(patterns), frozenset())
    missing = list(_problems(patterns))
    shown = [s for s in patterns if s not in parts and not _is_shift(s)]
    words = [_words(s) for s in (*shown, *shifts)]
    if patterns and not separable:
        words.append(NOT_SEPARABLE)
        missing.append("a profile view that shows shoulder or C7, to tell neck from head")
    return NeckReading(
        patterns=patterns,
        shifts=shifts,
        separable=separable,
        words=", ".join(words),
        missing=tuple(missing),
    )


def in_words(signs: Iterable[NeckSign]) -> str:
    """Return the patterns for the first page: ``torticaput R, laterocaput L, shoulder up R``."""
    return neck_patterns(signs).words


def from_angles(
    head_deg: Mapping[str, float],
    neck_deg: Mapping[str, float] | None = None,
    *,
    least_deg: float | None = None,
) -> NeckReading:
    """Return the Col-Cap reading of measured angles.

    Parameters
    ----------
    head_deg : mapping of {'yaw', 'roll', 'pitch'} to float
        Head against the neck, in degrees with the signs above. Where `neck_deg` lacks an axis:
        head against the trunk, the sum of both, which is all that one frontal view shows.
    neck_deg : mapping or None
        Neck against the trunk: line from C7 to the base of the skull.
    least_deg : float or None
        Smaller angles are called no pattern; by default our rule in ``knowledge/neck_patterns``.
    """
    least = float(table("neck_rules")["least_deg"]["value"] if least_deg is None else least_deg)
    neck_deg = neck_deg or {}
    signs: list[NeckSign] = []
    whole = True
    for axis in ("yaw", "roll", "pitch"):
        head, neck = _finite(head_deg.get(axis)), _finite(neck_deg.get(axis))
        both = head is not None and neck is not None
        whole &= both or (head is None and neck is None)
        # A neck angle alone is the neck's; a head angle alone can only be the sum.
        levels = {"collis": neck, "caput" if both else "sum": head}
        signs += [
            _from_angle(axis, level, deg)
            for level, deg in levels.items()
            if deg is not None and abs(deg) >= least
        ]
    reading = neck_patterns(signs)
    if whole or not reading.separable:
        return reading
    words = ", ".join(w for w in (reading.words, NOT_SEPARABLE) if w)
    missing = "angles of both head and neck, to tell them apart"
    return replace(reading, separable=False, words=words, missing=(*reading.missing, missing))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _from_angle(axis: str, level: str, deg: float) -> NeckSign:
    pattern = _pattern_of(axis, level, "plus" if deg > 0 else "minus")
    if table("neck_patterns")[pattern]["direction"] == "side":
        return NeckSign(pattern=pattern, side="right" if deg > 0 else "left", degrees=deg)
    return NeckSign(pattern=pattern, side="midline", degrees=deg)


@cache
def _pattern_of(axis: str, level: str, sign: str) -> str:
    known: dict[str, Any] = table("neck_patterns")
    return next(
        key
        for key, e in known.items()
        if (e["axis"], e["level"]) == (axis, level) and e["direction"] in ("side", sign)
    )


def _is_shift(sign: NeckSign) -> bool:
    return sign.pattern in table("neck_shifts")


def _named_shifts(patterns: tuple[NeckSign, ...]) -> tuple[NeckSign, ...]:
    return tuple(s for s in patterns if _is_shift(s))


def _shifts(patterns: tuple[NeckSign, ...]) -> tuple[tuple[NeckSign, ...], frozenset[NeckSign]]:
    """Return the shifts, named or made by two patterns, and the patterns that make them."""
    shifts = {(s.pattern, s.side): s for s in patterns if _is_shift(s)}
    parts: set[NeckSign] = set()
    for pattern, rule in table("neck_shifts").items():
        for collis in (s for s in patterns if s.pattern == rule["collis"]):
            for caput in (s for s in patterns if s.pattern == rule["caput"]):
                sided = "caput_side" in rule
                if sided and _OTHER.get(collis.side) != caput.side:
                    continue
                side: BodySide = collis.side if sided else "midline"
                named = {k for k in shifts if k[0] == pattern and (not sided or k[1] == side)}
                if not named:
                    shifts[pattern, side] = NeckSign(pattern=pattern, side=side)
                parts |= {collis, caput}
    return tuple(shifts.values()), frozenset(parts)


def _problems(patterns: tuple[NeckSign, ...]) -> Iterable[str]:
    """Yield what is unknown, contradicts itself, or lacks its side."""
    known: dict[str, Any] = table("neck_patterns")
    seen: dict[tuple[str, str], set[str]] = {}
    for sign in patterns:
        entry = known.get(sign.pattern)
        if entry is None:
            yield f"{sign.pattern!r} is no pattern of knowledge/neck_patterns"
            continue
        sided = entry["direction"] == "side"
        if sided and sign.side in ("unknown", "midline"):
            yield f"the side of {entry['name']}"
        if _against(sign, entry):
            yield (
                f"{_words(sign)}: the sign of the degrees says the other direction "
                f"(above 0: {table('neck_signs')[entry['axis']]['plus']})"
            )
        direction = sign.side if sided else entry["direction"]
        if entry["level"] != "shoulder" and direction != "unknown":
            seen.setdefault((entry["axis"], entry["level"]), set()).add(direction)
    for (axis, level), directions in seen.items():
        if len(directions) > 1:
            both = [_words(s) for s in patterns if _is(known, s, axis, level)]
            yield f"{' and '.join(both)} exclude each other"


def _is(known: dict[str, Any], sign: NeckSign, axis: str, level: str) -> bool:
    entry = known.get(sign.pattern, {"axis": "", "level": ""})
    return bool(entry["axis"] == axis and entry["level"] == level)


def _against(sign: NeckSign, entry: Mapping[str, Any]) -> bool:
    """Return whether degrees below 0 contradict the side or the pattern."""
    if sign.degrees is None or sign.degrees >= 0 or entry["axis"] not in table("neck_signs"):
        return False
    return sign.side == "right" if entry["direction"] == "side" else entry["direction"] == "plus"


def _words(sign: NeckSign) -> str:
    entry = table("neck_patterns").get(sign.pattern, {"name": sign.pattern})
    degrees = f" {abs(sign.degrees):.0f}°" if sign.degrees is not None else ""
    return f"{entry['name']}{_LETTER.get(sign.side, '')}{degrees}"
