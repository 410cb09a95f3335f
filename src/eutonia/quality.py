"""What is wrong with a recording's samples, found in one pass in bounded memory.

All limits here are our own rules, unconfirmed.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eutonia.formats.signals import file_of
from eutonia.model import BadSpan, Channel, Floats, Issue, Recording, Source

BLOCK_BYTES = 2**22  # of float64 looked at together
FLAT_S = 1.0  # equal samples for this long are a fault of the recorder
CLIPPED_SHARE = 1e-3  # of the samples that sit at the same extreme value
CLIPPED_RUN = 3  # samples in a row that make a rail
CLIPPED_RUNS = 5  # such runs; a single plateau is a slow signal's own peak
TWIN_R = 0.9999  # correlation above which two channels are suspected to be one
MOST_TWINS = 256  # channels up to which all pairs are compared
HUM_DB = 20.0  # mains line over its neighbours, to flag a channel
LINE_DB = 10.0  # median over channels, to take the mains frequency as known
HUM_WINDOW_S = 2.0
MOST_WINDOWS = 120
EXTREME_UV = {"eeg": 2e3, "emg": 5e4, "ecg": 5e4, "eog": 2e4, "lfp": 2e4}
_ELECTRICAL = ("eeg", "emg", "ecg", "eog", "lfp")
_STEADY = (*_ELECTRICAL, "acc", "gyro", "mag", "audio")  # kinds that always carry some noise


@dataclass
class _Scan:
    """Running sums over the blocks of a recording, one entry per channel."""

    n: NDArray[np.int64]
    low: Floats
    high: Floats
    total: Floats
    inside: Floats  # sum of squares about each block's mean
    missing: NDArray[np.int64]
    at_rail: NDArray[np.int64]  # samples in runs at the extremes, [low, high]
    rail_runs: NDArray[np.int64]
    checksum: list[int]
    products: Floats | None
    power: Floats | None
    windows: int
    nan_open: list[int | None]
    flat_open: NDArray[np.int64]  # length of the run of equal samples that reaches the block's end
    last: Floats
    spans: list[tuple[int, int, int, str]]  # channel, first sample, end, reason


def inspect(recording: Recording) -> Recording:
    """Look at every sample once and report what is wrong.

    Parameters
    ----------
    recording : Recording
        As read. It is returned unchanged but for what follows; inspecting twice changes nothing.

    Returns
    -------
    Recording
        With issues, channel flags (``flat``, ``clipped``, ``duplicated``, ``hum``, ``nan``,
        ``envelope``), bad spans, the mains frequency where it was not known, and the SHA-256 of
        its file, which is computed while the samples are scanned.

    Notes
    -----
    Memory is bounded by ``BLOCK_BYTES``. Inverted or nearly equal channels are suspicions only.
    """
    if any(i.code == "inspected" for i in recording.issues):
        return recording
    path = file_of(recording.signal)
    with ThreadPoolExecutor(max_workers=1) as pool:
        # Hashed beside the scan: both read the same pages of the file at about the same time.
        digest = pool.submit(_sha256_of, path)
        found = _inspected(recording) if recording.n_samples and recording.channels else recording
        sources = tuple(
            Source(path=s.path, sha256=digest.result()) if not s.sha256 and path else s
            for s in recording.sources
        )
    return replace(found, sources=sources)


def _sha256_of(path: str) -> str:
    if not path:
        return ""
    stat = Path(path).stat()
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _sha256(path: str, changed: int, size: int) -> str:  # noqa: ARG001 - keys of the cache
    found = hashlib.sha256()
    with Path(path).open("rb") as file:
        while block := file.read(2**20):
            found.update(block)
    return found.hexdigest()


def _inspected(recording: Recording) -> Recording:
    rate = recording.rate_hz or _mean_rate(recording)
    scan = _scanned(recording, rate)
    channels = list(recording.channels)
    issues: list[Issue] = []

    def flag(i: int, name: str, message: str, severity: str = "warning") -> None:
        channel = channels[i]
        if name in FLAGS and name not in channel.flags:
            channels[i] = replace(channel, flags=(*channel.flags, name))
        issue = Issue(code=name, severity=severity, message=message, channel=channel.name)  # type: ignore[arg-type]
        issues.append(issue)

    usable = scan.n > 0
    for i, channel in enumerate(recording.channels):
        if not usable[i]:
            flag(i, "nan", "It holds no number at all.", "error")
            continue
        if scan.high[i] == scan.low[i]:
            if channel.kind not in ("trigger", "misc"):
                text = f"It is flat: every sample is {scan.high[i]:g} {channel.unit}."
                flag(i, "flat", text, "error")
            continue
        _one_channel(scan, i, channel, rate, flag)
    active = [i for i in np.flatnonzero(usable & (scan.high > scan.low))]
    _alike(scan, active, recording.channels, flag)
    line_hz = recording.line_hz
    if scan.power is not None and scan.windows:
        line_hz = _hum(scan, recording, rate, flag) if line_hz is None else line_hz
        if recording.line_hz is not None:
            _hum(scan, recording, rate, flag)
    bad = _bad_spans(scan, recording, rate)
    done = Issue(code="inspected", severity="note", message="All samples were looked through.")
    return replace(
        recording,
        channels=tuple(channels),
        issues=(*recording.issues, *issues, done),
        bad=(*recording.bad, *bad),
        line_hz=line_hz,
    )
