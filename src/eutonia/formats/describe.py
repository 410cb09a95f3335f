"""What a recording's sidecars say about it: BIDS JSON, ``channels.tsv`` and ``events.tsv``."""

from __future__ import annotations

import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import bids, units
from eutonia.formats.conditions import canonical, level_of, task_of
from eutonia.formats.signals import Scaled, written_units
from eutonia.formats.sites import Place, muscle_of, place, places, side_of
from eutonia.model import (
    MOVEMENTS,
    BadSpan,
    Channel,
    Clock,
    Condition,
    Events,
    Floats,
    Issue,
    Recording,
    Side,
    Source,
)

_LOOK_S = 10.0  # seconds looked at to tell volts from microvolts
#: Usual size (robust standard deviation, µV) of surface recordings; our rule, unconfirmed.
_USUAL_UV = {"emg": (1.0, 5e3), "eeg": (1.0, 1e3), "ecg": (20.0, 2e4), "eog": (5.0, 5e3)}
_RATE_TOLERANCE = 0.01
_DATE = re.compile(r"(?<!\d)(19|20)\d\d([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")


def described(recordings: tuple[Recording, ...], path: Path) -> tuple[Recording, ...]:
    """Return the recordings of a file with all that its sidecars say applied."""
    meta = bids.metadata(path)
    issues = [_issue("sidecar", text) for text in _broken(path)] + _dated(path)
    sources = tuple(_source(f) for f in _files(path))
    hemispheres = bids.hemispheres(path)
    rows = [r | {"hemisphere": hemispheres.get(r["name"], "")} for r in bids.channel_rows(path)]
    modality = bids.SUFFIX_KIND.get(bids.modality(path), "")
    events, event_issues = _events(path)
    issues += event_issues
    filmed = meta.get("EutoniaKind") in MOVEMENTS
    named = _condition(path, meta)
    out = []
    for recording in recordings:
        found = _with_metadata(recording, meta)
        if rows:
            found = _with_channels(found, rows, single=len(recordings) == 1)
        found = _with_default_kind(found, modality, rows)
        if filmed:
            found = _as_filmed(found, rows, meta)
        if len(events):
            found = replace(found, events=events)
        found = replace(
            found,
            kind=str(meta["EutoniaKind"]) if filmed else _kind(found, modality),
            condition=named if named.levels else found.condition,
            events=canonical(found.events),
            sources=(*found.sources, *sources),
            issues=(*found.issues, *issues),
        )
        out.append(found)
    return tuple(out)


def kind_of(channels: tuple[Channel, ...]) -> str:
    """Return the kind of a recording: what most of its channels are."""
    groups = {"acc": "motion", "gyro": "motion", "mag": "motion", "position": "motion"}
    kinds = [c.kind for c in channels if c.kind not in ("misc", "trigger")]
    if not kinds:
        return "physio" if channels else "events"
    most = max(sorted(set(kinds)), key=kinds.count)
    own = ("eeg", "emg", "audio", "lfp", "seeg", "ecog")
    return most if most in own else groups.get(most, "physio")


def _kind(recording: Recording, modality: str) -> str:
    """Return the kind of a recording; ``ieeg`` alone does not say which electrodes."""
    if modality == "lfp":
        return kind_of(recording.channels)
    return modality or recording.kind or kind_of(recording.channels)


def _dated(path: Path) -> list[Issue]:
    """Warn of a calendar date in the file's name, which becomes the recording's."""
    if not _DATE.search(path.name):
        return []
    text = "The file's name holds a calendar date, which results repeat. Rename it before sharing."
    return [_issue("date_in_name", text)]


def _condition(path: Path, meta: dict[str, Any]) -> Condition:
    entities = bids.entities(path)
    if not bids.modality(path):
        return Condition()
    levels = level_of(entities.get("acq", ""))
    task = entities.get("task") or bids.present(str(meta.get("TaskName", "")))
    stated = meta.get("EutoniaCondition")
    stated = {str(k): str(v) for k, v in stated.items()} if isinstance(stated, dict) else {}
    return Condition.of(**(levels | (task_of(task) if task else {}) | stated))


def _files(path: Path) -> tuple[Path, ...]:
    events = bids.sidecars(path, "events", ".tsv")
    electrodes = bids.electrode_files(path)
    return (*bids.metadata_files(path), *bids.channel_files(path), *electrodes, *events)


def _source(path: Path) -> Source:
    return Source(path=str(path.resolve()), sha256=sha256(path.read_bytes()).hexdigest())


def _broken(path: Path) -> list[str]:
    found = [bids.load_json(f)[1] for f in bids.metadata_files(path)]
    found += [bids.table_rows(f)[1] for f in bids.channel_files(path)]
    return [text for text in found if text]


