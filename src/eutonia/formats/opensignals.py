"""OpenSignals (biosignalsplux, BITalino): text and HDF5 files, raw counts with what they mean.

References
----------
Sensor data sheets and the library biosignalsnotebooks of the maker, PLUX Biosignals
(notebooks.pluxbiosignals.com): the transfer functions in `_SCALES`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats import Format, _marks, _names, _table_body, units
from eutonia.formats._extra import library
from eutonia.formats._hdf5 import Hdf5Signal, looks_like_hdf5
from eutonia.formats._linear import Linear
from eutonia.formats._table_layout import Layout
from eutonia.formats.signals import Gapped, Picked, Stored
from eutonia.formats.sites import place
from eutonia.model import (
    ArraySignal,
    BadSpan,
    Channel,
    Clock,
    EutoniaError,
    Issue,
    Recording,
    Signal,
    Source,
    UnreadableFile,
)

_MAGIC = b"# OpenSignals Text File Format"
_HEADER_BYTES = 2**18
_PLUX = ("bioplux", "bioplux_exp", "biosignalsplux", "channeller", "rachimeter", "swifter")
_BITALINO = ("bitalino_rev", "bitalino_riot")
#: Sensor and devices: unit, full scale in that unit, and where zero is on it. Only where the data
#: sheet and the maker's library say the same; the gains that they give for ECG (1000 and 1019) and
#: EEG (41,782 and 40,000) differ, accelerometers are calibrated one by one.
_SCALES: tuple[tuple[str, tuple[str, ...], str, float, float], ...] = (
    ("EMG", _PLUX, "uV", 3.0 / 1000 * 1e6, 0.5),  # 3 V, gain 1000
    ("EMG", _BITALINO, "uV", 3.3 / 1009 * 1e6, 0.5),  # 3.3 V, gain 1009
    ("EDA", _PLUX, "uS", 3.0 / 0.12, 0.0),
    ("EDA", _BITALINO, "uS", 3.3 / 0.132, 0.0),
)
_ANY_SENSOR = ("", "RAW", "CUSTOM", "DI", "SYNC", "TRIG", "TRIGGER")
_KINDS = {
    **{"EMG": "emg", "ECG": "ecg", "EEG": "eeg", "EOG": "eog", "EDA": "eda", "TEMP": "temperature"},
    **{"ACC": "acc", "XYZ": "acc", "RESP": "resp", "RESPIRATION": "resp", "PZT": "resp"},
    **{"GYR": "gyro", "MAG": "mag", "FORCE": "force", "FSR": "force", "LOADCELL": "force"},
}


@dataclass(frozen=True, kw_only=True)
class _Device:
    """One device of a file: what its header says and where its columns are."""

    meta: Mapping[str, Any]
    rate_hz: float
    labels: tuple[str, ...]
    sensors: tuple[str, ...]
    bits: tuple[int, ...]
    signal: Signal
    digital: tuple[tuple[str, Signal], ...]
    counter: Signal | None


def looks_like_opensignals(path: Path) -> bool:
    """Whether a file is OpenSignals text, or HDF5 with a device's ``raw`` group."""
    with path.open("rb") as file:
        head = file.read(64)
    if _MAGIC in head:
        return True
    if not looks_like_hdf5(str(path), (0,)):
        return False
    try:
        with library("h5py", path).File(path, "r") as file:
            return any("raw" in group and "sampling rate" in group.attrs for group in file.values())
    except UnreadableFile:
        return path.suffix.lower() in (".h5", ".hdf5")  # `read` says which library is missing
    except Exception:  # whatever a damaged file leads the library to
        return path.suffix.lower() in (".h5", ".hdf5")


def read(path: Path) -> tuple[Recording, ...]:
    """Read an OpenSignals file: one recording per device, all on one clock.

    Raises
    ------
    UnreadableFile
        If the header or the samples are damaged; for HDF5 also if h5py is not installed.
    """
    with path.open("rb") as file:
        text = _MAGIC in file.read(64)
    try:
        devices, digest = _from_text(path) if text else (_from_hdf5(path), "")
    except EutoniaError:
        raise
    except Exception as error:  # whatever a damaged header or file leads to
        raise UnreadableFile(
            f"{path}: the OpenSignals file cannot be read ({error.__class__.__name__}: {error}). "
            "It may be damaged: copy or export it again."
        ) from error
    if not devices:
        raise UnreadableFile(f"{path}: the file holds no device with samples. Export it again.")
    made = [_recording(path, digest, device) for device in devices]
    if len(made) == 1:
        return tuple(made)
    clock = Clock(id=path.name, aligned="same file")
    return tuple(replace(r, id=f"{r.id}#device{k + 1}", clock=clock) for k, r in enumerate(made))


