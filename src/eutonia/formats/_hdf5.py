"""Samples in data sets of an HDF5 file, read as they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.formats._extra import library
from eutonia.formats.signals import Rows
from eutonia.model import Floats, UnreadableFile

MAGIC = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class Hdf5Signal:
    """Channels that stand in data sets of one length.

    Parameters
    ----------
    path : str
        The file.
    places : tuple of (str, int)
        For each channel its data set and its column there.
    time_first : bool
        Whether the samples follow one another along the first axis.
    n_samples : int
        Length of each channel.
    """

    path: str
    places: tuple[tuple[str, int], ...]
    time_first: bool
    n_samples: int

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return len(self.places), self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        stop = max(start, stop)
        rows = range(len(self.places)) if channels is None else channels
        wanted = [self.places[i] for i in rows]
        out = np.empty((len(wanted), stop - start))
        try:
            with library("h5py", self.path).File(self.path, "r") as file:
                for name in dict.fromkeys(name for name, _ in wanted):
                    here = [k for k, (n, _) in enumerate(wanted) if n == name]
                    columns = [wanted[k][1] for k in here]
                    data = file[name]
                    flat = data.ndim == 1
                    part = data[start:stop] if self.time_first or flat else data[:, start:stop].T
                    out[here] = np.asarray(part).reshape(stop - start, -1)[:, columns].T
        except (OSError, KeyError, ValueError, RuntimeError, IndexError) as error:
            raise UnreadableFile(
                f"{self.path}: the samples cannot be read ({error}). The file may be damaged: "
                "copy it again."
            ) from error
        return out


def looks_like_hdf5(path: str, at: tuple[int, ...] = (0, 512)) -> bool:
    """Whether a file is HDF5; MATLAB puts 512 bytes of its own before it."""
    with open(path, "rb") as file:  # noqa: PTH123 - a text path, as signals keep it
        for offset in at:
            file.seek(offset)
            if file.read(8) == MAGIC:
                return True
    return False
