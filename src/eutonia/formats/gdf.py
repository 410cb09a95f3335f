"""GDF, the general data format for biosignals, through MNE-Python.

References
----------
Schloegl 2006, arXiv:cs/0608052 (GDF). Channels of several rates are brought to the highest by MNE.
"""

from __future__ import annotations

from pathlib import Path

from eutonia.formats import Format, _mne
from eutonia.model import Recording, UnreadableFile

_READER = _mne.Reader("read_raw_gdf", "GDF")


def looks_like_gdf(path: Path) -> bool:
    """Whether the first bytes are those of GDF."""
    with path.open("rb") as file:
        return file.read(4) == b"GDF "


def read(path: Path) -> tuple[Recording, ...]:
    """Read a GDF recording; see `_mne.read`."""
    with path.open("rb") as file:
        head = file.read(256)
    size = path.stat().st_size
    # MNE does not end on sizes that a damaged header makes absurd.
    if len(head) == 256:
        old = head[4:6] == b"1."  # four bytes count the channels, later two
        n = int.from_bytes(head[252 : 256 if old else 254], "little")
        records = int.from_bytes(head[236:244], "little", signed=True)
        length = int.from_bytes(head[184:192] if old else head[184:186], "little")
        length = length if old else 256 * length
    if len(head) < 256 or not 256 * (n + 1) <= length <= size or not 0 < records <= size:
        raise UnreadableFile(
            f"{path}: the header of this GDF recording is damaged. Copy or export it again."
        )
    return _mne.read(path, _READER)


FORMAT = Format(id="gdf", title="GDF", suffixes=(".gdf",), reads=looks_like_gdf, read=read)
