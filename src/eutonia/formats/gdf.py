"""GDF, the general data format for biosignals, through MNE-Python.

By specification (1.25 and 2.20): not tried on a real file. Units are read here. MNE 1.13 cannot
open a file of GDF 1 that has no table of events.

References
----------
Schloegl 2006, arXiv:cs/0608052 (GDF). Channels of several rates are brought to the highest by MNE.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eutonia.formats import Format, _mne, units
from eutonia.formats.sites import place
from eutonia.model import Recording, UnreadableFile

_READER = _mne.Reader("read_raw_gdf", "GDF")
#: Version from which units are codes (ISO 11073-10101), and those of potentials and temperature.
_CODED = 1.9
_CODES = {4256: "V", 4274: "mV", 4275: "uV", 4276: "nV", 512: "1", 6048: "degC"}


def looks_like_gdf(path: Path) -> bool:
    """Whether the first bytes are those of GDF."""
    with path.open("rb") as file:
        return file.read(4) == b"GDF "


def read(path: Path) -> tuple[Recording, ...]:
    """Read a GDF recording; see `_mne.read`.

    Raises
    ------
    UnreadableFile
        If its header is damaged, or MNE cannot read it.
    """
    with path.open("rb") as file:
        head = file.read(256)
    size = path.stat().st_size
    old = _is_old(head)
    # MNE does not end on sizes that a damaged header makes absurd.
    if len(head) == 256:
        n = int.from_bytes(head[252 : 256 if old else 254], "little")
        records = int.from_bytes(head[236:244], "little", signed=True)
        length = int.from_bytes(head[184:192] if old else head[184:186], "little")
        length = length if old else 256 * length
    if len(head) < 256 or not 256 * (n + 1) <= length <= size or not 0 < records <= size:
        raise UnreadableFile(
            f"{path}: the header of this GDF recording is damaged. Copy or export it again."
        )
    (found,) = _mne.read(path, _READER)
    return (_in_units(found, _units(path, n, old=old)),)


def _is_old(head: bytes) -> bool:
    """Whether the header is of GDF 1, in which units are words; later they are codes."""
    try:
        return float(head[4:8]) < _CODED
    except ValueError:
        return True


def _units(path: Path, n: int, *, old: bool) -> list[tuple[str, float]]:
    """Return the unit of each channel as written, and volts of it in what MNE makes of it.

    MNE 1.13 takes what is not µV (in GDF 2 also not mV) for volts.
    """
    with path.open("rb") as file:
        file.seek(256 + n * (96 if old else 102))
        raw = file.read(n * (8 if old else 2))
    if old:
        words = [raw[8 * i : 8 * i + 8].split(b"\0")[0].decode("latin-1").strip() for i in range(n)]
        return [(word, 1e-6 if word[:2] == "uV" else 1.0) for word in words]
    codes = [int.from_bytes(raw[2 * i : 2 * i + 2], "little") for i in range(n)]
    volts = {4275: 1e-6, 4274: 1e-3}
    return [(_CODES.get(code, ""), volts.get(code, 1.0)) for code in codes]


def _in_units(found: Recording, written: list[tuple[str, float]]) -> Recording:
    """Return a recording whose channels have the units that the file states."""
    signal = found.signal
    if not isinstance(signal, _mne.MneSignal) or len(written) != len(found.channels):
        raise UnreadableFile(
            f"{found.id}: MNE reads other channels than its header states. Export it as EDF."
        )
    channels, factors = list(found.channels), list(signal.factors)
    for i, (channel, (word, volts)) in enumerate(zip(found.channels, written, strict=True)):
        if channel.kind == "trigger":
            continue
        unit, factor = units.standard(word)
        at = place(channel.name, unit=unit)
        kind = channel.kind if unit in ("uV", units.UNKNOWN) else at.kind
        channels[i] = replace(channel, unit=unit, kind=kind)
        factors[i] = factor / volts
    return replace(found, channels=tuple(channels), signal=replace(signal, factors=tuple(factors)))


FORMAT = Format(id="gdf", title="GDF", suffixes=(".gdf",), reads=looks_like_gdf, read=read)
