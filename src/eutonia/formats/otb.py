"""OT Bioelettronica OTB+ and OTB4: a tar of integers and XML, read where it lies.

By specification only: no real file could be had. What is known comes from the maker's own readers
(OTB-Matlab and OTB-Python, github.com/OTBioelettronica): the elements of the XML, the order of the
samples, and the conversion factors of `_SCALES`.
"""

from __future__ import annotations

import math
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import numpy as np

from eutonia.formats import WALL, Format, _names, units
from eutonia.formats._linear import Interleaved
from eutonia.formats.signals import Scaled
from eutonia.formats.sites import Place, place
from eutonia.model import (
    Channel,
    Clock,
    EutoniaError,
    Events,
    Issue,
    Recording,
    Source,
    UnreadableFile,
)

_MOST_XML = 2**24  # bytes of one XML file
_MOST_CHANNELS = 4096
_MOST_FILES = 1000
#: Devices whose range (V) and gain of 16-bit EMG are fixed and known from the maker's readers.
_SCALES = {
    "QUATTRO": (5.0, 150.0),
    "QUATTROCENTO": (5.0, 150.0),
    "DUE": (5.0, 200.0),
    "DUE+": (3.3, 202.0),
    "QUATTRO+": (3.3, 202.0),
}
_CONTROL = ("AdapterControl", "AdapterQuaternions", "Buffer", "Ramp", "Quaternion")


@dataclass(frozen=True, kw_only=True)
class _Column:
    """One channel: its column in a data file, and the volts of a count (0: not known)."""

    name: str
    volts: float
    kind: str = ""
    muscle: str = ""


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """One data file of the archive."""

    member: str
    bits: int
    n_columns: int
    rate_hz: float
    columns: tuple[tuple[int, _Column], ...]
    device: str = ""


def looks_like_otb(path: Path) -> bool:
    """Whether a file is a plain tar with a data file (``.sig``) and XML in it."""
    with path.open("rb") as file:
        file.seek(257)
        if file.read(5) != b"ustar" and path.suffix.lower() not in FORMAT.suffixes:
            return False
    try:
        with tarfile.open(path, "r:") as archive:
            names = [m.name.lower() for m in _some(archive)]
    except (tarfile.TarError, OSError, ValueError, EOFError):
        return False
    return any(n.endswith(".sig") for n in names) and any(n.endswith(".xml") for n in names)


