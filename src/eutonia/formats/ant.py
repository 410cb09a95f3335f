"""ANT Neuro (EEProbe, eego) ``.cnt``: chunks of compressed samples, events inside or beside them.

By specification (the description of EEP 3.1 by Nowagk and Grigutsch; libeep; Bruña's reader), equal
to the maker's own libeep on files that this writes; not tried on a real file. libeep itself is not
used: a damaged file ends the whole program there. Beside the file, ``.seg`` says when the
recording paused, and ``.evt`` or ``.trg`` replaces the triggers inside. Of the record of the person
only the start and the device are read. Bipolar inputs (``BIP1``) say nothing of what they measure.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _ant_marks, _library, units
from eutonia.formats._names import unique
from eutonia.formats._raw3 import Raw3Signal
from eutonia.formats._segments import SEAM_S, Placed, placed
from eutonia.formats.sites import places
from eutonia.model import (
    BadSpan,
    Channel,
    Clock,
    Events,
    Issue,
    Recording,
    UnreadableFile,
)

_CUT, _RESET = "__", "rs"  # triggers that the format reserves: a discontinuity, a reset of DC
_KINDS = {"eeg": "eeg", "emg": "emg", "ecg": "ecg", "ekg": "ecg", "eog": "eog", "acc": "acc"}
_COMPANIONS = (".seg", ".evt", ".trg")
_CHANNEL = re.compile(r"(.+?)\s+([-+.\deE]+)\s+([-+.\deE]+)\s+(\S+)(.*)")
_MOST_TEXT = 2**24


@dataclass(frozen=True)
class _Chunks:
    """Place and length of each chunk, those in a list as ``raw3/data``; bytes of a length."""

    word: int
    found: dict[str, tuple[int, int]]

    def bytes(self, path: Path, name: str) -> bytes:
        at, size = self.found.get(name, (0, 0))
        with path.open("rb") as file:
            file.seek(at)
            return file.read(min(size, _MOST_TEXT))


def looks_like_ant(path: Path) -> bool:
    """Whether the first bytes are those of a RIFF of CNT, with lengths of 4 or of 8 bytes."""
    with path.open("rb") as file:
        head = file.read(16)
    return (head[:4], head[8:12]) == (b"RIFF", b"CNT ") or (head[:4], head[12:]) == (
        b"RF64",
        b"CNT ",
    )


def leader(path: Path) -> Path:
    """Return the recording that a file of pauses or events lies beside."""
    found = _library.beside(path, ".cnt") if path.suffix.lower() in _COMPANIONS else ()
    return next((p for p in found if p.is_file() and looks_like_ant(p)), path)


def read(path: Path) -> tuple[Recording, ...]:
    """Read an ANT recording.

    Raises
    ------
    UnreadableFile
        If it is truncated, its header is damaged, or it holds averages or no samples.
    """
    chunks = _chunks(path)
    try:
        signal, rate, names, kinds = _signal(path, chunks)
    except (KeyError, ValueError, IndexError, OverflowError, struct.error) as error:
        raise UnreadableFile(
            f"{path}: the header of this ANT recording is damaged ({error}). Copy it again."
        ) from error
    start, device = _record(chunks.bytes(path, "info"))
    said: list[Issue] = []
    inside = _inside(chunks.bytes(path, "evt"), chunks.word)
    triggers = _beside(path, rate, said)
    # What the format reserves holds in any case: where the recording was cut or reset.
    triggers = [t for t in inside if not triggers or t[1].lower() in (_CUT, _RESET)] + triggers
    axis, begins = _axis(path, signal, rate, start, triggers, said)
    events, bad = _events(path, axis, rate, begins, triggers, said)
    labels, repeated = unique(names)
    unit = [units.standard(u)[0] for u in signal.units]
    found = places(labels, units=unit, kinds=kinds)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=tuple(
                Channel(name=n, kind=at.kind, unit=u, site=at.site, side=at.side)
                for n, u, at in zip(labels, unit, found, strict=True)
            ),
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=axis.signal,
            rate_hz=rate,
            events=events,
            device=device,
            sources=_library.sources(path, path, _library.beside(path, *_COMPANIONS)),
            issues=(*repeated, *said, *axis.issues),
            bad=(*axis.bad, *bad),
        ),
    )


def _chunks(path: Path) -> _Chunks:
    """Find the chunks.

    Raises
    ------
    UnreadableFile
        If the file ends within one.
    """
    size = path.stat().st_size
    found: dict[str, tuple[int, int]] = {}
    with path.open("rb") as file:
        word = 4 if file.read(4) == b"RIFF" else 8
        at, inside, inside_until = 8 + word, "", 0
        while at + 4 + word <= size:
            file.seek(at)
            name = file.read(4).decode("latin-1").strip(" \0")
            n, begin = int.from_bytes(file.read(word), "little"), at + 4 + word
            if begin + n > size:
                raise UnreadableFile(
                    f"{path}: this ANT recording is truncated or damaged ({name!r} should be "
                    f"{n:,} bytes long). Copy it again."
                )
            if name == "LIST":
                inside, inside_until = file.read(4).decode("latin-1").strip(" \0"), begin + n
                at = begin + 4
                continue
            found.setdefault(f"{inside}/{name}" if at < inside_until else name, (begin, n))
            at = begin + n + n % 2
    if "raw3/data" not in found:
        averages = any(name.startswith(("rawf/", "tfd/")) for name in found)
        raise UnreadableFile(
            f"{path}: holds averages or spectra. Export the continuous recording."
            if averages
            else f"{path}: this ANT recording holds no samples: it is truncated. Copy it again."
        )
    return _Chunks(word, found)


def _sections(raw: bytes) -> dict[str, list[str]]:
    """Return the lines below each ``[name]``, up to the history."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in _ant_marks.text(raw).splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            name = line.strip()[1:-1]
            if name == "History":
                break
        elif line.strip("\0 "):
            sections.setdefault(name, []).append(line.strip("\0 "))
    return sections


