"""Nihon Kohden EEG-1100, -1200, -2100 (``.eeg`` with ``.21e``, ``.log``, ``.pnt``), lazy.

By specification: the maker publishes none, so what independent readers agree on was followed
(nk2edf, MNE-Python, Brainstorm's ``in_fopen_nk``, avg_q, PDL::EEG); equal to MNE-Python 1.13 where
that is right; not tried on a real file.

- The numbers are 16 bits around 0x8000; an electrode's code, not its name, gives its range: 3.2 mV,
  or 12 V for DC inputs and marks. Codes that no reader lists stay ``adc``.
- EEG-1200A has wider tables of its own. Where they list several blocks and state their length
  stands in one reader only (the addresses that PDL::EEG prints of a real file fit it: 255 entries
  of 24 bytes); it is held against the file, which is refused where they disagree.
- Readers differ on whether the log's times count the pauses: its clock decides. Where it cannot,
  only marks before the first pause are kept. Block starts of the older kind are whole seconds, and
  so are pauses.
- Left out: the last column (marks of the recorder, of no stated meaning), ``.cmt``, ``.evt``; of
  ``.pnt`` only the start is read, and only where the blocks state none.
"""

from __future__ import annotations

import mmap
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np

from eutonia.formats import WALL, Format, _library
from eutonia.formats._names import unique
from eutonia.formats._nihon_kohden_log import Mark, marks, onsets
from eutonia.formats._segments import Placed, placed
from eutonia.formats.signals import Rows
from eutonia.formats.sites import place
from eutonia.model import Channel, Clock, Events, Floats, Issue, Recording, UnreadableFile

_MAGIC = (b"EEG-1", b"EEG-2", b"DAE-2", b"QI-40")
_EXTENDED = b"EEG-1200A V01.00"
SIGNATURES = frozenset(
    [_EXTENDED, b"DAE-2100D V01.30", b"DAE-2100D V02.00"]
    + [b"EEG-1100%c V0%d.00" % (c, v) for c in b"ABC" for v in (1, 2)]
    + [b"%s V0%d.00" % (device, v) for device in (b"EEG-2100 ", b"QI-403A  ") for v in (1, 2)]
)
#: Files of the same name that belong to a recording.
_BESIDE = (
    *(".pnt", ".21e", ".log", ".bft", ".cmt", ".cn2", ".cn3", ".egf", ".reg", ".evt", ".lo2"),
    *(".11d", ".11s", ".bam", ".patchinfo"),
)
_ELECTRODES = "FP1 FP2 F3 F4 C3 C4 P3 P4 O1 O2 F7 F8 T3 T4 T5 T6 FZ CZ PZ E PG1 PG2 A1 A2 T1 T2"
_DC = frozenset([*range(42, 74), 76, 77])  # codes with the range of 12 V
_N_CODES = 1096
_N_ENTRIES = 255  # of a table of blocks
_UV, _DC_UV = 3200 / 32768, 1e3 * (12002.56 + 12002.9) / 65535  # µV of a step
_MIDDLE = 0x8000


@dataclass(frozen=True)
class BlockSignal:
    """Samples in blocks of one file, each sample all channels and a column that is left out.

    Parameters
    ----------
    path : str
        The file.
    blocks : tuple of (int, int)
        First byte and number of samples of each block.
    gain : tuple of float
        ``value = (number - 0x8000) * gain``, one for each channel.
    """

    path: str
    blocks: tuple[tuple[int, int], ...]
    gain: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.gain), sum(n for _, n in self.blocks)

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.shape[1])
        rows = list(range(len(self.gain)) if channels is None else channels)
        out = np.empty((len(rows), max(0, stop - start)))
        first = 0
        for at, n in self.blocks:
            lo, hi = max(start, first), min(stop, first + n)
            if lo < hi:
                # Mapped anew for each read, so that a long file never stays in memory.
                shape = (n, len(self.gain) + 1)
                numbers = np.memmap(self.path, "<u2", mode="r", offset=at, shape=shape)
                part = numbers[lo - first : hi - first]
                out[:, lo - start : hi - start] = (
                    part[:, :-1] if channels is None else part[:, rows]
                ).T
            first += n
        out -= _MIDDLE
        out *= np.array([self.gain[i] for i in rows])[:, None]
        return out


