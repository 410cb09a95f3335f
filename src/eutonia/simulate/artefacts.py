"""Mild artefacts as they occur in any laboratory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from eutonia.model import ArraySignal, BadSpan, Floats, Recording

#: Range of the simulated EMG amplifier.
RAIL_UV = 3000.0


def hum(x: Floats, row: int, *, rate_hz: float, line_hz: float, uv: float = 12.0) -> Floats:
    """Return the signal with a sine of the mains frequency added to one row."""
    out = x.copy()
    out[row] += uv * np.sin(2 * np.pi * line_hz * np.arange(x.shape[1]) / rate_hz)
    return out


def saturated(recording: Recording, channel: str, *, start_s: float) -> Recording:
    """Return the recording with a swinging cable that drives the amplifier into its rails."""
    x, row, t_s = _parts(recording, channel, start_s)
    swings = (t_s >= 0) & (t_s < 1.0)
    x[row] += np.where(swings, 9000 * np.sin(2 * np.pi * 6 * t_s), 0.0)
    return replace(recording, signal=ArraySignal(np.clip(x, -RAIL_UV, RAIL_UV)))


def popped(recording: Recording, channel: str, *, start_s: float) -> Recording:
    """Return the recording with an electrode pop, which the technician marked as bad."""
    x, row, t_s = _parts(recording, channel, start_s)
    x[row] += np.where(t_s >= 0, 700 * np.exp(-np.maximum(t_s, 0) / 0.2), 0.0)
    bad = BadSpan(
        start_s=start_s - 0.1, stop_s=start_s + 1.9, reason="electrode pop", channel=channel
    )
    return replace(recording, signal=ArraySignal(x), bad=(*recording.bad, bad))


def _parts(recording: Recording, channel: str, start_s: float) -> tuple[Floats, int, Floats]:
    """Return a copy of the samples, the channel's row, and time from `start_s`."""
    assert recording.signal is not None
    assert recording.rate_hz is not None
    x = recording.signal.read().copy()
    row = [c.name for c in recording.channels].index(channel)
    return x, row, np.arange(x.shape[1]) / recording.rate_hz - start_s
