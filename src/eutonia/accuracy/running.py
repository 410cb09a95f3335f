"""Accuracy of gait in running, beside the same people walking: `accuracy.gait` with other films."""

from __future__ import annotations

from functools import partial

from eutonia.accuracy import gait
from eutonia.accuracy.gait_films import RUNS

study = partial(gait.study, shots=tuple(RUNS))