@dataclass(frozen=True)
class _Block:
    """A stretch without a pause: where it lies, what its header states (0, None: nothing)."""

    at: int
    data_at: int
    codes: tuple[int, ...]
    rate_hz: int
    n_tenths: int
    start_s: float | None


def leader(path: Path) -> Path:
    """Return the ``.eeg`` that stands for a file beside it."""
    if path.suffix.lower() not in _BESIDE:
        return path
    found = [p for p in _library.beside(path, ".eeg") if looks_like_nihon_kohden(p)]
    return found[0] if found else path


def looks_like_nihon_kohden(path: Path) -> bool:
    """Whether a file begins with the name of one of the maker's devices."""
    with path.open("rb") as file:
        return file.read(5) in _MAGIC


def read(path: Path) -> tuple[Recording, ...]:
    """Read a Nihon Kohden recording.

    Raises
    ------
    UnreadableFile
        If its header is damaged or of a version that is not known, its channels change on the
        way, or it holds no samples.
    """
    path = leader(path)
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
            device = bytes(raw[:16])
            if device not in SIGNATURES:
                raise UnreadableFile(
                    f"{path}: was recorded by {device.decode('latin-1').strip()!r}, whose files "
                    "Eutonia does not know, or is damaged. Copy it again, or export it as EDF."
                )
            blocks, n_lost = _blocks(raw, device)
            stated = _stamp(raw[0x40:0x4E])
            signal, issues = _signal(path, blocks, len(raw), n_lost)
    except (ValueError, IndexError, OverflowError, struct.error) as error:
        what = error if isinstance(error, ValueError) else "an address lies outside the file"
        raise UnreadableFile(
            f"{path}: the header of this Nihon Kohden recording is damaged ({what}). Copy it "
            "again, or export it as EDF."
        ) from error
    starts = _starts(blocks, signal)
    rate = float(blocks[0].rate_hz)
    first = [0, *np.cumsum([n for _, n in signal.blocks])[:-1].tolist()]
    axis = placed(signal, rate, first, starts)
    start = next((s for s in (blocks[0].start_s, stated, _start(path)) if s is not None), None)
    channels, named = _channels(path, blocks[0].codes)
    listed, heard = marks(path, SIGNATURES)
    events, lost = _events(listed, axis, rate, starts)
    return (
        Recording(
            id=path.name,
            kind="",
            channels=channels,
            clock=Clock(id=path.name) if start is None else Clock(id=WALL, offset_s=start),
            signal=axis.signal,
            rate_hz=rate,
            events=events,
            device="Nihon Kohden " + device.decode().split()[0],
            sources=_library.sources(path, path, _library.beside(path, *_BESIDE)),
            issues=(*issues, *named, *heard, *lost, *axis.issues),
            bad=axis.bad,
        ),
    )


def _blocks(raw: mmap.mmap, device: bytes) -> tuple[list[_Block], int]:
    """Return the blocks in the order of the tables, and how many lie behind the file's end."""
    if bytes(raw[0x81:0x91]) not in SIGNATURES or raw[0x17FE] != 1:
        raise ValueError("its first blocks do not begin as they should")
    listed: list[int] = []
    for i in range(raw[0x91]):
        control = _int(raw, "<I", 0x92 + 20 * i)
        listed += [_int(raw, "<I", control + 18 + 20 * j) for j in range(raw[control + 17])]
    found = [_plain(raw, at) for at in _ascending(listed)]
    top = _int(raw, "<I", 0x3EE) if device == _EXTENDED else 0
    if top and found and found[0]:
        old, listed = found[0], []
        for i in range(max(1, raw[top + 17])):
            control = _int(raw, "<Q", top + 18 + 24 * i)
            n = _int(raw, "<H", control + 17) or 1
            if n > _N_ENTRIES:
                raise ValueError(f"a table of {n} blocks")
            listed += [_int(raw, "<Q", control + 20 + 24 * j) for j in range(n)]
        found = [_wide(raw, at, old) for at in _ascending(listed)]
    blocks = [b for b in found if b is not None]
    if not blocks or not blocks[0].codes or not blocks[0].rate_hz:
        raise ValueError("no channels, or no sampling rate")
    if len({(b.codes, b.rate_hz) for b in blocks}) > 1:
        raise ValueError("its channels or its sampling rate change on the way")
    if any(a.data_at >= b.at for a, b in pairwise(blocks)):
        raise ValueError("its blocks overlap")
    return blocks, len(found) - len(blocks)