def _some(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the files of an archive, those before a cut too; no endless lists."""
    try:
        for k, member in enumerate(archive):
            if k > _MOST_FILES:
                return
            yield member
    except tarfile.ReadError:
        return  # a data file that is cut off is seen by its length


def read(path: Path) -> tuple[Recording, ...]:
    """Read an OTB+ or OTB4 file: one recording per data file.

    Raises
    ------
    UnreadableFile
        If the archive, its XML or its data are damaged.
    """
    try:
        with tarfile.open(path, "r:") as archive:
            members = {m.name.lstrip("./"): m for m in _some(archive) if m.isfile()}
            trees = {n: _xml(archive, m) for n, m in members.items() if n.lower().endswith(".xml")}
        streams = _otb4(trees) or _otb_plus(trees, members)
    except EutoniaError:
        raise
    except Exception as error:  # whatever a damaged archive or XML leads to
        raise UnreadableFile(
            f"{path}: the OTB file cannot be read ({error.__class__.__name__}: {error}). It may be "
            "damaged: copy it again, or export it from OTBioLab."
        ) from error
    if not streams:
        raise UnreadableFile(f"{path}: no XML in the file describes its data. Export it again.")
    start, events = _start(trees), _events(trees)
    clock = (
        Clock(id=WALL, offset_s=start)
        if start is not None
        else Clock(id=path.name, aligned="same file" if len(streams) > 1 else "alone")
    )
    made = []
    for stream in streams:
        if stream.member not in members:
            raise UnreadableFile(f"{path}: the data file {stream.member} is missing in it.")
        recording = _recording(path, stream, members[stream.member])
        made.append(replace(recording, clock=clock, events=events))
    if len(made) == 1:
        return tuple(made)
    return tuple(replace(r, id=f"{r.id}#{k + 1}") for k, r in enumerate(made))


def _xml(archive: tarfile.TarFile, member: tarfile.TarInfo) -> ElementTree.Element | None:
    """Return an XML file; None where it is damaged or defines entities, which may explode."""
    file = archive.extractfile(member)
    raw = file.read(_MOST_XML) if file is not None else b""
    if b"<!ENTITY" in raw or b"<!DOCTYPE" in raw:
        return None
    try:
        return ElementTree.fromstring(raw)  # entities were refused above
    except ElementTree.ParseError:
        return None


def _otb_plus(
    trees: dict[str, ElementTree.Element | None], members: dict[str, tarfile.TarInfo]
) -> list[_Stream]:
    """Return the streams of OTB+: the XML named like a data file describes it."""
    found = []
    for name, tree in trees.items():
        member = str(PurePosixPath(name).with_suffix(".sig"))
        if tree is None or member not in members:
            continue
        device = next(tree.iter("Device"), None)
        if device is None:
            continue
        n = int(device.attrib["DeviceTotalChannels"])
        bits = int(device.attrib["ad_bits"])
        model = device.attrib.get("Name", "").split(";")[0]
        columns: dict[int, _Column] = {}
        for adapter in device.iter("Adapter"):
            for channel in adapter.iter("Channel"):
                at = int(adapter.attrib["ChannelStartIndex"]) + int(channel.attrib["Index"])
                if 0 <= at < n:
                    columns[at] = _column(model, bits, adapter.attrib, channel.attrib, at)
        rate = float(device.attrib["SampleFrequency"])
        found.append(_stream(member, bits, n, rate, columns, model))
    return found


def _column(
    model: str, bits: int, adapter: dict[str, str], channel: dict[str, str], at: int
) -> _Column:
    identity = adapter.get("ID", "")
    words = channel.get("Description", "") or channel.get("ID", "")
    prefix = channel.get("Prefix", "")
    name = " ".join(w for w in (prefix, words) if w) or f"channel {at + 1}"
    stated = (channel.get("Muscle", "") or adapter.get("Muscle", ""), channel.get("Side", ""))
    muscle = " ".join(w for w in stated if w)
    volts, kind = 0.0, ""
    if identity.startswith(_CONTROL):
        kind = "misc"
    elif identity.startswith("Direct connection") or "LoadCell" in identity:
        kind = "misc"  # an auxiliary input: its sensor is not known
    elif model.upper() in _SCALES and bits == 16:
        full, gain = _SCALES[model.upper()]
        volts, kind = full / 2**bits / gain, "emg"
    else:
        kind = "emg"
    return _Column(name=name, volts=volts, kind=kind, muscle=muscle)


def _otb4(trees: dict[str, ElementTree.Element | None]) -> list[_Stream]:
    """Return the streams of OTB4: ``Tracks_000.xml`` says where each track's channels are."""
    tree = next((t for n, t in trees.items() if PurePosixPath(n).name == "Tracks_000.xml"), None)
    if tree is None:
        return []
    by_file: dict[str, list[ElementTree.Element]] = {}
    for track in tree.iter("TrackInfo"):
        by_file.setdefault(_text(track, "SignalStreamPath").lstrip("./"), []).append(track)
    found = []
    for member, tracks in by_file.items():
        stated = int(float(_text(tracks[0], "TotalChannelsInFile") or 0))
        n = stated or sum(int(_text(t, "NumberOfChannels")) for t in tracks)
        width = int(float(_text(tracks[0], "SampleSize") or 0))
        bits = 8 * width if width in (2, 3, 4) else int(_text(tracks[0], "ADC_Nbits"))
        columns: dict[int, _Column] = {}
        following = 0
        for track in tracks:
            k = int(_text(track, "NumberOfChannels"))
            first = int(float(_text(track, "AcquisitionChannel") or following))
            following += k
            for i in range(min(k, max(0, n - first))):
                columns[first + i] = _track_column(track, i, k)
        rate = float(_text(tracks[0], "SamplingFrequency"))
        device = _text(tracks[0], "Device").split(";")[0]
        found.append(_stream(member, bits, n, rate, columns, device))
    return found


def _track_column(track: ElementTree.Element, i: int, k: int) -> _Column:
    full, gain = float(_text(track, "ADC_Range") or 0), float(_text(track, "Gain") or 0)
    bits = int(_text(track, "ADC_Nbits") or 0)
    title, below = _text(track, "Title"), _text(track, "SubTitle")
    name = " ".join(dict.fromkeys(w for w in (title, below) if w)) or "channel"
    control = title.startswith(_CONTROL) or below.startswith(_CONTROL)
    other = control or below.lower().startswith(("aux", "load"))
    known = full > 0 and gain > 0 and bits > 0 and not control
    return _Column(
        name=name if k == 1 else f"{name} {i + 1}",
        volts=full / 2**bits / gain if known else 0.0,
        kind="misc" if other else "emg",
    )


def _text(node: ElementTree.Element, name: str) -> str:
    return (node.findtext(name) or "").strip()


def _stream(
    member: str, bits: int, n: int, rate: float, columns: dict[int, _Column], device: str
) -> _Stream:
    if bits not in (16, 24, 32) or not 1 <= n <= _MOST_CHANNELS or not 0 < rate < 1e7:
        raise ValueError(f"{n} channels of {bits} bits at {rate:g} Hz make no sense")
    whole = tuple(
        (k, columns.get(k, _Column(name=f"channel {k + 1}", volts=0.0))) for k in range(n)
    )
    return _Stream(
        member=member, bits=bits, n_columns=n, rate_hz=rate, columns=whole, device=device
    )


def _recording(path: Path, stream: _Stream, member: tarfile.TarInfo) -> Recording:
    width = stream.bits // 8
    room = max(0, min(member.size, path.stat().st_size - member.offset_data))
    n_samples = room // (width * stream.n_columns)
    if n_samples < 1:
        raise UnreadableFile(f"{path}: the data file {stream.member} holds no samples.")
    issues = []
    if room < member.size or member.size % (width * stream.n_columns):
        message = "The file is truncated: the data do not end with a whole sample; the rest was "
        issues.append(Issue(code="truncated", severity="warning", message=message + "read."))
    names, repeated = _names.unique([column.name for _, column in stream.columns])
    issues += repeated
    channels, factors, unknown = [], [], []
    for name, (_, column) in zip(names, stream.columns, strict=True):
        known = column.volts > 0 and math.isfinite(column.volts)
        unit, factor = units.standard("V") if known else (units.UNKNOWN, 1.0)
        at = _place(column, unit)
        channels.append(Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side))
        factors.append(column.volts * factor if known else 1.0)
        if not known and column.kind == "emg":
            unknown.append(name)
    if unknown:
        message = (
            f"The scale of {', '.join(unknown[:6])}{' …' if len(unknown) > 6 else ''} on the "
            f"device {stream.device or 'without a name'} is not known; give unit and factor in "
            "the corrections."
        )
        issues.append(Issue(code="no_scale", severity="warning", message=message))
    signal = Interleaved(
        str(path.resolve()),
        member.offset_data,
        f"<i{width}",
        stream.n_columns,
        n_samples,
        tuple(k for k, _ in stream.columns),
    )
    return Recording(
        id=path.name,
        kind="",
        channels=tuple(channels),
        clock=Clock(id=path.name),
        signal=Scaled(signal, tuple(factors)),
        rate_hz=stream.rate_hz,
        device=f"OT Bioelettronica {stream.device}".strip(),
        sources=(Source(path=path.name, sha256=""),),
        issues=tuple(issues),
    )


