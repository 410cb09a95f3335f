"""Writing EDF (16 bit) through edfio, so that length, rate and range survive."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from eutonia.model import BadSpan, Floats, Recording

_RECORD_BYTES = 61_440  # the largest data record that EDF allows


def write(recording: Recording, x: Floats, labels: list[str], path: Path) -> list[BadSpan]:
    """Write the samples; return the padding, where they do not fill whole data records."""
    from edfio import Edf, EdfSignal
    from edfio import Recording as Header

    rate_hz = recording.rate_hz or 1.0
    n = x.shape[1]
    samples, record_s = _data_record(n, rate_hz, len(x))
    padding = -n % samples
    filled = np.pad(x, ((0, 0), (0, padding)), mode="edge")
    signals = [
        EdfSignal(
            row,
            samples / record_s,
            label=label,
            physical_dimension=channel.unit[:8],
            physical_range=_physical_range(row),
        )
        for row, label, channel in zip(filled, labels, recording.channels, strict=True)
    ]
    # In the field of the administration code, so that it is not taken for a device.
    code = "SIMULATED" if recording.simulated else "X"
    header = Header(hospital_administration_code=code)
    Edf(signals, recording=header, data_record_duration=record_s).write(path)
    if not padding:
        return []
    return [BadSpan(start_s=n / rate_hz, stop_s=(n + padding) / rate_hz, reason="padding")]


def _data_record(n: int, rate_hz: float, n_channels: int) -> tuple[int, float]:
    """Return samples and seconds of a data record: a divisor of `n` where there is a good one.

    The duration has to fit the header's eight characters, else the rate would change.
    """
    most = max(1, min(n, _RECORD_BYTES // (2 * n_channels)))
    least = max(1, min(most, round(rate_hz / 10)))

    def exact(samples: int) -> bool:
        return abs(float(f"{samples / rate_hz:.6g}") * rate_hz / samples - 1) < 1e-12

    for samples in range(most, least - 1, -1):
        if n % samples == 0 and exact(samples):
            return samples, float(f"{samples / rate_hz:.6g}")
    even = (s for s in range(min(most, max(1, round(rate_hz))), 0, -1) if exact(s))
    samples = next(even, min(most, max(1, round(rate_hz))))
    return samples, float(f"{samples / rate_hz:.6g}")


def _physical_range(row: Floats) -> tuple[float, float]:
    """Return a range that the header's eight characters can hold and that contains all samples."""
    largest = float(np.abs(row).max(initial=0.0)) or 1.0
    # Rounded up to three digits, so that it is printed exactly.
    scale = 10.0 ** (np.floor(np.log10(largest)) - 2)
    limit = float(np.ceil(largest / scale) * scale)
    return -float(f"{limit:.3g}"), float(f"{limit:.3g}")