def _ascending(listed: list[int]) -> list[int]:
    """Return the addresses that are not zero; samples follow one another in the file."""
    found = [at for at in listed if at]
    if any(a >= b for a, b in pairwise(found)):
        raise ValueError("its blocks overlap")
    return found


def _plain(raw: mmap.mmap, at: int) -> _Block | None:
    if at + 0x27 > len(raw) or at + 0x27 + 10 * raw[at + 0x26] > len(raw):
        return None
    n = raw[at + 0x26]
    rate, tenths = struct.unpack_from("<HI", raw, at + 0x1A)
    return _Block(
        at=at,
        data_at=at + 0x27 + 10 * n,
        codes=tuple(raw[at + 0x27 + 10 * i] for i in range(n)),
        rate_hz=rate & 0x3FFF,
        n_tenths=tenths,
        start_s=_stamp(b"20" + raw[at + 0x14 : at + 0x1A].hex().encode()),  # packed decimals
    )


def _wide(raw: mmap.mmap, at: int, old: _Block) -> _Block | None:
    """Return a block of EEG-1200A; the block of the older kind before them states the rate too."""
    if at + 72 > len(raw) or at + 72 + 10 * _int(raw, "<H", at + 68) > len(raw):
        return None
    n = _int(raw, "<H", at + 68)
    rate, tenths = struct.unpack_from("<IQ", raw, at + 40)
    if rate not in (0, old.rate_hz):
        raise ValueError(f"two sampling rates, {old.rate_hz} and {rate} Hz")
    start, micro = _stamp(raw[at + 20 : at + 34]), bytes(raw[at + 34 : at + 40])
    if start is not None and micro.isdigit():
        start += int(micro) / 1e6
    return _Block(
        at=at,
        data_at=at + 72 + 10 * n,
        codes=tuple(_int(raw, "<H", at + 72 + 10 * i) for i in range(n)),
        rate_hz=old.rate_hz,
        n_tenths=tenths,
        start_s=start,
    )


def _int(raw: mmap.mmap, layout: str, at: int) -> int:
    found: int = struct.unpack_from(layout, raw, at)[0]
    return found


def _stamp(raw: bytes) -> float | None:
    """Return seconds since 1970, where this is the text of a time, YYYYMMDDHHMMSS."""
    try:
        when = datetime.strptime(raw.decode("latin-1"), "%Y%m%d%H%M%S")
    except ValueError:
        return None
    return when.replace(tzinfo=UTC).timestamp()


def _start(path: Path) -> float | None:
    """Return the start that ``.pnt`` states; all else in that file describes the patient."""
    for file in _library.beside(path, ".pnt"):
        with file.open("rb") as opened:
            head = opened.read(0x4E)
        return _stamp(head[0x40:])
    return None


def _signal(
    path: Path, blocks: list[_Block], size: int, n_lost: int
) -> tuple[BlockSignal, tuple[Issue, ...]]:
    """Return the samples that the file holds, and what its header says otherwise."""
    n, rate = len(blocks[0].codes), blocks[0].rate_hz
    limits = [b.at for b in blocks[1:]] + [size]
    held, short, long = [], 0.0, 0.0
    for block, limit in zip(blocks, limits, strict=True):
        room = max(0, limit - block.data_at) // (2 * (n + 1))
        stated = block.n_tenths * rate // 10 or room
        held.append((block.data_at, min(stated, room)))
        short += max(0, stated - room) / rate
        long += max(0, room - stated) / rate
    issues = []
    if short:
        text = f"{short:.6g} s that the header states are missing: the file is truncated."
        issues.append(Issue(code="truncated", severity="warning", message=text))
    if n_lost:
        text = f"{n_lost} block(s) of the recording lie behind the end of the truncated file."
        issues.append(Issue(code="truncated", severity="warning", message=text))
    if long > 1:
        text = f"{long:.6g} s more would fit into the file than its header states; left out."
        issues.append(Issue(code="sample_count", severity="warning", message=text))
    if not all(b.n_tenths for b in blocks):
        text = "The header does not state its length (not closed?); read up to the end."
        issues.append(Issue(code="sample_count", severity="warning", message=text))
    if sum(n for _, n in held) < 1:
        raise UnreadableFile(f"{path}: holds no samples. Copy it again, or export it as EDF.")
    gain = tuple(_DC_UV if c in _DC else _UV if c < _N_CODES else 1.0 for c in blocks[0].codes)
    return BlockSignal(str(path.resolve()), tuple(held), gain), tuple(issues)


