"""What was seen so far, on disk: an interrupted pass over a video goes on where it stopped."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eutonia.model import Points

#: Arrays of one part in one picture, by name.
Row = Mapping[str, Any]

#: Arrays of one picture, by part, and their shapes.
LAYOUT: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "face": {"xyz": (478, 3), "score": (), "shapes": (52,), "others": (), "person": ()},
    "body": {"xyz": (33, 3), "score": (), "world": (33, 3), "visible": (33,)},
    "left_hand": {"xyz": (21, 3), "score": (), "world": (21, 3)},
    "right_hand": {"xyz": (21, 3), "score": (), "world": (21, 3)},
}
CHUNK = 256  # pictures that are held before they are written
LEFT_S = 120.0  # after which nobody writes to a folder any more
KEPT_S = 7 * 86400.0  # after which an interrupted pass is thrown away: it is personal data
IN_MEMORY = 256 * 2**20  # bytes up to which finished rows are loaded, not mapped
_STATE = "state.json"
#: What reading damaged or outdated rows may raise.
_DAMAGED = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, EOFError),
    pickle.UnpicklingError,
)


def folder() -> Path:
    """Return where interrupted passes wait, readable by this user only."""
    import click

    found = Path(click.get_app_dir("eutonia")) / "interrupted"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


class Rows:
    """The rows of one pass over a video, one for each picture.

    A pass owns its folder alone: it takes what an interrupted one left under the same key, and
    leaves its own there when it is interrupted.

    Parameters
    ----------
    key : str
        Of the video, the options and the models; equal keys give equal rows.
    parts : tuple of str
        Names in `LAYOUT`.

    Attributes
    ----------
    n : int
        Rows that are on disk.
    memory : object
        What the trackers remembered after the last of them, as `append` was told.
    """

    def __init__(self, key: str, parts: tuple[str, ...]) -> None:
        self._resting = folder() / key
        self._own = folder() / f"{key}.{os.getpid()}-{time.monotonic_ns()}"
        _throw_away_old()
        _take(self._resting, self._own)
        self._shapes = {
            f"{part}.{name}": shape for part in parts for name, shape in LAYOUT[part].items()
        }
        self._parts = parts
        self._held = {name: _nan(shape) for name, shape in self._shapes.items()}
        self._held_t = np.zeros(CHUNK)
        self._n_held = 0
        self.memory: Any = None
        self.n = self._resumed()

    def _resumed(self) -> int:
        """Return how many rows are there, cut to those that are whole in every file."""
        try:
            n = int(json.loads((self._own / _STATE).read_text())["n"])
            for name, size in self._sizes().items():
                with (self._own / name).open("r+b") as file:
                    if file.seek(0, 2) < n * size:
                        raise ValueError
                    file.truncate(n * size)
            # Written by this program into a folder of this user's alone.
            self.memory = pickle.loads(self._memory_file(n).read_bytes())
        except _DAMAGED:
            shutil.rmtree(self._own, ignore_errors=True)
            self._own.mkdir(mode=0o700)
            return 0
        return n

    def _memory_file(self, n: int) -> Path:
        return self._own / f"memory-{n}"

    def _sizes(self) -> dict[str, int]:
        """Return the bytes of a row in each file."""
        return {"t_s": 8} | {k: 4 * int(np.prod(s)) for k, s in self._shapes.items()}

    @property
    def last_s(self) -> float:
        """Time of the last row that is on disk; before all time where there is none."""
        if not self.n:
            return float("-inf")
        return float(self._mapped("t_s", np.float64, ())[-1])

    def append(self, t_s: float, seen: Mapping[str, Row], *, memory: Any = None) -> None:
        """Add what was seen in the next picture.

        Parameters
        ----------
        t_s : float
            Its time.
        seen : mapping of str to mapping
            By part, the arrays in `LAYOUT`; parts and arrays that are not there were not seen.
        memory : object
            What the trackers have to remember to go on from here; it is not changed afterwards.
        """
        at = self._n_held
        self._held_t[at] = t_s
        for part, found in seen.items():
            for name in LAYOUT[part]:
                value = found.get(name)
                if value is not None:
                    self._held[f"{part}.{name}"][at] = value
        self._n_held += 1
        self.memory = memory
        if self._n_held == CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write what is held; from here an interrupted pass goes on."""
        if not self._n_held:
            return
        held: dict[str, NDArray[Any]] = {"t_s": self._held_t, **self._held}
        for name, values in held.items():
            with (self._own / name).open("ab") as file:
                file.write(values[: self._n_held].tobytes())
        for rows in self._held.values():
            rows.fill(np.nan)
        before, self.n = self.n, self.n + self._n_held
        self._n_held = 0
        self._memory_file(self.n).write_bytes(pickle.dumps(self.memory))
        partial = self._own / f"{_STATE}.new"
        partial.write_text(json.dumps({"n": self.n}))
        partial.replace(self._own / _STATE)
        self._memory_file(before).unlink(missing_ok=True)

    def rest(self) -> None:
        """Leave what there is to the next pass with this key."""
        self.flush()
        if not self.n:
            shutil.rmtree(self._own, ignore_errors=True)
        elif self._own.is_dir() and not self._resting.exists():
            self._own.rename(self._resting)

    def finished(self) -> tuple[NDArray[np.float64], dict[str, Points]]:
        """Return times and points of all rows, and take the files away.

        Rows that would fill the memory are mapped from files that go when the program ends.
        """
        import atexit

        self.flush()
        small = sum(self._sizes().values()) * self.n <= IN_MEMORY
        t_s = np.array(self._mapped("t_s", np.float64, ()))
        parts = {part: self._points(part, load=small) for part in self._parts}
        for left in {self._resting, *_killed(self._resting)} - {self._own}:  # needed no more
            shutil.rmtree(left, ignore_errors=True)
        if small:
            shutil.rmtree(self._own, ignore_errors=True)
        else:
            atexit.register(shutil.rmtree, self._own, ignore_errors=True)
        return t_s, parts

    def _points(self, part: str, *, load: bool) -> Points:
        fields: dict[str, Any] = {}
        for name, shape in LAYOUT[part].items():
            file = self._own / f"{part}.{name}"
            fields[name] = (
                np.fromfile(file, np.float32).reshape(-1, *shape)
                if load and self.n
                else self._mapped(f"{part}.{name}", np.float32, shape)
            )
        fields["score"] = np.nan_to_num(fields["score"])
        seen = np.isfinite(fields["xyz"][:, 0, 0])
        for name in ("world", "visible", "shapes", "others", "person"):
            given = fields.get(name)
            if given is not None and seen.any() and np.isnan(given[seen]).all():
                fields[name] = None  # the tracker does not give it
        return Points(**fields)

    def _mapped(self, name: str, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
        if not self.n:
            return np.zeros((0, *shape), dtype)
        return np.memmap(self._own / name, dtype, mode="r", shape=(self.n, *shape))


def forget() -> None:
    """Throw away all that passes over videos have left, of everybody: it cannot be told apart."""
    for left in folder().iterdir():
        shutil.rmtree(left, ignore_errors=True)


def _nan(shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.full((CHUNK, *shape), np.nan, dtype=np.float32)


def _take(resting: Path, own: Path) -> None:
    """Make an interrupted pass our own, also one whose program was killed."""
    for left in (resting, *_killed(resting)):
        try:
            left.rename(own)
        except OSError:  # there is none, or another program was faster
            continue
        return


def _killed(resting: Path) -> list[Path]:
    """Return what programs that were killed left of the same pass."""
    return [p for p in resting.parent.glob(f"{resting.name}.*") if _age_s(p) > LEFT_S]


def _throw_away_old() -> None:
    for old in folder().iterdir():
        if _age_s(old) > KEPT_S:
            shutil.rmtree(old, ignore_errors=True)


def _age_s(path: Path) -> float:
    """Return seconds since rows were last written to a folder."""
    try:
        state = path / _STATE
        return time.time() - (state if state.exists() else path).stat().st_mtime
    except OSError:
        return 0.0
