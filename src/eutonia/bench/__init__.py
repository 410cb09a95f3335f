"""How fast is it, against a named peer in the same run? ``python -m eutonia.bench``.

Single thread (``make bench`` sets it); cases and peers run in turn, and the least CPU time of
several rounds counts. Ratios, not seconds, are comparable between computers. Peers that are not
installed are left out. Some peers are the plain Fourier transforms of the same samples: what no
program can be faster than with the same library.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from eutonia.model import Floats

ROUNDS = 5


@dataclass(frozen=True)
class Case:
    """One piece of work, the peers that do the same, and the ratios that are asked for.

    Parameters
    ----------
    name : str
    ours : callable
    peers : mapping of name to callable
    wanted : mapping of name to float
        How many times faster than a peer at least (below 1: how much slower at most).
    rounds : int
    frames : int
        Pictures of a video that it goes through; 0 if it is no video.
    least_rate : float
        Pictures a second that are asked for.
    most_over_ms : mapping of name to float
        How many milliseconds a picture it may take beyond a peer that does only part of it.
    """

    name: str
    ours: Callable[[], object]
    peers: Mapping[str, Callable[[], object]]
    wanted: Mapping[str, float] = field(default_factory=dict)
    rounds: int = ROUNDS
    frames: int = 0
    least_rate: float = 0.0
    most_over_ms: Mapping[str, float] = field(default_factory=dict)


class Elsewhere(float):
    """CPU seconds that work measured itself: elsewhere, or where only a part of it counts."""


def noise(n_channels: int, seconds: float, rate_hz: float) -> Floats:
    """Return white noise, ``(n_channels, n_samples)``, the same each time."""
    rng = np.random.default_rng(1)
    return rng.standard_normal((n_channels, round(seconds * rate_hz)))


def bare_transforms(x: Floats, *, length: int, step: int) -> Callable[[], object]:
    """Return the work of transforming segments of all rows with SciPy, and nothing else."""
    from scipy.fft import rfft

    def work() -> None:
        for row in x:
            views = np.lib.stride_tricks.sliding_window_view(row, length)[::step]
            for begin in range(0, len(views), 64):
                rfft(views[begin : begin + 64], axis=1)

    return work


def timed(case: Case) -> dict[str, float]:
    """Return the least CPU seconds of each contender, run in turn."""
    contenders = {"eutonia": case.ours, **case.peers}
    best = dict.fromkeys(contenders, np.inf)
    for _ in range(case.rounds):
        for name, work in contenders.items():
            before = time.process_time()
            took = work()
            here = time.process_time() - before
            best[name] = min(best[name], took if isinstance(took, Elsewhere) else here)
    return best