def _place(column: _Column, unit: str) -> Place:
    """Return the place that the muscle of a channel names, else its own name."""
    if column.kind == "misc":
        return replace(place(column.name, unit="1"), kind="misc", site="")
    found = [place(t, unit=unit, kind=column.kind) for t in (column.muscle, column.name) if t]
    return next((p for p in found if p.site), found[-1])


def _start(trees: dict[str, ElementTree.Element | None]) -> float | None:
    """Return when the recording began, as seconds since 1970; the date is dropped further up."""
    for name, tree in trees.items():
        if tree is None:
            continue
        patient = PurePosixPath(name).name == "patient.xml"
        text = (tree.findtext("time") if patient else tree.findtext(".//StartDate")) or ""
        try:
            when = datetime.fromisoformat(text.strip())
        except ValueError:
            continue
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    return None


def _events(trees: dict[str, ElementTree.Element | None]) -> Events:
    """Return the markers of ``markers_0.xml`` and its like."""
    found: set[tuple[float, str]] = set()
    for name, tree in trees.items():
        if tree is None or not PurePosixPath(name).name.lower().startswith("marker"):
            continue
        for marker in tree.iter("Marker"):
            try:
                onset = float(_text(marker, "Milliseconds")) / 1e3
            except ValueError:
                continue
            if math.isfinite(onset):
                found.add((onset, _text(marker, "Description") or "marker"))
    events: Sequence[tuple[float, str]] = sorted(found)
    return Events(
        onset_s=np.array([t for t, _ in events]),
        duration_s=np.zeros(len(events)),
        name=tuple(w for _, w in events),
    )


FORMAT = Format(
    id="otb",
    title="OT Bioelettronica OTB+ or OTB4",
    suffixes=(".otb+", ".otb", ".otb4"),
    reads=looks_like_otb,
    read=read,
)
