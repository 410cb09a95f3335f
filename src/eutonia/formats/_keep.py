"""Room on disk for samples that can only be decoded all at once."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from eutonia.formats import _store
from eutonia.formats.signals import Stored


def kept(path: Path, n_samples: int, n_columns: int) -> tuple[NDArray[np.float64], Stored]:
    """Return an array to fill, and the signal that reads it as needed.

    Parameters
    ----------
    path : Path
        The recording's own file.
    n_samples, n_columns : int
        Shape of the array, both at least 1.

    Returns
    -------
    ndarray, shape (n_samples, n_columns)
        Mapped from a file that only this user can read; it is removed when the program ends.
    Stored
        The signal; it pickles by the file's path.
    """
    name = str(_store.new_file(uuid4().hex))
    shape = (n_samples, n_columns)
    room: NDArray[np.float64] = np.memmap(name, dtype=np.float64, mode="w+", shape=shape)
    signal = Stored(name, n_columns, n_samples, tuple(range(n_columns)), str(path.resolve()))
    return room, signal
