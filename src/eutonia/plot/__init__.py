"""Figures on any axes: what the report draws, one function per kind.

Each function takes arrays, or a finding with its evidence, and axes of matplotlib; without axes it
makes a figure of its own, which ``ax.figure.savefig`` writes. The report draws with the same
functions. Text is drawn as it is given, in the reader's own style.
"""

from __future__ import annotations

from eutonia.plot.conditions import bars
from eutonia.plot.frequency import (
    coherence,
    coherence_difference,
    cumulant,
    phase,
    rhythm,
    spectrum,
)
from eutonia.plot.head import connections, scalp
from eutonia.plot.matrix import matrix
from eutonia.plot.movement import time_course, time_frequency
from eutonia.plot.muscles import bursts, pairs
from eutonia.plot.source import own_axes
from eutonia.plot.video import posture_map, raster, traces

__all__ = [
    "bars",
    "bursts",
    "coherence",
    "coherence_difference",
    "connections",
    "cumulant",
    "matrix",
    "own_axes",
    "pairs",
    "phase",
    "posture_map",
    "raster",
    "rhythm",
    "scalp",
    "spectrum",
    "time_course",
    "time_frequency",
    "traces",
]
