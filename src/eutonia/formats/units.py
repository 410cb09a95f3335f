"""Units as files write them, turned into the few that Eutonia uses."""

from __future__ import annotations

import re

#: Written unit (lower case, without blanks) to (unit used, factor).
_STANDARD: dict[str, tuple[str, float]] = {
    "v": ("uV", 1e6),
    "volt": ("uV", 1e6),
    "volts": ("uV", 1e6),
    "mv": ("uV", 1e3),
    "millivolt": ("uV", 1e3),
    "millivolts": ("uV", 1e3),
    "mvolt": ("uV", 1e3),
    "uv": ("uV", 1.0),
    "uvolt": ("uV", 1.0),
    "microv": ("uV", 1.0),
    "microvolt": ("uV", 1.0),
    "microvolts": ("uV", 1.0),
    "nv": ("uV", 1e-3),
    "nanov": ("uV", 1e-3),
    "nanovolt": ("uV", 1e-3),
    "nanovolts": ("uV", 1e-3),
    "g": ("m/s2", 9.80665),  # standard gravity, exact by definition (CGPM 1901)
    "mg": ("m/s2", 9.80665e-3),
    "m/s2": ("m/s2", 1.0),
    "m/s/s": ("m/s2", 1.0),
    "mm/s2": ("m/s2", 1e-3),
    "deg/s": ("deg/s", 1.0),
    "dps": ("deg/s", 1.0),
    "°/s": ("deg/s", 1.0),
    "rad/s": ("deg/s", 57.29577951308232),
    "m": ("m", 1.0),
    "cm": ("m", 1e-2),
    "mm": ("m", 1e-3),
    "um": ("m", 1e-6),
    "deg": ("deg", 1.0),
    "degree": ("deg", 1.0),
    "degrees": ("deg", 1.0),
    "rad": ("deg", 57.29577951308232),
    "ut": ("uT", 1.0),
    "n": ("N", 1.0),
    "newton": ("N", 1.0),
    "newtons": ("N", 1.0),
    "us": ("uS", 1.0),
    "siemens": ("uS", 1e6),
    "microsiemens": ("uS", 1.0),
    "umho": ("uS", 1.0),
    "micromho": ("uS", 1.0),
    "degc": ("Cel", 1.0),
    "°c": ("Cel", 1.0),
    "celsius": ("Cel", 1.0),
    "c": ("Cel", 1.0),
}

#: Units of time and their seconds; kept apart because ``us`` is also microsiemens.
TIME: dict[str, float] = {
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "millis": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
    "usec": 1e-6,
    "micros": 1e-6,
    "microseconds": 1e-6,
    "ns": 1e-9,
    "nsec": 1e-9,
    "nanos": 1e-9,
    "nanoseconds": 1e-9,
    "min": 60.0,
    "h": 3600.0,
}

UNKNOWN = "adc"


def standard(unit: str) -> tuple[str, float]:
    """Return the unit that Eutonia uses for a written one, and the factor to it.

    Electrical potentials become ``uV``, accelerations ``m/s2``, angular rates ``deg/s``, lengths
    ``m``. An empty unit is ``adc`` (scale not known); any other is kept with factor 1.

    Examples
    --------
    >>> standard("mV")
    ('uV', 1000.0)
    >>> standard("m/s^2")
    ('m/s2', 1.0)
    """
    if not unit.strip() or unit.strip().lower() in ("n/a", "na", "adc", "raw", "a.u.", "au"):
        return UNKNOWN, 1.0
    plain = re.sub(r"[\s^*]", "", unit.replace("²", "2").replace("µ", "u").replace("μ", "u"))
    return _STANDARD.get(plain.lower(), (unit.strip(), 1.0))


def is_unit(text: str) -> bool:
    """Whether a text is a unit known here, of a signal or of time."""
    plain = re.sub(r"[\s^*]", "", text.replace("²", "2").replace("µ", "u").replace("μ", "u"))
    return plain.lower() in _STANDARD or plain.lower() in TIME or plain in ("%", "Hz", "bpm")