def _signal(path: Path, chunks: _Chunks) -> tuple[Raw3Signal, float, list[str], list[str]]:
    """Return the samples, their rate, and the name and stated kind of each channel."""
    header = _sections(chunks.bytes(path, "eeph"))
    rate, n = float(header["Sampling Rate"][0]), int(header["Samples"][0])
    lines = [line for line in header["Basic Channel Data"] if not line.startswith(";")]
    rows = [m for line in lines if (m := _CHANNEL.fullmatch(line))]
    order = np.frombuffer(chunks.bytes(path, "raw3/chan"), "<i2").tolist()
    if not 1 <= len(rows) == len(lines) == int(header["Channels"][0]):
        raise ValueError(f"{len(rows)} of {header['Channels'][0]} channels are described")
    if sorted(order) != list(range(len(rows))):
        raise ValueError("the order of the channels is wrong")
    places_at, size = chunks.found["raw3/ep"]
    word = chunks.word
    length = int.from_bytes(chunks.bytes(path, "raw3/ep")[:word], "little")
    n_epochs = size // word - 1
    if not 0 < rate < 1e7 or not 1 <= length * len(rows) <= 2**28:
        raise ValueError(f"{rate:g} Hz, epochs of {length} samples")
    if not (n_epochs - 1) * length < n <= n_epochs * length:
        raise ValueError(f"{n} samples in {n_epochs} epochs of {length}")
    gain = [float(m[2]) * float(m[3]) * units.standard(m[4])[1] for m in rows]
    if not all(np.isfinite(g) and g != 0 for g in gain):
        raise ValueError("a calibration is no number, or 0")
    data_at, n_bytes = chunks.found["raw3/data"]
    signal = Raw3Signal(
        path=str(path.resolve()),
        n_samples=n,
        length=length,
        word=word,
        places_at=places_at,
        data_at=data_at,
        n_bytes=n_bytes,
        order=tuple(order),
        gain=tuple(gain),
        units=tuple(m[4] for m in rows),
    )
    stated = [re.search(r"\bTYPE:(\S+)", m[5]) for m in rows]
    kinds = [_KINDS.get(s[1].lower(), "") if s else "" for s in stated]
    # A bipolar input is named by its place in the amplifier: no word of that is a site.
    bare = [re.fullmatch(r"(?i)(bip|aux)\d*", m[1]) is not None for m in rows]
    kinds = [kind or "misc" * b for kind, b in zip(kinds, bare, strict=True)]
    return signal, rate, [m[1] for m in rows], kinds


def _record(raw: bytes) -> tuple[float | None, str]:
    """Return the start in seconds since 1970, and the device; nothing of the person."""
    found = _sections(raw)
    words = (found.get(f"Machine{w}", [""])[0] for w in ("Make", "Model"))
    device = " ".join(w for w in words if w)
    try:
        if "StartDate" in found:
            day, part = (float(found[f"Start{w}"][0]) for w in ("Date", "Fraction"))
        else:  # before there was a version number: two numbers, then what is not read
            day, part = struct.unpack_from("<2d", raw)
    except (KeyError, ValueError, struct.error):
        return None, device
    return _ant_marks.seconds(day, part), device


