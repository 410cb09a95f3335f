"""Nexstim eXimia ``.nxe``, EEG with TMS: 60 electrodes, an EOG and three trigger lines.

Layout, rate and steps are fixed and stated nowhere in the file; they are those of FieldTrip's and
MNE's readers. MNE 1.13 hands on microvolts as if they were volts. Not tried on a real file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from eutonia.formats import Format
from eutonia.formats._linear import Interleaved
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import places
from eutonia.model import Channel, Clock, Events, Floats, Issue, Recording, Source, UnreadableFile

_RATE_HZ = 1450.0
_TRIGGERS = ("GateIn", "Trig1", "Trig2")
_CAP = """
    Fp1 Fpz Fp2 AF1 AFz AF2 F7 F3 F1 Fz F2 F4 F8 FT9 FT7 FC5 FC3 FC1 FCz FC2 FC4 FC6 FT8 FT10
    T7 C5 C3 C1 Cz C2 C4 C6 T8 TP9 TP7 CP5 CP3 CP1 CPz CP2 CP4 CP6 TP8 TP10
    P9 P7 P3 P1 Pz P2 P4 P8 P10 PO3 POz PO4 O1 Oz O2 Iz
"""
_SITES = tuple(_CAP.split())
_NAMES = (*_TRIGGERS, "EOG", *_SITES)
#: Ranges over the 65535 steps of a number: 100 V of a line, 25 mV of the EOG, 5 mV of the EEG.
_STEPS = (*(100 / 65535,) * len(_TRIGGERS), 25_000 / 65535, *(5_000 / 65535,) * len(_SITES))
_LEAST_PULSE = 1.0  # V between low and high of a line that was used; our rule, unconfirmed
_BLOCK = 2**16  # samples of the lines looked at together


def looks_like_eximia(path: Path) -> bool:
    """Whether a file is named ``.nxe``; it has no mark of its own."""
    return path.suffix.lower() == ".nxe"


def read(path: Path) -> tuple[Recording, ...]:
    """Read an eXimia recording.

    Raises
    ------
    UnreadableFile
        If it holds not one sample of all channels.
    """
    n_samples, rest = divmod(path.stat().st_size, 2 * len(_NAMES))
    if n_samples < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy or export it again.")
    issues = []
    if rest:
        text = "The file ends within a sample: it is truncated; all before that was read."
        issues.append(Issue(code="truncated", severity="warning", message=text))
    n = len(_NAMES)
    numbers = Interleaved(str(path.resolve()), 0, "<i2", n, n_samples, tuple(range(n)))
    signal = Scaled(numbers, _STEPS)
    kinds = (*("trigger",) * len(_TRIGGERS), "eog", *("eeg",) * len(_SITES))
    units = ["1" if kind == "trigger" else "uV" for kind in kinds]
    at = places(_NAMES, units=units, kinds=kinds)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=name, kind=kind, unit=unit, site=of.site, side=of.side)
                for name, kind, unit, of in zip(_NAMES, kinds, units, at, strict=True)
            ),
            clock=Clock(id=path.name),
            signal=signal,
            rate_hz=_RATE_HZ,
            events=_pulses(signal),
            device="Nexstim eXimia",
            sources=(Source(path=path.name, sha256=""),),
            issues=tuple(issues),
        ),
    )


def _pulses(signal: Scaled) -> Events:
    """Return when each line rises above the middle between its lowest and highest value."""
    rows = tuple(range(len(_TRIGGERS)))
    low, high = np.full(len(rows), np.inf), np.full(len(rows), -np.inf)
    for x in _blocks(signal, rows):
        low, high = np.minimum(low, x.min(axis=1)), np.maximum(high, x.max(axis=1))
    middle = np.where(high - low >= _LEAST_PULSE, (low + high) / 2, np.inf)
    found: list[tuple[int, int]] = []
    start, before = 0, np.ones((len(rows), 1), dtype=bool)  # high from the start is no pulse
    for x in _blocks(signal, rows):
        up = x > middle[:, None]
        rises = up & ~np.hstack([before, up[:, :-1]])
        found += [(start + int(i), int(row)) for row, i in zip(*np.nonzero(rises), strict=True)]
        start, before = start + x.shape[1], up[:, -1:]
    found.sort()
    return Events(
        onset_s=np.array([i for i, _ in found], dtype=np.float64) / _RATE_HZ,
        duration_s=np.zeros(len(found)),
        name=tuple(_TRIGGERS[row] for _, row in found),
    )


def _blocks(signal: Scaled, rows: tuple[int, ...]) -> Iterator[Floats]:
    for start in range(0, signal.shape[1], _BLOCK):
        yield signal.read(start, start + _BLOCK, rows)


FORMAT = Format(
    id="eximia", title="eXimia NXE", suffixes=(".nxe",), reads=looks_like_eximia, read=read
)
