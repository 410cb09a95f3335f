"""EEGLAB's structure in MAT files of both kinds, as plain dictionaries, and its samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats._extra import library
from eutonia.formats._mat_check import whole_variables
from eutonia.formats.signals import Rows
from eutonia.model import Floats, UnreadableFile

_FIELDS = ("nbchan", "pnts", "trials", "srate", "data", "chanlocs", "event", "epoch", "setname")


def is_hdf5(path: Path) -> bool:
    """Whether a file is MAT v7.3, which is HDF5 behind 512 bytes of text."""
    with path.open("rb") as file:
        head = file.read(520)
    return head.startswith(b"\x89HDF") or head[512:516] == b"\x89HDF"


def load(path: Path) -> dict[str, Any]:
    """Return the fields of the structure, lists of dictionaries for ``chanlocs`` and ``event``.

    ``data`` is the array as stored, for v7.3 an empty one of its shape; text where the samples are
    in a file of their own.

    Raises
    ------
    UnreadableFile
        If it is damaged, holds no EEGLAB structure, or is MAT v7.3 and h5py is not installed.
    """
    stat = path.stat()
    return _load(str(path.resolve()), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=2)
def _load(path: str, changed: int, size: int) -> dict[str, Any]:  # noqa: ARG001 - keys of the cache
    try:
        found = _from_hdf5(path) if is_hdf5(Path(path)) else _from_mat5(path)
    except UnreadableFile:
        raise
    except Exception as error:  # whatever a damaged file makes the libraries raise
        raise UnreadableFile(
            f"{path}: the EEGLAB data set is damaged ({error.__class__.__name__}). Copy or save it "
            "again."
        ) from error
    if "nbchan" not in found or "data" not in found:
        raise UnreadableFile(
            f"{path}: holds no EEGLAB data set (no fields nbchan and data). Save it in EEGLAB as a "
            ".set file."
        )
    return found


def _from_mat5(path: str) -> dict[str, Any]:
    from scipy.io import loadmat

    names = whole_variables(Path(path))
    said = loadmat(path, variable_names=names, squeeze_me=True, struct_as_record=False)
    struct = said.get("EEG")
    fields = vars(struct) if hasattr(struct, "_fieldnames") else said
    return {name: _plain(fields[name]) for name in _FIELDS if name in fields}


def _plain(value: Any) -> Any:
    """Turn structures into dictionaries, and arrays of them into lists."""
    if hasattr(value, "_fieldnames"):
        return {name: _plain(getattr(value, name)) for name in value._fieldnames}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return [_plain(v) for v in value.ravel(order="F")]
    return value.item() if isinstance(value, np.ndarray) and value.ndim == 0 else value


def _from_hdf5(path: str) -> dict[str, Any]:
    h5py = library("h5py", path)
    with h5py.File(path, "r") as file:
        group = file.get("EEG", file)
        return {
            name: _samples_of(group[name]) if name == "data" else _from_h5(file, group[name])
            for name in _FIELDS
            if name in group
        }


def _samples_of(data: Any) -> Any:
    """Return a name, or an array that holds nothing but the shape, in MATLAB's order."""
    if data.attrs.get("MATLAB_class") == b"char" or data.dtype == np.uint16:
        return _text(data)
    return np.broadcast_to(np.float32(0), data.shape[::-1])


def _from_h5(file: Any, item: Any) -> Any:
    if hasattr(item, "keys"):  # a structure, or an array of them as one array per field
        fields = {name: _from_h5(file, item[name]) for name in item}
        if any(getattr(item[name], "dtype", np.dtype("f8")).kind != "O" for name in item):
            return fields
        return [dict(zip(fields, row, strict=True)) for row in zip(*fields.values(), strict=True)]
    if item.attrs.get("MATLAB_empty", 0):
        return np.zeros(0)
    if item.dtype == object:
        return [_from_h5(file, file[reference]) for reference in item[()].ravel()]
    if item.attrs.get("MATLAB_class") == b"char":
        return _text(item)
    value = item[()]
    return value.item() if value.size == 1 else value


def _text(item: Any) -> str:
    return "".join(chr(c) for c in np.asarray(item[()]).ravel())


@dataclass(frozen=True)
class MatSignal:
    """Samples inside a ``.set`` file: v7.3 in parts, older ones whole, kept while they are used.

    Parameters
    ----------
    path : str
        The file.
    n_channels, n_samples : int
        All epochs one after another.
    hdf5 : bool
        Whether it is MAT v7.3.
    """

    path: str
    n_channels: int
    n_samples: int
    hdf5: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Number of channels and samples."""
        return self.n_channels, self.n_samples

    def read(self, start: int = 0, stop: int | None = None, channels: Rows | None = None) -> Floats:
        """Return samples ``start:stop`` of some channels, float64 ``(n_channels, n)``."""
        start, stop, _ = slice(start, stop).indices(self.n_samples)
        rows = list(range(self.n_channels) if channels is None else channels)
        stop = max(start, stop)
        if self.hdf5:
            return self._part(start, stop)[rows]
        data = load(Path(self.path))["data"].reshape(self.n_channels, -1, order="F")
        return np.array(data[:, start:stop][rows], dtype=np.float64)

    def _part(self, start: int, stop: int) -> Floats:
        h5py = library("h5py", self.path)
        with h5py.File(self.path, "r") as file:
            data = file.get("EEG", file)["data"]
            if data.ndim == 2:
                return np.array(data[start:stop].T, dtype=np.float64)
            points = data.shape[1]
            first, last = start // points, -(-stop // points)
            block = data[first:last].reshape(-1, self.n_channels)
            return np.array(block[start - first * points : stop - first * points].T, np.float64)