def _starts(blocks: list[_Block], signal: BlockSignal) -> list[float | None]:
    """Return when the blocks began; whole seconds cannot tell a pause of less than one."""
    starts = [b.start_s for b in blocks]
    whole = all(s is None or s % 1 == 0 for s in starts)
    for k, (_, n) in enumerate(signal.blocks[:-1]):
        before, here = starts[k], starts[k + 1]
        if whole and before is not None and here is not None:
            follows = before + n / blocks[0].rate_hz
            starts[k + 1] = follows if abs(here - follows) < 1 else here
    return starts


def _channels(path: Path, codes: tuple[int, ...]) -> tuple[tuple[Channel, ...], list[Issue]]:
    """Return the channels, named by ``.21e``, else as the maker names the inputs."""
    listed = _names(path)
    names, issues = unique([listed.get(c) or _default(c) for c in codes])
    missing = sum(c not in listed for c in codes)
    if missing:
        text = (
            f"{missing} of {len(codes)} channels are not named in a .21e file beside it: they have "
            "the names of the amplifier's inputs, which need not be where the electrodes were."
        )
        issues.append(Issue(code="missing_file", severity="warning", message=text))
    channels = []
    for name, code in zip(names, codes, strict=True):
        unit = "uV" if code < _N_CODES else "adc"
        at = place(name, unit=unit)
        if name.startswith("$") or (at.kind == "eeg" and code in _DC):  # a reference, an input
            at = place("", kind="misc")
        channels.append(Channel(name=name, kind=at.kind, unit=unit, site=at.site, side=at.side))
    return tuple(channels), issues


def _names(path: Path) -> dict[int, str]:
    """Return the names of ``.21e`` by code; an electrode's goes before a reference's."""
    found: dict[str, dict[int, str]] = {"[ELECTRODE]": {}, "[REFERENCE]": {}}
    for file in _library.beside(path, ".21e")[:1]:
        section: dict[int, str] = {}
        raw = file.read_bytes()
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        for line in (line.strip() for line in text.splitlines()):
            if line.startswith("["):
                section = found.get(line.upper(), {})
            elif match := re.fullmatch(r"(\d{1,5})\s*=\s*(.+)", line):
                section[int(match[1])] = match[2]
    return found["[REFERENCE]"] | found["[ELECTRODE]"]


def _default(code: int) -> str:
    named = dict(enumerate(_ELECTRODES.split())) | {74: "BN1", 75: "BN2", 76: "Mark1", 77: "Mark2"}
    named |= {26 + i: f"X{i + 1}" for i in range(11)} | {42 + i: f"DC{i + 1:02}" for i in range(32)}
    named |= {100 + i: f"X{12 + i}/BP{1 + i}" for i in range(4)}
    named |= {code: f"X{code - 88}" for code in range(104, 254)}
    return named.get(code, f"code {code}")


def _events(
    listed: list[Mark], axis: Placed, rate_hz: float, starts: list[float | None]
) -> tuple[Events, tuple[Issue, ...]]:
    onset, issues = onsets(listed, axis, rate_hz, starts)
    order = [i for i in np.argsort(onset, kind="stable") if np.isfinite(onset[i])]
    events = Events(
        onset_s=onset[order],
        duration_s=np.zeros(len(order)),
        name=tuple(listed[i].name for i in order),
    )
    return events, issues


FORMAT = Format(
    id="nihon_kohden",
    title="Nihon Kohden EEG",
    suffixes=(".eeg",),
    reads=looks_like_nihon_kohden,
    read=read,
    leader=leader,
)