def _from_text(path: Path) -> tuple[list[_Device], str]:
    """Read the JSON header and the columns below it."""
    with path.open("rb") as file:
        head = file.read(_HEADER_BYTES).decode("utf-8", errors="replace").splitlines()
    ends = [i for i, line in enumerate(head) if line.replace(" ", "").startswith("#EndOfHeader")]
    metas = [line.lstrip("# ") for line in head[:8] if line.lstrip("# ").startswith("{")]
    if not ends or not metas:
        raise UnreadableFile(f"{path}: the OpenSignals header is cut off. Export the file again.")
    header = json.loads(metas[0])
    columns = [_columns(meta) for meta in header.values()]
    n = sum(map(len, columns))
    layout = Layout(
        encoding="utf-8",
        delimiter="",
        decimal=".",
        first_line=ends[0] + 1,
        names=tuple(c for each in columns for c in each),
        units=("",) * n,
    )
    body = _table_body.read(path, layout)
    if len(body.values) < 2:
        raise UnreadableFile(f"{path}: the file holds fewer than two rows of numbers.")
    whole: Signal
    if body.stored:
        whole = Stored(body.stored, n, len(body.values), tuple(range(n)), str(path.resolve()))
    else:
        whole = ArraySignal(np.ascontiguousarray(body.values.T))
    found, first = [], 0
    for meta, names in zip(header.values(), columns, strict=True):
        at = {name: Picked(whole, (first + i,)) for i, name in enumerate(names)}
        k = len(_list(meta, "channels", ())) or len(_list(meta, "sensor", ()))
        k = min(k or len(names) - 1, len(names))
        rows = tuple(range(first + len(names) - k, first + len(names)))
        digital = [x for x in names[: len(names) - k] if x.lower() != "nseq"]
        found.append(_device(meta, names[len(names) - k :], Picked(whole, rows), at, digital))
        first += len(names)
    return found, body.sha256


def _columns(meta: Mapping[str, Any]) -> tuple[str, ...]:
    named = tuple(str(c) for c in _list(meta, "column", ()))
    labels = [f"CH{c}" for c in _list(meta, "channels", ())]
    return named or ("nSeq", *labels)


def _from_hdf5(path: Path) -> list[_Device]:
    """Look through the groups of an HDF5 file; samples stay there."""
    found = []
    with library("h5py", path).File(path, "r") as file:
        for group in file.values():
            if "raw" not in group or "sampling rate" not in group.attrs:
                continue
            meta = {k: _plain(v) for k, v in group.attrs.items()}
            sets = {n: d for n, d in group["raw"].items() if getattr(d, "size", 0)}
            names = sorted((n for n in sets if n != "nSeq"), key=_number)
            if not names:
                continue
            lengths = {len(sets[n]) for n in sets}
            n = min(lengths)
            meta["label"] = [str(_plain(sets[x].attrs.get("label", x))) for x in names]
            meta["sensor"] = [str(_plain(sets[x].attrs.get("sensor", ""))) for x in names]
            lines = {x: d for x, d in group.get("digital", {}).items() if len(d) >= n}
            where = str(path.resolve())

            def one(data: Any, where: str = where, n: int = n) -> Hdf5Signal:
                return Hdf5Signal(where, ((data.name, 0),), True, n)

            signal = Hdf5Signal(where, tuple((sets[x].name, 0) for x in names), True, n)
            at = {x: one(d) for x, d in {**sets, **lines}.items()}
            found.append(_device(meta, names, signal, at, list(lines)))
    return found


def _number(name: str) -> tuple[int, str]:
    digits = "".join(c for c in name if c.isdigit())
    return int(digits or 0), name


