"""The variables of a MATLAB file of any version, by name; fields of structures as ``data.emg``."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eutonia.formats._extra import library
from eutonia.formats._hdf5 import Hdf5Signal, looks_like_hdf5
from eutonia.formats._keep import kept
from eutonia.formats._mat_check import whole_variables
from eutonia.model import Signal, UnreadableFile

_DEPTH = 4  # of structures looked into
_NUMERIC = "numeric"


@dataclass(frozen=True)
class Variable:
    """What a variable is: its shape as MATLAB says it, and ``numeric``, ``text`` or ``other``."""

    shape: tuple[int, ...]
    kind: str

    @property
    def size(self) -> int:
        """Number of elements."""
        n = 1
        for k in self.shape:
            n *= int(k)
        return n


@dataclass
class MatFile:
    """A MATLAB file: which variables it holds, and their values when asked for.

    Parameters
    ----------
    path : Path
        The file.
    hdf5 : bool
        Whether it is of version 7.3.
    variables : dict of str to Variable
        By name; fields of structures with a dot.
    """

    path: Path
    hdf5: bool
    variables: dict[str, Variable]
    _held: dict[str, Any] = field(default_factory=dict)

    def value(self, name: str) -> Any:
        """Return a variable: numbers of two axes, a text, or a list of what a cell array holds."""
        if name not in self._held:
            if not self.hdf5:
                raise KeyError(name)
            with library("h5py", self.path).File(self.path, "r") as file:
                self._held[name] = _of_hdf5(file, file[name.replace(".", "/")])
        return self._held[name]

    def signal(self, name: str, *, time_first: bool) -> Signal:
        """Return the signal of a variable of numbers, its samples along one of its axes."""
        shape = self.variables[name].shape
        rows, n = (shape[1], shape[0]) if time_first else (shape[0], shape[1])
        if self.hdf5:  # axes are stored the other way round
            at = tuple((name.replace(".", "/"), i) for i in range(rows))
            return Hdf5Signal(str(self.path.resolve()), at, not time_first, n)
        return in_file(self.path, self._held[name], time_first=time_first)


def in_file(path: Path, values: Any, *, time_first: bool) -> Signal:
    """Return the signal of an array, kept on disk."""
    values = values if time_first else values.T
    room, signal = kept(path, *values.shape)
    room[:] = values
    return signal


def looks_like_mat(path: Path) -> bool:
    """Whether a file begins as MATLAB files of version 4, 5 to 7, or 7.3 do."""
    with path.open("rb") as file:
        head = file.read(128)
    if head.startswith((b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file")):
        return True
    if path.suffix.lower() != ".mat" or len(head) < 20:
        return False
    kind, rows, columns, imaginary, letters = struct.unpack("<5i", head[:20])
    old = 0 <= kind < 53 and min(rows, columns) >= 0 and imaginary in (0, 1) and 0 < letters <= 64
    return old or looks_like_hdf5(str(path))


def opened(path: Path) -> MatFile:
    """Return the variables of a file.

    Raises
    ------
    UnreadableFile
        If it is damaged, or of version 7.3 and h5py is not installed.
    """
    try:
        return _opened_hdf5(path) if looks_like_hdf5(str(path)) else _opened_old(path)
    except UnreadableFile:
        raise
    except Exception as error:  # the libraries raise whatever a damaged file leads them to
        raise UnreadableFile(
            f"{path}: the MATLAB file cannot be read ({error.__class__.__name__}: {error}). "
            "It may be damaged: copy it again, or save it anew in MATLAB."
        ) from error


def _opened_old(path: Path) -> MatFile:
    from scipy.io import loadmat

    with path.open("rb") as file:
        old = not file.read(8).startswith(b"MATLAB")
    names = None if old else whole_variables(path)
    loaded = loadmat(str(path), variable_names=names, struct_as_record=False)
    found = MatFile(path, False, {})
    for name, value in loaded.items():
        if not name.startswith("__"):
            for full, each in _walk(name, value, 0):
                plain = _of_old(each)
                found.variables[full] = _described(plain, each)
                found._held[full] = plain
    return found


def _walk(name: str, value: Any, depth: int) -> Iterator[tuple[str, Any]]:
    """Yield a variable, or the fields of a structure."""
    is_struct = isinstance(value, np.ndarray) and value.dtype == object and value.size == 1
    inner = value.flat[0] if is_struct else None
    if inner is not None and hasattr(inner, "_fieldnames") and depth < _DEPTH:
        for part in inner._fieldnames:
            yield from _walk(f"{name}.{part}", getattr(inner, part), depth + 1)
    else:
        yield name, value


def _of_old(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.kind in "US":
        return str(value.flat[0]) if value.size == 1 else [str(x) for x in value.flat]
    if value.dtype == object:
        return [_of_old(x) for x in value.flat]
    return value if value.ndim >= 2 else np.atleast_2d(value)


def _opened_hdf5(path: Path) -> MatFile:
    file = MatFile(path, True, {})
    with library("h5py", path).File(path, "r") as root:
        for name, node in _nodes(root, "", 0):
            kind = _plain(node.attrs.get("MATLAB_class", b"double"))
            if kind == "cell":
                file.variables[name] = Variable(node.shape[::-1], "other")
                if node.size <= 4096:
                    file._held[name] = value = _of_hdf5(root, node)
                    file.variables[name] = Variable(node.shape[::-1], _kind(value))
            elif kind == "char":
                file.variables[name] = Variable(node.shape[::-1], "text")
            elif node.dtype.kind in "iufb":
                file.variables[name] = Variable(_two(node.shape[::-1]), _NUMERIC)
    return file


def _nodes(group: Any, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for name, node in group.items():
        if name.startswith("#"):
            continue
        if hasattr(node, "items"):
            if depth < _DEPTH:
                yield from _nodes(node, f"{prefix}{name}.", depth + 1)
        else:
            yield prefix + name, node


def _of_hdf5(root: Any, node: Any) -> Any:
    kind = _plain(node.attrs.get("MATLAB_class", b"double"))
    if kind == "cell":
        return [_of_hdf5(root, root[ref]) for ref in np.asarray(node[()]).T.flat]
    if kind == "char":
        if node.attrs.get("MATLAB_empty", 0):
            return ""
        codes = np.asarray(node[()]).T
        lines = ["".join(map(chr, row)).rstrip() for row in codes.reshape(-1, codes.shape[-1])]
        return lines[0] if len(lines) == 1 else lines
    value = np.asarray(node[()]).T
    return value if value.ndim >= 2 else np.atleast_2d(value)


def _plain(value: Any) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def _two(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape if len(shape) >= 2 else (1,) * (2 - len(shape)) + shape


def _described(plain: Any, raw: Any) -> Variable:
    shape = tuple(plain.shape) if isinstance(plain, np.ndarray) else np.shape(raw)
    return Variable(_two(shape), _kind(plain))


def _kind(plain: Any) -> str:
    if isinstance(plain, np.ndarray):
        return _NUMERIC if plain.dtype.kind in "iufb" and plain.ndim == 2 else "other"
    texts = plain if isinstance(plain, list) else [plain]
    return "text" if texts and all(isinstance(t, str) for t in texts) else "other"
