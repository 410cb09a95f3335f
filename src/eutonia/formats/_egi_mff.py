"""EGI's folder ``.mff``: signals on one time axis, lazy; see `eutonia.formats.egi`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, _egi_axis, _egi_xml, _library, units
from eutonia.formats._egi_axis import Axis
from eutonia.formats._egi_raw import TICKS
from eutonia.formats._egi_signals import Beside, Blocks, blocks
from eutonia.formats._egi_xml import DataInfo, Mark, Segment
from eutonia.formats._names import unique
from eutonia.formats._patient_names import STRUCK
from eutonia.formats.sites import places
from eutonia.model import BadSpan, Channel, Clock, Issue, Recording, UnreadableFile

_EEG, _PHYSIO = "EEG", "PNSData"
_AGAIN = "Copy the whole .mff folder again, or export it from Net Station."
_CODE = 4  # letters of a code, too few for a name
_ON_NET = (0, 1)  # types of sensors that are channels: EEG and the reference


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One ``signalN.bin``, with the names and written units of its channels."""

    number: int
    path: Path
    kind: str
    series: Blocks
    whole: bool
    info: DataInfo
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def beside(self, other: _Part) -> bool:
        """Whether the samples of another belong to the same moments; the last may be missing."""
        mine, others = self.series.counts, other.series.counts
        same = self.series.rate_hz == other.series.rate_hz and mine[:-1] == others[:-1]
        return same and len(mine) == len(others) and abs(mine[-1] - others[-1]) <= 1


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """What the XML files say of all signals."""

    path: Path
    files: tuple[Path, ...]
    info: _egi_xml.Info
    epochs: list[_egi_xml.Epoch] | None
    segments: list[Segment]
    marks: list[Mark]
    device: str
    said: list[Issue] = field(default_factory=list)


def read(path: Path) -> tuple[Recording, ...]:
    """Read a folder: one recording for signals of one rate and the same blocks.

    Raises
    ------
    UnreadableFile
        If it is empty, holds averages, or ``info.xml`` or the signals are damaged.
    """
    files = tuple(sorted(p for p in path.rglob("*") if p.is_file()))
    if not files:
        raise UnreadableFile(f"{path}: the folder is empty. Copy the whole .mff folder again.")
    named = {p.name.lower(): p for p in files if p.parent == path}
    folder = _folder(path, files, named)
    groups: list[list[_Part]] = []
    for part in _parts(folder, named):
        group = next((one for one in groups if one[0].beside(part)), None)
        if group is None:
            groups.append([part])
        else:
            group.append(part)
    try:
        found = [_recording(folder, group) for group in groups]
    except ValueError as error:
        raise UnreadableFile(f"{path}: is damaged ({error}). {_AGAIN}") from error
    names, _ = unique([f"{r.rate_hz:g}Hz" for r in found])
    return tuple(
        replace(
            r,
            id=path.name if len(found) == 1 else f"{path.name}#{name}",
            issues=(*r.issues, *folder.said),
        )
        for r, name in zip(found, names, strict=True)
    )


def _folder(path: Path, files: tuple[Path, ...], named: dict[str, Path]) -> _Folder:
    """Read the XML files that hold for all signals."""
    root = _egi_xml.load(named.get("info.xml"))
    if root is None:
        what = "damaged" if "info.xml" in named else "missing"
        raise UnreadableFile(f"{path}: its info.xml is {what}. {_AGAIN}")
    info = _egi_xml.info(root)
    said: list[Issue] = []
    known = _xml(named, "categories.xml", said)
    segments = _egi_xml.segments(known) if known is not None else []
    history = _egi_xml.load(named.get("history.xml"))
    if _egi_xml.averaged(history) or any(one.averaged for one in segments):
        raise UnreadableFile(
            f"{path}: holds averages, no continuous recording. Read the recording that these were "
            "made of."
        )
    names = _patient(path, files, said)
    net = _egi_xml.layout(_egi_xml.load(named.get("sensorlayout.xml")))
    device = ("EGI", _struck(info.amplifier, names), _struck(net, names))
    return _Folder(
        path=path,
        files=files,
        info=info,
        epochs=_epochs(named, said),
        segments=[replace(one, category=_struck(one.category, names)) for one in segments],
        marks=_marks(named, names, said),
        device=" ".join(word for word in device if word),
        said=said,
    )


def _xml(named: dict[str, Path], name: str, said: list[Issue]) -> _egi_xml.Element | None:
    """Return an XML file; one that is damaged is said."""
    root = _egi_xml.load(named.get(name))
    if root is None and name in named:
        text = f"{named[name].name} is damaged; what it says is missing."
        said.append(Issue(code="damaged_file", severity="warning", message=text))
    return root


