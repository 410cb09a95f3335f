"""A head that turns to one side and back, with known smoothness of each turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eutonia.model import Floats

#: Seconds from the start of one turn to that of the next.
EVERY_S = 2.6
#: How the yaw of a turn divides among yaw, pitch and roll.
AXES = (1.0, 0.1, 0.05)


@dataclass(frozen=True, kw_only=True, eq=False)
class Turns:
    """Turns, each of a main movement and a correction that starts before the main one ends.

    Parameters
    ----------
    start_s, lasts_s, size_deg : ndarray, shape (n,)
        Of the whole turn; its sign is its direction.
    corrected : ndarray, shape (n,)
        Share of the size that the correction makes.
    """

    start_s: Floats
    lasts_s: Floats
    size_deg: Floats
    corrected: Floats

    def yaw(self, t_s: Floats) -> Floats:
        """Return the yaw at given times, degrees, ``(n_times,)``."""
        return np.asarray(sum(self.one(k, t_s) for k in range(len(self.start_s))))

    def one(self, k: int, t_s: Floats) -> Floats:
        """Return the way of turn `k` at given times, degrees, ``(n_times,)``."""
        u = (t_s - self.start_s[k]) / self.lasts_s[k]
        share = self.corrected[k]
        main, second = _least_jerk(u / 0.7), _least_jerk((u - 0.35) / 0.65)
        return np.asarray(self.size_deg[k] * ((1 - share) * main + share * second))


def _least_jerk(u: Floats) -> Floats:
    """Return the way of a movement of least jerk (Flash and Hogan 1985), 0 to 1."""
    u = np.clip(u, 0, 1)
    return np.asarray(u**3 * (10 - 15 * u + 6 * u**2))


def draw(rng: np.random.Generator, n: int) -> Turns:
    """Draw turns of about 45 degrees in 1.3 s, to and fro."""
    spread = np.exp(0.12 * rng.standard_normal((2, n)))
    return Turns(
        start_s=np.asarray(1.0 + EVERY_S * np.arange(n) + 0.3 * rng.random(n)),
        lasts_s=np.asarray(1.3 * spread[0]),
        size_deg=np.asarray(45 * spread[1] * (-1.0) ** np.arange(n)),
        corrected=rng.uniform(0.1, 0.45, n),
    )
