"""Units as devices write them."""

import pytest

from eutonia.formats.units import UNKNOWN, standard


@pytest.mark.parametrize(
    ("written", "unit", "factor"),
    [
        *((w, "uV", 1e6) for w in ("V", "Volt", "volts")),
        *((w, "uV", 1e3) for w in ("mV", "milliVolts", "millivolt")),
        *((w, "uV", 1.0) for w in ("uV", "µV", "μV", "microVolts")),
        *((w, "uV", 1e-3) for w in ("nV", "nanovolts")),
        *((w, "uS", 1.0) for w in ("uS", "µS", "microsiemens", "µMho")),
        *((w, "Cel", 1.0) for w in ("degC", "°C", "deg C", "Celsius")),
        *((w, "deg", 1.0) for w in ("deg", "Degrees")),
        ("Newtons", "N", 1.0),
        ("m/s^2", "m/s2", 1.0),
        ("m/s²", "m/s2", 1.0),
        ("mg", "m/s2", 9.80665e-3),
        ("mm", "m", 1e-3),
        *((w, UNKNOWN, 1.0) for w in ("", " ", "n/a", "a.u.", "adc")),
        ("mmHg", "mmHg", 1.0),
    ],
)
def test_a_written_unit_has_one_meaning(written, unit, factor):
    """Each spelling that devices use becomes the unit used here; others are kept as they are."""
    assert standard(written) == (unit, pytest.approx(factor))