def _plain(value: Any) -> Any:
    """Return an attribute as JSON would hold it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value.tolist() if hasattr(value, "tolist") else value


def _list(meta: Mapping[str, Any], name: str, default: Sequence[Any]) -> list[Any]:
    value = meta.get(name, default)
    return list(value) if isinstance(value, list | tuple) else [value]


def _device(
    meta: Mapping[str, Any],
    names: Sequence[str],
    signal: Signal,
    at: Mapping[str, Signal],
    digital: Sequence[str],
) -> _Device:
    n = len(names)
    labels = [str(x) for x in _list(meta, "label", names)]
    sensors = [str(x).upper() for x in _list(meta, "sensor", ())]
    bits = [int(b) for b in _list(meta, "resolution", ())]
    bits = bits * n if len(bits) == 1 else bits[-n:]  # BITalino lists all columns
    rate = float(meta["sampling rate"])
    if not 0 < rate < 1e6:
        raise ValueError(f"the sampling rate is {rate:g} Hz")
    counter = next((x for name, x in at.items() if name.lower() == "nseq"), None)
    return _Device(
        meta=meta,
        rate_hz=rate,
        labels=tuple(labels if len(labels) == n else names),
        sensors=tuple(sensors if len(sensors) == n else [""] * n),
        bits=tuple(bits if len(bits) == n else [0] * n),
        signal=signal,
        digital=tuple((name, at[name]) for name in digital),
        counter=counter,
    )


def _recording(path: Path, digest: str, device: _Device) -> Recording:
    model = str(device.meta.get("device", ""))
    marks = [
        k
        for k, sensor in enumerate(device.sensors)
        if sensor in _ANY_SENSOR and _marks.is_mark(device.signal, k, device.rate_hz)
    ]
    channels, gains, offsets, unknown = [], [], [], []
    for k, (label, sensor) in enumerate(zip(device.labels, device.sensors, strict=True)):
        scale = None if device.meta.get("convertedValues") else _scale(sensor, model)
        full = 2.0 ** device.bits[k] if device.bits[k] else 0.0
        unit, gain, offset = units.UNKNOWN, 1.0, 0.0
        if scale is not None and full:
            unit, gain, offset = scale[0], scale[1] / full, -scale[1] * scale[2]
        kind = "trigger" if k in marks else _KINDS.get(sensor, "")
        at = place(label, unit=unit, kind=kind)
        channels.append(Channel(name=label, kind=at.kind, unit=unit, site=at.site, side=at.side))
        gains.append(gain)
        offsets.append(offset)
        if unit == units.UNKNOWN and k not in marks:
            unknown.append(f"{label} ({sensor or 'no sensor named'})")
    names, repeated = _names.unique([c.name for c in channels])
    channels = [replace(c, name=name) for c, name in zip(channels, names, strict=True)]
    signal: Signal = device.signal
    if any(g != 1.0 for g in gains):
        signal = Linear(signal, tuple(gains), tuple(offsets))
    issues = [*repeated, *([_no_scale(unknown)] if unknown else [])]
    lines = [(channels[k].name, Picked(device.signal, (k,))) for k in marks]
    switches = [_marks.switches(name, x) for name, x in (*lines, *device.digital)]
    runs, lost = _marks.runs_of(device.counter)
    bad: tuple[BadSpan, ...] = ()
    if lost:
        signal = Gapped(signal, runs, runs[-1][1] + signal.shape[1] - runs[-1][0])
        bad = _marks.pauses(runs, device.rate_hz)
        message = f"The sequence numbers skip {lost} sample(s) in {len(bad)} place(s); nothing is "
        issues.append(Issue(code="gaps", severity="note", message=message + "measured there."))
    return Recording(
        id=path.name,
        kind="",
        channels=tuple(channels),
        clock=Clock(id=path.name),
        signal=signal,
        rate_hz=device.rate_hz,
        events=_marks.events_of([s for each in switches for s in each], runs, device.rate_hz),
        device=model,
        sources=(Source(path=path.name, sha256=digest),),
        issues=tuple(issues),
        bad=bad,
    )


def _scale(sensor: str, model: str) -> tuple[str, float, float] | None:
    """Return unit, full scale and zero of a sensor on a device, where these are certain."""
    for name, models, unit, full, zero in _SCALES:
        if sensor == name and model.lower() in models:
            return unit, full, zero
    return None


def _no_scale(unknown: Sequence[str]) -> Issue:
    message = (
        f"Raw counts: {', '.join(unknown)}. The file does not say enough to turn them into a "
        "physical unit; give unit and factor (unit per count) of the sensor's data sheet in the "
        "corrections."
    )
    return Issue(code="no_scale", severity="note", message=message)


FORMAT = Format(
    id="opensignals",
    title="OpenSignals text or HDF5",
    suffixes=(".txt", ".h5", ".hdf5"),
    reads=looks_like_opensignals,
    read=read,
)
