"""Units in UCUM, the code of units that exchange formats ask for."""

from __future__ import annotations

import re

#: Units as Eutonia writes them, where UCUM writes them otherwise.
_UCUM = {
    "": "1",
    "%MVC": "%{MVC}",
    "points": "{score}",
    "point": "{score}",
    "score": "{score}",
    "years": "a",
    "months": "mo",
    "days": "d",
    "hours": "h",
    "minutes": "min",
    "seconds": "s",
    "degrees": "deg",
    "°": "deg",
    "lux": "lx",
    "bpm": "/min",
    "µV": "uV",
    "µV2": "uV2",
    "µV2/Hz": "uV2/Hz",
    "frames per second": "{frames}/s",
    "adc": "{adc}",
}
_SAME = frozenset(
    [
        *("1", "%", "{score}", "dB", "Hz", "uV", "mV", "V", "uV2", "uV2/Hz", "uS", "uT"),
        *("ms", "s", "min", "h", "d", "wk", "mo", "a", "/s", "/min"),
        *("mm", "cm", "m", "m/s", "m/s2", "deg", "deg/s", "kg", "g", "N", "Pa", "Cel", "lx"),
        *("g/L", "mg/dL", "umol/L", "mmol/L", "nmol/L", "U/L"),
    ]
)
_UNPRINTABLE = re.compile(r"[^\x21-\x7a|~]")


def ucum(unit: str) -> str:
    """Return the UCUM code of a unit; a unit that UCUM does not have becomes an annotation.

    Examples
    --------
    >>> ucum("uV"), ucum("%MVC"), ucum("ln(uV2/Hz)")
    ('uV', '%{MVC}', '{ln(uV2/Hz)}')
    """
    if unit in _UCUM:
        return _UCUM[unit]
    if unit in _SAME:
        return unit
    # An annotation is dimensionless and may hold any printable ASCII but braces and blanks.
    return "{" + (_UNPRINTABLE.sub("_", unit) or "unit") + "}"