def _inside(raw: bytes, word: int) -> list[tuple[int, str]]:
    """Return sample and code of each trigger in the recording itself."""
    entries = np.frombuffer(
        raw[: len(raw) // (word + 8) * (word + 8)], [("at", f"<i{word}"), ("code", "S8")]
    )
    return [(int(e["at"]), e["code"].decode("latin-1").strip()) for e in entries]


def _beside(path: Path, rate: float, said: list[Issue]) -> list[tuple[int, str]]:
    """Return sample and code of each trigger in a ``.trg``."""
    for file in _library.beside(path, ".trg"):
        try:
            return _ant_marks.triggers(file, rate)
        except (ValueError, OSError) as error:
            said.append(_unused(file, error))
    return []


def _axis(
    path: Path,
    signal: Raw3Signal,
    rate: float,
    start: float | None,
    triggers: list[tuple[int, str]],
    said: list[Issue],
) -> tuple[Placed, list[tuple[float, int]]]:
    """Return the samples with their pauses, and when and at which sample each segment begins."""
    cuts: dict[int, float | None] = {at: None for at, code in triggers if code == _CUT}
    begins = [] if start is None else [(start, 0)]
    for file in _library.beside(path, ".seg"):
        try:
            parts = _ant_marks.segments(file)
            if sum(n for _, n in parts) >= signal.n_samples:
                raise ValueError("it counts more samples than there are")
        except (ValueError, OSError) as error:
            said.append(_unused(file, error))
            continue
        first = signal.n_samples - sum(n for _, n in parts)
        for begin, n in parts:
            cuts[first] = None
            if begin is not None and start is not None:
                cuts[first] = begin - start
                begins.append((begin, first))
            first += n
    if start is not None:
        cuts[0] = 0.0
    at = sorted(cuts)
    return placed(signal, rate, at, [cuts[a] for a in at]), begins


def _events(
    path: Path,
    axis: Placed,
    rate: float,
    begins: list[tuple[float, int]],
    triggers: list[tuple[int, str]],
    said: list[Issue],
) -> tuple[Events, list[BadSpan]]:
    """Return the events beside the recording, else those inside, and what they make unusable."""
    marks = _marks(path, axis, rate, begins, said)
    bad = _disconnected(marks, axis.signal.shape[1] / rate)
    at = axis.on_axis(np.array([at for at, _ in triggers], dtype=np.float64)) / rate
    for t, (_, code) in zip(at.tolist(), triggers, strict=True):
        if code.lower() == _RESET:
            begin = max(0.0, t - SEAM_S)
            bad.append(BadSpan(start_s=begin, stop_s=t + SEAM_S, reason="reset of DC"))
    rows = [(m.at_s, m.lasts_s, m.name) for m in marks] or [
        (t, 0.0, code)
        for t, (_, code) in zip(at.tolist(), triggers, strict=True)
        if code != _CUT and code.lower() != _RESET and 0 <= t * rate < axis.signal.shape[1]
    ]
    rows.sort(key=lambda r: r[0])
    events = Events(
        onset_s=np.array([r[0] for r in rows], dtype=np.float64),
        duration_s=np.array([r[1] for r in rows], dtype=np.float64),
        name=tuple(r[2] for r in rows),
    )
    return events, bad


def _marks(
    path: Path, axis: Placed, rate: float, begins: list[tuple[float, int]], said: list[Issue]
) -> list[_ant_marks.Mark]:
    """Return the marks of the ``.evt``, in seconds from the first sample."""
    found = []
    for file in _library.beside(path, ".evt"):
        try:
            marks, count = _ant_marks.events(file)
        except (ValueError, OSError) as error:
            said.append(_unused(file, error))
            continue
        for mark in marks:
            began = [b for b in begins if b[0] <= mark.at_s + 0.5 / rate]
            if began:
                at = float(axis.on_axis(np.array([began[-1][1]]))[0]) / rate
                onset = max(0.0, at + mark.at_s - began[-1][0])
                if onset * rate < axis.signal.shape[1]:
                    found.append(replace(mark, at_s=onset))
        if len(found) < count:
            text = (
                f"{file.name}: {count - len(found)} of {count} events are left out: of an unknown "
                "type, damaged, or not within the recording."
            )
            said.append(Issue(code="events", severity="warning", message=text))
    return found


def _disconnected(marks: list[_ant_marks.Mark], end_s: float) -> list[BadSpan]:
    """Return when the amplifier was not connected."""
    off = [m.at_s for m in marks if m.condition.lower() == "amplifier disconnected"]
    on = [m.at_s for m in marks if m.condition.lower() == "amplifier reconnected"]
    return [
        BadSpan(
            start_s=t,
            stop_s=min((s for s in on if s >= t), default=end_s),
            reason="amplifier disconnected",
        )
        for t in off
    ]


def _unused(file: Path, error: Exception) -> Issue:
    text = f"{file.name} beside the recording is damaged ({error}); it was not used."
    return Issue(code="events", severity="warning", message=text)


FORMAT = Format(
    id="ant",
    title="ANT Neuro CNT",
    suffixes=(".cnt",),
    reads=looks_like_ant,
    read=read,
    leader=leader,
)
