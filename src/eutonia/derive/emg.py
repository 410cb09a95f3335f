"""Surface EMG: band-passed, rectified, envelope (measures.md §1)."""

from __future__ import annotations

import numpy as np

from eutonia.dsp.filter import band_pass, low_pass, notch
from eutonia.model import Derivation, Floats

#: Band of surface EMG for amplitude work, and cut-off of its envelope (measures.md §1).
BAND_HZ = (20.0, 450.0)
ENVELOPE_HZ = 6.0


def filtered(x: Floats, rate_hz: float, line_hz: float | None) -> Floats:
    """Remove the mains and its harmonics where there is hum, then pass 20–450 Hz."""
    if line_hz:
        x = notch(x, rate_hz=rate_hz, line_hz=line_hz, up_to_hz=BAND_HZ[1])
    return band_pass(x, rate_hz=rate_hz, band_hz=BAND_HZ)


def rectified(x: Floats, rate_hz: float, line_hz: float | None) -> Floats:
    """Return the absolute value of the filtered signal."""
    out = filtered(x, rate_hz, line_hz)
    return np.abs(out, out=out)


def envelope(x: Floats, rate_hz: float, line_hz: float | None) -> Floats:
    """Return the rectified signal below 6 Hz, never negative."""
    out = low_pass(rectified(x, rate_hz, line_hz), rate_hz=rate_hz, cutoff_hz=ENVELOPE_HZ)
    return np.maximum(out, 0.0, out=out)


def smoothed(x: Floats, rate_hz: float, line_hz: float | None) -> Floats:  # noqa: ARG001 - as all derivations
    """Return what was recorded as an envelope below 6 Hz, never negative.

    Nothing is left to filter or rectify, and hum cannot be told from the muscle any more.
    """
    out = low_pass(np.abs(x), rate_hz=rate_hz, cutoff_hz=ENVELOPE_HZ)
    return np.maximum(out, 0.0, out=out)


DERIVATIONS = (
    (
        Derivation(
            id="emg.filtered",
            version="1",
            kind="emg",
            method="In channels with hum, notch at the mains frequency and its harmonics (1 Hz "
            "wide), then 20–450 Hz, zero-phase 4th-order Butterworth run both ways.",
            edge_s=2.0,
        ),
        filtered,
    ),
    (
        Derivation(
            id="emg.rectified",
            version="1",
            kind="emg",
            method="emg.filtered, then the absolute value.",
            edge_s=2.0,
        ),
        rectified,
    ),
    (
        Derivation(
            id="emg.envelope",
            version="1",
            kind="emg",
            method="emg.rectified, then below 6 Hz, zero-phase 4th-order Butterworth both ways. Of "
            "a channel that was recorded as an envelope only what is below 6 Hz.",
            edge_s=3.0,
        ),
        envelope,
    ),
)
#: What is done to channels that were recorded as envelopes, by the id of the derivation.
OF_ENVELOPES = {"emg.envelope": smoothed}