def _epochs(named: dict[str, Path], said: list[Issue]) -> list[_egi_xml.Epoch] | None:
    """Return the epochs; None where nothing is known of pauses, which is said."""
    name = "epochs.xml" if "epochs.xml" in named else "epoch.xml"
    root = _egi_xml.load(named.get(name))
    found = _egi_xml.epochs(root) if root is not None else None
    if not found:
        text = f"Its {name} is missing or damaged: pauses and their surroundings are not known."
        said.append(Issue(code="epochs", severity="warning", message=text))
    return found


def _patient(path: Path, files: tuple[Path, ...], said: list[Issue]) -> re.Pattern[str] | None:
    """Return a pattern of the patient's names; None where they cannot be read."""
    about = [
        p
        for p in files
        if p.suffix.lower() == ".xml"
        and (p.name.lower() == "subject.xml" or p.parent.name.lower() == "subjects")
    ]
    roots = [root for root in map(_egi_xml.load, about) if root is not None]
    if len(roots) < len(about):
        text = "The patient's names cannot be read: texts of events may hold them and are left out."
        said.append(Issue(code="events", severity="warning", message=text))
        return None
    names = _egi_xml.patient(roots)
    if names.search(path.stem):
        text = "This folder is named after the patient: rename it."
        said.append(Issue(code="patient_in_name", severity="warning", message=text))
    return names


def _struck(text: str, names: re.Pattern[str] | None) -> str:
    """Return a text without the patient's names; none where these are not known."""
    return names.sub(STRUCK, text) if names is not None else ""


def _marks(named: dict[str, Path], names: re.Pattern[str] | None, said: list[Issue]) -> list[Mark]:
    """Return the events of all tracks, without the patient's names."""
    found: list[Mark] = []
    lost = 0
    for name in sorted(named):
        if not (name.startswith("events") and name.endswith(".xml")):
            continue
        root = _xml(named, name, said)
        if root is not None:
            track, n_lost = _egi_xml.marks(root)
            found += [one for one in track if one.code not in TICKS]
            lost += n_lost
    if lost:
        text = f"{lost} event(s) state no time; left out."
        said.append(Issue(code="events", severity="warning", message=text))
    return [
        replace(
            one,
            code=one.code if names is None and len(one.code) <= _CODE else _struck(one.code, names),
            label=_struck(one.label, names),
            keys=_struck(one.keys, names),
        )
        for one in found
    ]


def _parts(folder: _Folder, named: dict[str, Path]) -> list[_Part]:
    """Return the signals, the EEG first; what is no signal of sensors is left out and said."""
    found = []
    for name in sorted(named):
        number = re.fullmatch(r"signal(\d{1,9})\.bin", name)
        if number is None:
            continue
        info = _egi_xml.data_info(_xml(named, f"info{number[1]}.xml", folder.said))
        kind = info.kind or (_EEG if int(number[1]) == 1 else _PHYSIO)
        if kind not in (_EEG, _PHYSIO):
            text = f"{named[name].name} holds {kind}, no signals of sensors; left out."
            folder.said.append(Issue(code="left_out", severity="note", message=text))
            continue
        try:
            series, whole = blocks(named[name])
        except ValueError as error:
            raise UnreadableFile(f"{named[name]}: is damaged ({error}). {_AGAIN}") from error
        part = _Part(
            number=int(number[1]),
            path=named[name],
            kind=kind,
            series=series,
            whole=whole,
            info=info,
        )
        found.append(_eeg(part, named, folder.said) if kind == _EEG else _physio(part, named))
    if not found:
        raise UnreadableFile(f"{folder.path}: holds no signal. {_AGAIN}")
    return sorted(found, key=lambda one: (one.kind != _EEG, one.number))


def _eeg(part: _Part, named: dict[str, Path], said: list[Issue]) -> _Part:
    """Name the channels after the sensors of the net, as MNE does: ``E1`` where they have none."""
    n = part.series.shape[0]
    net = _egi_xml.sensors(_xml(named, "sensorlayout.xml", said))
    net = [one for one in net if one.type in _ON_NET]
    measured = _egi_xml.sensors(_egi_xml.load(named.get("coordinates.xml")))
    names = {one.number: one.name for one in (*net, *measured) if one.name}
    numbers = [one.number for one in net]
    if sorted(numbers) == list(range(1, n + 1)):
        numbers.sort()
    elif len(numbers) != n:
        if numbers:
            text = f"The net has {len(numbers)} sensors, the signal {n} channels: named by number."
            said.append(Issue(code="channels", severity="warning", message=text))
        numbers, names = list(range(1, n + 1)), {}
    found = tuple(names.get(i) or f"E{i}" for i in numbers)
    return replace(part, names=found, units=("uV",) * n)


def _physio(part: _Part, named: dict[str, Path]) -> _Part:
    """Name channels and units after the sensors of ``pnsSet.xml``; further ones have no unit."""
    n = part.series.shape[0]
    listed = _egi_xml.physio(_egi_xml.load(named.get("pnsset.xml")))[:n]
    listed += [("", "")] * (n - len(listed))
    return replace(
        part,
        names=tuple(name or f"PNS{i}" for i, (name, _) in enumerate(listed, 1)),
        units=tuple(unit for _, unit in listed),
    )