def _with_metadata(recording: Recording, meta: dict[str, Any]) -> Recording:
    """Apply the JSON sidecar."""
    issues = list(recording.issues)
    line, rate = meta.get("PowerLineFrequency"), meta.get("SamplingFrequency")
    reported = "#" in recording.id or any(i.code == "rate_disagrees" for i in issues)
    stated = float(rate) if isinstance(rate, int | float) and not reported else None
    if stated and recording.rate_hz and abs(stated / recording.rate_hz - 1) > _RATE_TOLERANCE:
        text = f"The JSON sidecar says {stated:g} Hz, the file {recording.rate_hz:g} Hz"
        issues.append(_issue("rate_disagrees", text + "; the file's rate was used."))
    names = (meta.get("Manufacturer"), meta.get("ManufacturersModelName"))
    device = " ".join(n for n in names if isinstance(n, str) and bids.present(n))
    clock = recording.clock
    declared = meta.get("EutoniaClock")
    if isinstance(declared, dict) and isinstance(declared.get("id"), str):
        clock = Clock(
            id=declared["id"],
            offset_s=_float(declared.get("offset_s")),
            drift_ppm=_float(declared.get("drift_ppm")),
            aligned="declared",
        )
    labels = meta.get("EutoniaLabels", ())
    return replace(
        recording,
        line_hz=float(line) if isinstance(line, int | float) and line > 0 else recording.line_hz,
        device=device or recording.device,
        simulated=recording.simulated or (isinstance(labels, list) and "SIMULATED" in labels),
        clock=clock,
        issues=tuple(issues),
    )


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _with_channels(recording: Recording, rows: list[dict[str, str]], *, single: bool) -> Recording:
    """Apply ``channels.tsv``: matched by name, or by order where only the names differ."""
    by_name = {r["name"]: r for r in rows}
    issues = list(recording.issues)
    names = [c.name for c in recording.channels]
    matched = [by_name.get(n) for n in names]
    if not any(matched) and len(rows) == len(names) and single:
        matched = list(rows)
        text = "The names in channels.tsv and in the file differ; those of channels.tsv were taken"
        issues.append(_issue("names_disagree", f"{text}, in the same order."))
    elif single and (unknown := [r["name"] for r in rows if r["name"] not in names]):
        text = f"channels.tsv names channels that the file does not hold: {', '.join(unknown[:8])}."
        issues.append(_issue("names_disagree", text))
    kinds = [bids.TYPE_KIND.get(r.get("type", "").upper(), "") if r else "" for r in matched]
    found = places(
        [r["name"] if r else n for r, n in zip(matched, names, strict=True)],
        units=[c.unit for c in recording.channels],
        kinds=kinds,
    )
    channels = [
        c if row is None else _channel(c, row, kind, at)
        for c, row, kind, at in zip(recording.channels, matched, kinds, found, strict=True)
    ]
    factors, channels, unit_issues = _units(recording, channels, matched)
    bad = list(recording.bad)
    for channel, row in zip(channels, matched, strict=True):
        if row and row.get("status", "").lower() == "bad":
            why = bids.present(row.get("status_description")) or "marked bad in channels.tsv"
            bad.append(
                BadSpan(start_s=0.0, stop_s=recording.duration_s, reason=why, channel=channel.name)
            )
    signal = recording.signal
    if signal is not None and any(f != 1 for f in factors):
        signal = Scaled(signal, tuple(factors))
    return replace(
        recording,
        channels=tuple(channels),
        signal=signal,
        issues=(*issues, *unit_issues),
        bad=tuple(bad),
    )


def _channel(channel: Channel, row: dict[str, str], kind: str, named: Place) -> Channel:
    target = bids.present(row.get("target_muscle"))
    muscle, glued = muscle_of(target) if target else ("", "unknown")
    sides: list[Side] = [
        side_of(bids.present(row.get("side"))),
        side_of(target),
        glued,
        named.side,
        side_of(bids.present(row.get("group"))),
        side_of(row.get("hemisphere", "")),
        channel.side,
    ]
    return replace(
        channel,
        name=row["name"],
        kind=kind or channel.kind,
        site=muscle or named.site or channel.site,
        side=next((s for s in sides if s != "unknown"), "unknown"),
        high_pass_hz=_high_pass(row, channel.high_pass_hz),
    )


def _high_pass(row: dict[str, str], stated: float | None) -> float | None:
    """Return the high-pass of ``channels.tsv``, or what the file states."""
    try:
        found = float(bids.present(row.get("low_cutoff")))
    except ValueError:
        return stated
    return found if np.isfinite(found) else stated


def _units(
    recording: Recording, channels: list[Channel], rows: list[dict[str, str] | None]
) -> tuple[list[float], list[Channel], list[Issue]]:
    """Settle the unit of each channel where the header and ``channels.tsv`` differ."""
    headers = written_units(recording.signal) or ("",) * len(channels)
    factors, out = [1.0] * len(channels), list(channels)
    differing: dict[tuple[str, str], list[int]] = {}
    for i, (row, header) in enumerate(zip(rows, headers, strict=True)):
        stated = bids.present(row.get("units")) if row else ""
        unit, factor = units.standard(stated)
        if stated and not bids.present(header) and out[i].unit == units.UNKNOWN:
            factors[i], out[i] = factor, replace(out[i], unit=unit)
        elif stated and header and (unit, factor) != units.standard(header):
            differing.setdefault((header, stated), []).append(i)
    issues = []
    for (header, stated), group in differing.items():
        (in_file, file_factor), (unit, factor) = units.standard(header), units.standard(stated)
        used = "the header"
        if unit == in_file and _fits_better(recording, out, group, factor / file_factor):
            used = "channels.tsv (by the size of the signal)"
            for i in group:
                factors[i] = factor / file_factor
        names = ", ".join(out[i].name for i in group[:6]) + (" …" if len(group) > 6 else "")
        text = (
            f"The file's header says {header} but channels.tsv {stated} for {names}; the unit of "
            f"{used} was used. Check it before trusting amplitudes."
        )
        issues.append(_issue("units_disagree", text))
    return factors, out, issues