def _recording(folder: _Folder, group: list[_Part]) -> Recording:
    """Return signals of one rate and the same blocks as a recording."""
    first, whole = group[0], all(part.whole for part in group)
    rate = first.series.rate_hz
    scaled = [_scaled(part) for part in group]
    signals = tuple(series for series, _ in scaled)
    counts = max((one.counts for one in signals), key=sum)
    held = _egi_axis.timing(folder.epochs, counts, rate, folder.info.unit_s, whole=whole)
    signal = Beside(signals) if len(signals) > 1 else signals[0]
    axis = _egi_axis.on_axis(signal, rate, held, segmented=bool(folder.segments))
    names, said = unique([name for part in group for name in part.names])
    channels = _channels(group, names, [unit for _, listed in scaled for unit in listed])
    events, lost = _egi_axis.events(axis, folder.marks, folder.segments, folder.info.start)
    said += [*_unscaled(channels), *held.said, *axis.placed.issues, *lost]
    if not whole:
        text = "A signal ends within a block: the file is truncated; what it holds was read."
        said.append(Issue(code="truncated", severity="warning", message=text))
    ends = [end for series in signals for end in series.held()]
    return Recording(
        id=folder.path.name,
        kind="",
        channels=channels,
        clock=_clock(folder, axis),
        signal=axis.placed.signal,
        rate_hz=rate,
        events=events,
        device=folder.device,
        sources=_library.sources(folder.path, first.path, folder.files),
        issues=tuple(said),
        bad=(
            *axis.placed.bad,
            *_tails(names, ends, axis),
            *_bad(folder, group, names, axis),
        ),
    )


def _scaled(part: _Part) -> tuple[Blocks, list[str]]:
    """Return a signal with its gains (GCAL) in standard units, and these units."""
    gains, found = [], []
    for i, written in enumerate(part.units, 1):
        unit, factor = units.standard(written)
        gain = part.info.gain.get(i, 1.0)
        if gain <= 0:
            unit, factor, gain = units.UNKNOWN, 1.0, 1.0
        gains.append(factor * gain)
        found.append(unit)
    return replace(part.series, gain=tuple(gains)), found


def _channels(
    group: list[_Part], names: list[str], channel_units: list[str]
) -> tuple[Channel, ...]:
    parts = [part for part in group for _ in part.names]
    written = [name for part in group for name in part.names]
    kinds = ["eeg" if part.kind == _EEG else "" for part in parts]
    found = places(written, units=channel_units, kinds=kinds)
    return tuple(
        Channel(
            name=name,
            kind=it.kind,
            unit=unit,
            site=it.site,
            side=it.side,
            high_pass_hz=part.info.high_pass_hz,
        )
        for name, unit, it, part in zip(names, channel_units, found, parts, strict=True)
    )


def _unscaled(channels: Sequence[Channel]) -> list[Issue]:
    text = "The folder states no unit or no usable gain: the scale is not known."
    return [
        Issue(code="no_scale", severity="warning", message=text, channel=one.name)
        for one in channels
        if one.unit == units.UNKNOWN
    ]


def _clock(folder: _Folder, axis: Axis) -> Clock:
    """Return the start as the recording computer's clock showed it."""
    start = folder.info.start
    if start is None or axis.start_s is None:
        return Clock(id=folder.path.name)
    return Clock(id=WALL, offset_s=start.local_ns / 1e9 + axis.start_s)


def _tails(names: list[str], ends: list[int], axis: Axis) -> list[BadSpan]:
    """Return where a channel has no samples any more while others have, or should have."""
    n = axis.placed.signal.shape[1]
    on_axis = axis.placed.on_axis(np.array(ends, dtype=np.float64)) / axis.rate_hz
    return [
        BadSpan(start_s=start, stop_s=n / axis.rate_hz, reason="not recorded", channel=name)
        for name, start in zip(names, on_axis.tolist(), strict=True)
        if start < n / axis.rate_hz
    ]


def _bad(folder: _Folder, group: list[_Part], names: list[str], axis: Axis) -> list[BadSpan]:
    """Return what was marked bad: channels of the whole recording, and within segments."""
    keys = [(part.number, i) for part in group for i in range(1, len(part.names) + 1)]
    named = dict(zip(keys, names, strict=True))
    stop = axis.placed.signal.shape[1] / axis.rate_hz
    found = [
        BadSpan(start_s=0.0, stop_s=stop, reason="marked bad", channel=named[part.number, i])
        for part in group
        for i in part.info.bad
        if (part.number, i) in named
    ]
    return [*found, *_egi_axis.bad(axis, folder.segments, named)]