def _fits_better(
    recording: Recording, channels: list[Channel], rows: list[int], scale: float
) -> bool:
    """Whether the typical channel has a usual amplitude in the other unit only."""
    kind = channels[rows[0]].kind
    if kind not in _USUAL_UV or recording.signal is None:
        return False
    n = int(_LOOK_S * (recording.rate_hz or 1000.0))
    middle = max(0, recording.n_samples // 2 - n // 2)
    x = recording.signal.read(middle, middle + n, tuple(rows))
    x = x[:, np.isfinite(x).all(axis=0)]
    if x.size == 0:
        return False
    from_centre = np.abs(x - np.median(x, axis=1, keepdims=True))
    size = 1.4826 * float(np.median(np.median(from_centre, axis=1)))
    lo, hi = _USUAL_UV[kind]
    return lo <= size * scale <= hi and not lo <= size <= hi


def _with_default_kind(
    recording: Recording, modality: str, rows: list[dict[str, str]]
) -> Recording:
    """Take unnamed electrical channels of an ``_emg`` file for EMG, and so on.

    What ``channels.tsv`` calls ``MISC`` stays so.
    """
    stated = {r["name"] for r in rows if bids.TYPE_KIND.get(r.get("type", "").upper()) == "misc"}
    if modality not in ("eeg", "emg", "lfp"):
        return recording
    electrical = ("uV", units.UNKNOWN)
    channels = []
    for channel in recording.channels:
        unnamed = channel.kind == "misc" and channel.name not in stated
        if unnamed and channel.unit in electrical:
            found = place(channel.name, unit=channel.unit, kind=modality)
            site = channel.site or found.site
            side = channel.side if channel.side != "unknown" else found.side
            channel = replace(channel, kind=modality, site=site, side=side)  # noqa: PLW2901
        channels.append(channel)
    return replace(recording, channels=tuple(channels))


def _as_filmed(recording: Recording, rows: list[dict[str, str]], meta: dict[str, Any]) -> Recording:
    """Take the channels for a movement that was read from a video, as Eutonia wrote it."""
    by_name, stated = {r["name"]: r for r in rows}, meta.get("EutoniaFlags")
    flags = stated if isinstance(stated, dict) else {}
    channels = tuple(
        replace(
            c,
            kind=str(meta["EutoniaKind"]),
            site=bids.present(row.get("tracked_point")),
            unit=bids.present(row.get("units")),
            side="midline" if row.get("side") == "midline" else c.side,
            flags=tuple(str(f) for f in flags.get(c.name, ())),
        )
        for c in recording.channels
        for row in [by_name.get(c.name, {})]
    )
    return replace(recording, channels=channels)


def _events(path: Path) -> tuple[Events, list[Issue]]:
    """Read ``events.tsv``; rows without an onset are left out and reported."""
    files = bids.sidecars(path, "events", ".tsv")
    if not files:
        return Events(), []
    rows, wrong = bids.table_rows(files[-1])
    issues = [_issue("sidecar", wrong)] if wrong else []
    kept = [r for r in rows if np.isfinite(_number(r.get("onset")))]
    if len(kept) < len(rows):
        text = f"{len(rows) - len(kept)} event(s) in {files[-1].name} have no onset; left out."
        issues.append(_issue("events", text))
    if not kept:
        return Events(), issues
    onset: Floats = np.array([_number(r["onset"]) for r in kept])
    duration = np.nan_to_num(np.array([_number(r.get("duration")) for r in kept]))
    extra = [k for k in kept[0] if k and k not in ("onset", "duration", "trial_type")]
    columns = {k: _column([r.get(k, "n/a") for r in kept]) for k in extra}
    names = tuple(
        bids.present(r.get("trial_type")) or bids.present(r.get("value")) or "event" for r in kept
    )
    return Events(onset_s=onset, duration_s=duration, name=names, columns=columns), issues


def _number(text: str | None) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        return float("nan")


def _column(texts: list[str]) -> NDArray[np.generic]:
    numbers = [_number(t) for t in texts]
    filled = [bids.present(t) for t in texts]
    if all(np.isfinite(n) or not f for n, f in zip(numbers, filled, strict=True)) and any(filled):
        return np.array(numbers)
    return np.array(texts)


def _issue(code: str, message: str) -> Issue:
    return Issue(code=code, severity="warning", message=message)
